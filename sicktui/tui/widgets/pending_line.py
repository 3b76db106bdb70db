"""One line in the place of a dialog that is about to open: what is being done before it."""

from textual.content import Content
from textual.widgets import Static

from sicktui.tui.drawing.spans import Cell, truncate, width_of
from sicktui.tui.glyphs import UNICODE, Glyphs
from sicktui.tui.widgets.prose import content_of

_FRAME = 4
"""Columns of the border and the padding."""


class PendingLine(Static):
    """A box in the middle of the main screen, above what is there."""

    DEFAULT_CSS = """
    PendingLine {
        display: none;
        overlay: screen;
        position: absolute;
        height: 3;
        border: round $primary;
        background: $surface;
        padding: 0 1;
    }
    """

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(Content(""), id=id, markup=False)
        self._glyphs = glyphs

    def show(self, words: Cell) -> None:
        """Show what is being done; empty: nothing any more."""
        if words:
            screen = self.screen.size
            line = truncate(words, screen.width - _FRAME, self._glyphs.ellipsis)
            width = width_of(line) + _FRAME
            self.styles.width = width
            self.styles.offset = ((screen.width - width) // 2, max(0, screen.height - 3) // 2)
            self.update(content_of(line))
        self.display = bool(words)
