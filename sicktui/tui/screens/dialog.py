"""What all dialogs have in common."""

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from sicktui.tui.face import Face

AnswerT = TypeVar("AnswerT")


class Dialog(ModalScreen[AnswerT | None], Generic[AnswerT]):
    """A box in the middle with a title, a body and a line of keys.

    Leaving gives ``None``. A dialog without an input can also be left with ``q``: Esc gets lost
    over some connections.
    """

    DEFAULT_CSS = """
    Dialog #box {
        width: 78;
        max-width: 96%;
        height: auto;
        max-height: 92%;
        scrollbar-size-vertical: 1;
        border: round $primary;
        background: $surface;
        padding: 0 1;
        border-title-color: $accent;
        border-title-style: bold;
    }
    Dialog.-ascii #box { border: ascii $primary; }
    Dialog #body { height: auto; max-height: 100%; background: $surface; scrollbar-size-vertical: 1; }
    Dialog .keys { color: $text-muted; height: auto; margin-top: 1; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("q", "leave", "Back", show=False),
    ]

    title_text: str = ""
    keys_text: str = ""

    def __init__(self, face: Face) -> None:
        super().__init__(classes="" if face.glyphs.unicode else "-ascii")
        self.face = face

    def compose(self) -> ComposeResult:
        """The box; what is in it comes from ``body``."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = Content(self.title_text)
            yield from self.body()
            yield Static(Content(self.keys_text), classes="keys", id="keys", markup=False)

    def body(self) -> list[Widget]:
        """The widgets of the dialog."""
        return []

    def action_leave(self) -> None:
        """Give no answer."""
        self.dismiss(None)
