"""The base of all dialogs."""

from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from rich.console import RenderableType
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from sicktui.tui.appearance import Appearance
from sicktui.tui.terminal.below import Below
from sicktui.tui.widgets.key_lines import KeyLines

AnswerT = TypeVar("AnswerT")


class Dialog(ModalScreen[AnswerT | None], Generic[AnswerT]):
    """A box in the middle of the screen with a title, a body and a line of keys.

    The body scrolls if it is longer than the screen; the keys always stay in sight.

    Leaving answers ``None``. A dialog without an input can also be left with ``q``: Esc gets lost
    over some connections.
    """

    DEFAULT_CSS = """
    Dialog #box {
        width: 78;
        max-width: 96%;
        height: auto;
        max-height: 92%;
        border: round $primary;
        background: $surface;
        padding: 0 1;
        border-title-color: $accent;
        border-title-style: bold;
    }
    Dialog.-ascii #box { border: ascii $primary; }
    Dialog #body { height: auto; max-height: 100%; background: $surface; scrollbar-size-vertical: 1; }
    Dialog .keys { dock: bottom; color: $text-muted; height: auto; padding-top: 1; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("q", "leave", "Back", show=False),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("J,pagedown", "page(1)", "Page down", show=False),
        Binding("K,pageup", "page(-1)", "Page up", show=False),
        Binding("ctrl+d", "half(1)", "Half a page down", show=False),
        Binding("ctrl+u", "half(-1)", "Half a page up", show=False),
        Binding("g,less_than_sign,home", "edge(-1)", "To the top", show=False),
        Binding("G,greater_than_sign,end", "edge(1)", "To the end", show=False),
    ]

    title_text: str = ""
    keys_text: str = ""
    scrolls: bool = True
    """Whether j and k scroll the body; otherwise they belong to a table in it."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__(classes="" if appearance.glyphs.unicode else "-ascii")
        self.appearance = appearance

    def compose(self) -> ComposeResult:
        """The box around what ``body`` returns."""
        with Vertical(id="box") as box:
            box.border_title = Content(self.title_text)
            with VerticalScroll(id="body", can_focus=False):
                yield from self.body()
            yield KeyLines(self.keys_text, id="keys")

    def body(self) -> list[Widget]:
        """The widgets of the dialog."""
        return []

    def render(self) -> RenderableType:
        """What is below the box."""
        below = super().render()
        return Below(below.screen, below.color) if isinstance(below, BackgroundScreen) else below

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Show the keys for scrolling while the body overflows."""
        keep_styles(self, event)
        self.watch(self.query_one("#body"), "show_vertical_scrollbar", self._show_keys)

    def note_places(self, *files: Path) -> None:
        """Remember the folders of these files, in a thread that outlives the dialog: a disk may be slow."""

        def work() -> None:
            for file in files:
                self.appearance.places.note(file)

        self.app.run_worker(work, group="places", name="note places", thread=True, exit_on_error=False)

    def _show_keys(self, overflows: bool) -> None:
        how = "j k scroll   " if overflows and self.scrolls else ""
        self.query_one("#keys", KeyLines).show(how + self.keys_text)

    def action_scroll(self, lines: int) -> None:
        """Scroll the body by lines."""
        self.query_one("#body").scroll_relative(y=lines, animate=False)

    def action_page(self, direction: int) -> None:
        """Scroll the body by a page."""
        body = self.query_one("#body")
        body.scroll_relative(y=direction * max(1, body.size.height - 1), animate=False)

    def action_half(self, direction: int) -> None:
        """Scroll the body by half a page."""
        body = self.query_one("#body")
        body.scroll_relative(y=direction * max(1, body.size.height // 2), animate=False)

    def action_edge(self, direction: int) -> None:
        """Scroll the body to its top or its end."""
        body = self.query_one("#body")
        body.scroll_to(y=0 if direction < 0 else body.max_scroll_y, animate=False)

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


def keep_styles(screen: Screen[Any], event: events.ScreenResume) -> None:
    """Do not style a screen again that opens: each widget was styled when it was mounted, a moment ago."""
    event.refresh_styles = event.refresh_styles and screen.stack_updates > 0
