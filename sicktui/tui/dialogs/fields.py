"""Fields of forms: a labelled input, and a choice that a key toggles."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sicktui.tui.glyphs import Glyphs
from sicktui.tui.widgets.secret_input import SecretInput


class Field(Horizontal):
    """A label and an input on one line."""

    DEFAULT_CSS = """
    Field { height: 1; }
    Field > Static { width: 14; color: $text-muted; }
    Field > Input { width: 1fr; background: $panel; }
    """

    def __init__(self, label: str, name: str, value: str = "", placeholder: str = "") -> None:
        super().__init__()
        self._label = label
        self._input = SecretInput(value, placeholder=placeholder, id=name)

    def compose(self) -> ComposeResult:
        """Label, input."""
        yield Static(Content(self._label), markup=False)
        yield self._input


class Choice(Static, can_focus=True):
    """Yes or no: ``[x]`` or ``[ ]``, changed with space while it has the keys."""

    DEFAULT_CSS = """
    Choice { height: 1; margin-top: 1; }
    Choice:focus { text-style: bold reverse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,x", "change", "Change", show=False)]

    class Changed(Message):
        """The choice was changed."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, glyphs: Glyphs, label: str, *, value: bool, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, markup=False)
        self._glyphs = glyphs
        self._label = label
        self.value = value

    def render(self) -> Content:
        """The box and its label."""
        return Content(f"[{'x' if self.value else ' '}] {self._label}")

    def action_change(self) -> None:
        """Change it."""
        self.value = not self.value
        self.refresh()
        self.post_message(self.Changed(self))


class Back(Static, can_focus=True):
    """The way out of a dialog whose inputs take every letter, for terminals that lose Esc."""

    DEFAULT_CSS = """
    Back { width: 10; height: 1; margin-top: 1; color: $text-muted; }
    Back:focus { text-style: bold reverse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "screen.leave", "Back", show=False)]

    def __init__(self) -> None:
        super().__init__(Content("[ back ]"), markup=False)
