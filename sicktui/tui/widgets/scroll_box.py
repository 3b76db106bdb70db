"""A scrolling text, with the same keys as the panes."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll


class ScrollBox(VerticalScroll, can_focus=True):
    """Holds prose; ``j`` and ``k`` scroll it while it has the focus."""

    DEFAULT_CSS = """
    ScrollBox { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; background: $background; }
    ScrollBox:focus { border-left: outer $accent; padding: 0 1 0 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "line(1)", "Down", show=False),
        Binding("k,up", "line(-1)", "Up", show=False),
        Binding("J,pagedown", "screenful(1)", "Page down", show=False),
        Binding("K,pageup", "screenful(-1)", "Page up", show=False),
        Binding("ctrl+d", "half(1)", "Half a page down", show=False),
        Binding("ctrl+u", "half(-1)", "Half a page up", show=False),
        Binding("g,less_than_sign,home", "edge(-1)", "To the top", show=False),
        Binding("G,greater_than_sign,end", "edge(1)", "To the end", show=False),
    ]

    def action_line(self, lines: int) -> None:
        """Some lines down, or up."""
        self.scroll_relative(y=lines, animate=False)

    def action_screenful(self, direction: int) -> None:
        """A screenful down, or up."""
        self.scroll_relative(y=direction * max(1, self.size.height - 1), animate=False)

    def action_half(self, direction: int) -> None:
        """Half a screenful down, or up."""
        self.scroll_relative(y=direction * max(1, self.size.height // 2), animate=False)

    def action_edge(self, direction: int) -> None:
        """To the top, or to the end."""
        self.scroll_to(y=0 if direction < 0 else self.max_scroll_y, animate=False)
