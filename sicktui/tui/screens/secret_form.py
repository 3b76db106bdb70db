"""A dialog that asks for passwords, shown as dots. What is typed goes to whoever asked, and nowhere else."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import Back, Field
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.widgets.prose import Prose


class Asked(Struct, frozen=True, kw_only=True):
    """One thing to type."""

    name: str
    label: str
    secret: bool = True


class Typed:
    """What was typed, by the names of the fields. Its text form never shows it."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __repr__(self) -> str:
        """Only the names."""
        return f"Typed({', '.join(self._values)})"


class SecretForm(Dialog[Typed]):
    """A title, a few lines, and the fields. Leaving it, or nothing in the first field, is no answer.

    Args:
        appearance: how the dashboard looks.
        title: what it is about.
        lines: what people should know.
        fields: what to type, from top to bottom.
        check: what is wrong with what was typed; empty if nothing is.
        problem: what was wrong with the answer before this one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", show=False)]

    scrolls = False
    keys_text = "enter next field, then do it   tab next field   esc back"

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        lines: Sequence[Cell],
        fields: Sequence[Asked],
        *,
        check: Callable[[Typed], str] = lambda _: "",
        problem: str = "",
    ) -> None:
        super().__init__(appearance)
        self.title_text = title
        self._lines = lines
        self._fields = fields
        self._check = check
        self._problem = problem

    def body(self) -> list[Widget]:
        """The lines, the fields, and a place for what is wrong."""
        return [
            Prose([*self._lines, ()]),
            *(_SecretField(asked.label, asked.name, secret=asked.secret) for asked in self._fields),
            Prose(_told(self._problem), id="problem"),
            Back(),
        ]

    def on_mount(self) -> None:
        """Straight to the first field."""
        self.query_one(f"#{self._fields[0].name}").focus()

    @on(Input.Changed)
    def _forget_problem(self, message: Input.Changed) -> None:
        if message.value:
            self.query_one("#problem", Prose).show()

    @on(Input.Submitted)
    def _go_on(self, message: Input.Submitted) -> None:
        typed = Typed({asked.name: self.query_one(f"#{asked.name}", Input).value for asked in self._fields})
        if not typed[self._fields[0].name]:
            self.dismiss(None)
            return
        if message.input.id != self._fields[-1].name:
            self.focus_next()
            return
        problem = self._check(typed)
        if problem:
            self.query_one("#problem", Prose).show(*_told(problem))
        else:
            self.dismiss(typed)


class _SecretField(Field):
    def __init__(self, label: str, name: str, *, secret: bool) -> None:
        super().__init__(label, name)
        self._input.password = secret


def _told(problem: str) -> list[Cell]:
    return [(), cell(clean(problem, 400), Tone.BAD)] if problem else []
