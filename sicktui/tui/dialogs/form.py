"""A dialog with fields. Screens declare the fields; ``Form`` shows, checks and submits them."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.browser import FileBrowser
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.fields import CheckField, FormProblem, FormValues, PathField, SecretField, TextField
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.widgets.path_input import PathInput
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.secret_input import SecretInput

AnswerT = TypeVar("AnswerT")

Check = Callable[[FormValues], str]
"""What is wrong with the values; empty if nothing is."""


class Form(Dialog[AnswerT], Generic[AnswerT]):
    """A title, a few lines, the fields and the checkboxes.

    Enter submits from anywhere. In a form that is ``stepwise`` it moves to the next field first, so that
    a password is not submitted before it was repeated.

    Args:
        appearance: how the dashboard looks.
        title: the title.
        lines: what the operator should know, above the fields.
        fields: from top to bottom; checkboxes come last.
        problem: what was wrong with the values that were submitted before.
        submit: what Enter does, for the line of keys.
        stepwise: Enter moves to the next field, and submits in the last one.
        live: the values are checked with every key, not only when they are submitted.
    """

    DEFAULT_CSS = """
    Form #checks { height: auto; margin-top: 1; }
    Form #buttons { height: 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("enter", "submit", "Submit", show=False),
        # Before the body, which would scroll.
        Binding("down", "app.focus_next", "Next field", show=False, priority=True),
        Binding("up", "app.focus_previous", "Field before", show=False, priority=True),
    ]

    scrolls = False
    """Letters belong to the fields; the focused field is always in sight."""

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        lines: Sequence[Cell],
        fields: Sequence[TextField | CheckField],
        *,
        problem: str = "",
        submit: str = "continue",
        stepwise: bool = False,
        live: bool = False,
    ) -> None:
        super().__init__(appearance)
        self.title_text = title
        self._lines = lines
        self._fields = [field for field in fields if isinstance(field, TextField)]
        self._checks = [field for field in fields if isinstance(field, CheckField)]
        self._problem = problem
        self._stepwise = stepwise and len(self._fields) > 1
        self._live = live
        enter = f"enter next field, then {submit}" if self._stepwise else f"enter {submit}"
        change = "   space toggle" if self._checks else ""
        tab = "tab next field"
        self._paths = {field.name: field for field in self._fields if isinstance(field, PathField)}
        if self._paths:
            tab = "tab complete, next field   ctrl+o browse"
        self.keys_text = f"{enter}   {tab}{change}   esc back"

    def check(self, values: FormValues) -> FormProblem | str:
        """What is wrong with the values; an empty text if nothing is."""
        raise NotImplementedError

    def answer(self, values: FormValues) -> AnswerT:
        """The dialog's answer. The values have passed ``check``."""
        raise NotImplementedError

    def body(self) -> list[Widget]:
        """The lines, the fields, the checkboxes, and a place for the problem."""
        boxes = [CheckBox(field) for field in self._checks]
        return [
            Prose([*self._lines, ()]),
            _Fields(_Labels(self._fields), _Inputs(*map(_input, self._fields))),
            *([Vertical(*boxes, id="checks")] if boxes else []),
            Prose(id="problem"),
            Horizontal(*([BrowseButton()] if self._paths else []), BackButton(), id="buttons"),
        ]

    def on_mount(self) -> None:
        """Focus the first field."""
        self._show(FormProblem(self._problem))
        self.query_one(f"#{self._fields[0].name}").focus()

    @on(PathInput.Completed)
    def _show_names(self, message: PathInput.Completed) -> None:
        names = "  ".join(clean(name, 60) for name in message.names)
        place = self.query_one("#problem", Prose)
        place.show(cell(clean(names, 400), Tone.DIM))
        place.display = bool(names)

    @on(PathInput.BrowseAsked)
    def _browse_field(self, message: PathInput.BrowseAsked) -> None:
        self.run_worker(self._browse(message.path_input), group="browse", exit_on_error=False)

    def action_browse(self) -> None:
        """Look for the file of the first path field."""
        path_input = self.query_one(f"#{next(iter(self._paths))}", PathInput)
        self.run_worker(self._browse(path_input), group="browse", exit_on_error=False)

    async def _browse(self, path_input: PathInput) -> None:
        field = self._paths[path_input.id or ""]
        begun = field.parse(path_input.value)
        browser = FileBrowser(self.appearance, begun, field.endings, saving=field.saving)
        found = await self.app.push_screen_wait(browser)
        if found is not None:
            name = Path(begun).name or Path(field.value).name
            into = field.saving and not await asyncio.to_thread(found.is_file)
            path_input.value = str(found / name if into else found)
            path_input.cursor_position = len(path_input.value)
        path_input.focus()

    def values(self) -> FormValues:
        """The values as they are now."""
        typed = {field.name: self.query_one(f"#{field.name}", Input).value for field in self._fields}
        return FormValues(
            {field.name: field.parse(typed[field.name]) for field in self._fields},
            {field.name: self.query_one(f"#{field.name}", CheckBox).value for field in self._checks},
        )

    @property
    def _is_complete(self) -> bool:
        """Whether all fields exist: a message may arrive while the form is opening or closing."""
        return len(self.query(Input)) == len(self._fields) and len(self.query(CheckBox)) == len(self._checks)

    @on(Input.Changed)
    def _update_problem(self, message: Input.Changed) -> None:
        if not self._is_complete:
            return
        if self._live:
            self._show(self._checked(self.values()))
        # An input reports its first value too, which was not typed: a problem with it stays in sight.
        elif message.value != next(field.value for field in self._fields if field.name == message.input.id):
            self._show(FormProblem(""))

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        if not self._is_complete:
            return
        if self._stepwise and message.input.id != self._fields[-1].name and not self._is_left(self.values()):
            self.focus_next()
        else:
            self.action_submit()

    def action_submit(self) -> None:
        """Answer, or show what is wrong."""
        values = self.values()
        if self._is_left(values):
            self.dismiss(None)
            return
        problem = self._checked(values)
        if not problem.text:
            self.note_places(*(values.path(name) for name in self._paths if values[name]))
            self.dismiss(self.answer(values))
            return
        self._show(problem)
        place = self.query_one("#problem")
        place.call_after_refresh(place.scroll_visible, animate=False)
        for field in self.query(f"#{problem.field}") if problem.field else ():
            field.focus()

    def _is_left(self, values: FormValues) -> bool:
        first = self._fields[0]
        return first.required and not values[first.name]

    def _checked(self, values: FormValues) -> FormProblem:
        found = self.check(values)
        return FormProblem(found) if isinstance(found, str) else found

    def _show(self, problem: FormProblem) -> None:
        place = self.query_one("#problem", Prose)
        place.show(*_problem_lines(problem))
        place.display = bool(problem.text)


