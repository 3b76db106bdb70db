"""Fixed lines: the status line, the hint bar, the lines about the selected device."""

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip

from sicktui.tui.drawing.spans import Cell, truncate
from sicktui.tui.glyphs import UNICODE, Glyphs
from sicktui.tui.widgets.painted import Painted
from sicktui.tui.widgets.spoken import spoken


class LineBar(Painted):
    """A few lines of spans. An unchanged line is not repainted."""

    DEFAULT_CSS = "LineBar { height: 1; padding: 0 1; }"

    def __init__(
        self,
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self._lines: list[Cell] = []

    @property
    def lines(self) -> Sequence[Cell]:
        """What is shown, from the top."""
        return self._lines

    def show(self, *lines: Cell) -> None:
        """Show these lines, and repaint those that differ."""
        before, self._lines = self._lines, [spoken(line) for line in lines]
        lines = tuple(self._lines)
        for y in range(max(len(before), len(lines))):
            old = before[y] if y < len(before) else ()
            new = lines[y] if y < len(lines) else ()
            if old != new and y < self.size.height:
                self.refresh(Region(self.gutter.left, y + self.gutter.top, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """One line, cut to the width."""
        content = self._lines[y] if y < len(self._lines) else ()
        return self.strip(truncate(content, self.size.width, self.glyphs.ellipsis), self.size.width)
