"""What forms ask for: the kinds of fields, and the values that were entered. No Textual here."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from sicktui.stores.disk.files import expand_path
from sicktui.stores.disk.listing import dropped


class TextField(Struct, frozen=True, kw_only=True):
    """A line of text."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    """Shown while the field is empty."""
    required: bool = False
    """For the first field of a form: Enter leaves the form, like Esc, while this field is empty."""

    def parse(self, text: str) -> str:
        """The value of what was typed."""
        return text.strip()


class ExactField(TextField, frozen=True, kw_only=True):
    """A line of text in which blanks at the ends count."""

    def parse(self, text: str) -> str:
        """The text as it was typed."""
        return text


class SecretField(ExactField, frozen=True, kw_only=True):
    """A password, shown as dots and never copied."""


class PathField(TextField, frozen=True, kw_only=True):
    """The path of a file."""

    endings: tuple[str, ...] = ()
    """Of the files that may be meant; all if there are none."""
    saving: bool = False
    """Whether the file is to be written."""

    def parse(self, text: str) -> str:
        """The path without what a file manager copies along."""
        return dropped(text)


class CheckField(Struct, frozen=True, kw_only=True):
    """A yes or no."""

    name: str
    label: str
    value: bool = False


class FormValues:
    """What was entered, by the names of the fields. Its text form shows no value: some are secret."""

    __slots__ = ("_checks", "_texts")

    def __init__(self, texts: Mapping[str, str], checks: Mapping[str, bool] | None = None) -> None:
        self._texts = dict(texts)
        self._checks = dict(checks or {})

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def __contains__(self, name: object) -> bool:
        """Whether the form has a field for a text of that name."""
        return name in self._texts

    def get(self, name: str, default: str) -> str:
        """A text; the default if the form has no field of that name."""
        return self._texts.get(name, default)

    def __repr__(self) -> str:
        """Only the names."""
        return f"FormValues({', '.join([*self._texts, *self._checks])})"

    def checked(self, name: str, *, default: bool = False) -> bool:
        """The value of a ``CheckField``; the default if the form has none of that name."""
        return self._checks.get(name, default)

    def path(self, name: str) -> Path:
        """The value of a ``PathField``, with ``~`` expanded."""
        return expand_path(self._texts[name])


class FormProblem(Struct, frozen=True):
    """Why a form cannot be submitted."""

    text: str
    advice: str = ""
    field: str = ""
    """The field to correct: it gets the focus."""


def whole_number(text: str, what: str, *, least: int) -> str:
    """What is wrong with a text that should be a whole number; empty if nothing is."""
    if text.isascii() and text.isdecimal() and int(text) >= least:
        return ""
    return f"{what}: enter a whole number, {least} or more."