class ValuesForm(Form[FormValues]):
    """A form whose answer is its values.

    Args:
        appearance: how the dashboard looks.
        title: the title.
        lines: what the operator should know, above the fields.
        fields: from top to bottom; checkboxes come last.
        check: what is wrong with the values; empty if nothing is.
        problem: what was wrong with the values that were submitted before.
        submit: what Enter does, for the line of keys.
        stepwise: Enter moves to the next field, and submits in the last one.
    """

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        lines: Sequence[Cell],
        fields: Sequence[TextField | CheckField],
        *,
        check: Check = lambda _: "",
        problem: str = "",
        submit: str = "continue",
        stepwise: bool = False,
    ) -> None:
        super().__init__(appearance, title, lines, fields, problem=problem, submit=submit, stepwise=stepwise)
        self._check = check

    def check(self, values: FormValues) -> str:
        """What the given check finds."""
        return self._check(values)

    def answer(self, values: FormValues) -> FormValues:
        """The values."""
        return values


class CheckBox(Static, can_focus=True):
    """``[x]`` or ``[ ]`` before its label; space toggles it."""

    DEFAULT_CSS = """
    CheckBox { height: auto; }
    CheckBox:focus { text-style: bold reverse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,x", "toggle_value", "Toggle", show=False)]

    def __init__(self, field: CheckField) -> None:
        super().__init__(id=field.name, markup=False)
        self._label = field.label
        self.value = field.value

    def render(self) -> Content:
        """The box and its label."""
        return Content(f"[{'x' if self.value else ' '}] {self._label}")

    def action_toggle_value(self) -> None:
        """Check or uncheck."""
        self.value = not self.value
        self.refresh()


class BackButton(Static, can_focus=True):
    """Leaves a dialog whose inputs take every letter, for connections that lose Esc."""

    DEFAULT_CSS = """
    BackButton { width: 10; height: 1; margin-top: 1; color: $text-muted; }
    BackButton:focus { text-style: bold reverse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "screen.leave", "Back", show=False)]

    def __init__(self) -> None:
        super().__init__(Content("[ back ]"), markup=False)


class BrowseButton(Static, can_focus=True):
    """Looks for the file of a path field, for connections that lose control keys."""

    DEFAULT_CSS = """
    BrowseButton { width: 12; height: 1; margin-top: 1; color: $text-muted; }
    BrowseButton:focus { text-style: bold reverse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "screen.browse", "Browse", show=False)]

    def __init__(self) -> None:
        super().__init__(Content("[ browse ]"), markup=False)


class _Labels(Static):
    """The labels of all fields, each on the line of its input: one widget opens sooner than one for each."""

    DEFAULT_CSS = """
    _Labels { width: 14; color: $text-muted; text-wrap: nowrap; text-overflow: clip; }
    """

    def __init__(self, fields: Sequence[TextField]) -> None:
        super().__init__(markup=False)
        self._labels = [field.label for field in fields]

    def render(self) -> Content:
        """As far apart as the inputs are."""
        return Content(("\n\n" if self.app.has_class("-comfortable") else "\n").join(self._labels))


class _Inputs(Vertical):
    """The inputs, from top to bottom."""

    DEFAULT_CSS = """
    _Inputs { width: 1fr; height: auto; }
    _Inputs > Input { background: $panel; }
    """


class _Fields(Horizontal):
    """Labels and inputs."""

    DEFAULT_CSS = "_Fields { height: auto; }"


def _input(field: TextField) -> Input:
    if isinstance(field, PathField):
        return PathInput(field.value, endings=field.endings, placeholder=field.hint, id=field.name)
    secret = isinstance(field, SecretField)
    return SecretInput(field.value, placeholder=field.hint, id=field.name, password=secret)


def _problem_lines(problem: FormProblem) -> list[Cell]:
    if not problem.text:
        return []
    advice = [cell(clean(problem.advice, 400), Tone.DIM)] if problem.advice else []
    return [(), cell(clean(problem.text, 400), Tone.BAD), *advice]
