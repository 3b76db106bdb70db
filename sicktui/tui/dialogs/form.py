"""A dialog with fields and choices, none of them secret."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import written
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import Back, Choice, Field
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.widgets.prose import Prose


class Wanted(Struct, frozen=True, kw_only=True):
    """One thing to type."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    """What stands in the field while it is empty."""


class Tick(Struct, frozen=True, kw_only=True):
    """One thing to say yes or no to."""

    name: str
    label: str
    value: bool = False


class Entered(Struct, frozen=True):
    """The answer, by the names of fields and choices."""

    texts: dict[str, str]
    """Without blanks at their ends. Treat as read-only."""
    ticks: dict[str, bool]
    """Treat as read-only."""

    def path(self, name: str) -> Path:
        """A text as a path, without the quotes that a file manager copies along."""
        return written(self.texts[name].strip("\"'"))


class TextForm(Dialog[Entered]):
    """A title, a few lines, the fields, the choices. Enter in any of them is the answer.

    Args:
        appearance: how the dashboard looks.
        title: what it is about.
        lines: what people should know.
        fields: what to type, from top to bottom.
        ticks: the choices below.
        check: what is wrong with what was entered; empty if nothing is.
        problem: what was wrong with the answer before this one.
        does: what enter does, for the line of keys.
    """

    DEFAULT_CSS = """
    TextForm Choice { margin-top: 0; }
    TextForm #ticks { height: auto; margin-top: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("enter", "answer", "Go on", show=False),
    ]

    scrolls = False
    """Its fields take every letter; what has the keys is always in sight."""

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        lines: Sequence[Cell],
        fields: Sequence[Wanted],
        *,
        ticks: Sequence[Tick] = (),
        check: Callable[[Entered], str] = lambda _: "",
        problem: str = "",
        does: str = "go on",
    ) -> None:
        super().__init__(appearance)
        self.title_text = title
        change = "   space change a choice" if ticks else ""
        self.keys_text = f"enter {does}   tab next field{change}   esc back"
        self._lines = lines
        self._fields = fields
        self._ticks = ticks
        self._check = check
        self._problem = problem

    def body(self) -> list[Widget]:
        """The lines, the fields, the choices, and a place for what is wrong."""
        return [
            Prose([*self._lines, ()]),
            *(Field(wanted.label, wanted.name, wanted.value, wanted.hint) for wanted in self._fields),
            *([Vertical(*self._choices(), id="ticks")] if self._ticks else []),
            Prose(_told(self._problem), id="problem"),
            Back(),
        ]

    def _choices(self) -> list[Choice]:
        return [
            Choice(self.appearance.glyphs, tick.label, value=tick.value, id=tick.name) for tick in self._ticks
        ]

    def on_mount(self) -> None:
        """Straight to the first field."""
        self.query_one(f"#{self._fields[0].name}").focus()

    @on(Input.Changed)
    def _forget_problem(self, message: Input.Changed) -> None:
        # A field tells its first value too, which nobody has typed: what is wrong with it stays in sight.
        if message.value != next(field.value for field in self._fields if field.name == message.input.id):
            self.query_one("#problem", Prose).show()

    @on(Input.Submitted)
    def action_answer(self) -> None:
        """Answer, unless something is wrong."""
        entered = Entered(
            {field.name: self.query_one(f"#{field.name}", Input).value.strip() for field in self._fields},
            {tick.name: self.query_one(f"#{tick.name}", Choice).value for tick in self._ticks},
        )
        problem = self._check(entered)
        if problem:
            told = self.query_one("#problem", Prose)
            told.show(*_told(problem))
            told.call_after_refresh(told.scroll_visible, animate=False)
        else:
            self.dismiss(entered)


def whole_number(text: str, what: str, *, least: int) -> str:
    """What is wrong with a text that should be a whole number; empty if nothing is."""
    if text.isascii() and text.isdecimal() and int(text) >= least:
        return ""
    return f"{what}: write a whole number, {least} or more."


def _told(problem: str) -> list[Cell]:
    return [(), cell(clean(problem, 400), Tone.BAD)] if problem else []
