"""The keys of a dialog, wrapped between keys only."""

from typing import Final

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from sicktui.tui.drawing.spans import cell, flow, text_of
from sicktui.tui.widgets.keys import press

GAP: Final = "   "
"""Between two keys."""


class KeyLines(Static):
    """Key hints in as many lines as needed.

    Args:
        keys: keys and their titles, three blanks between two.
        id: the widget's id.
    """

    def __init__(self, keys: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes="keys", markup=False)
        self._keys = keys

    def show(self, keys: str) -> None:
        """Show other keys."""
        if keys != self._keys:
            self._keys = keys
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the keys take at that width: the layout asks before there is any size."""
        return len(self._lines(width))

    def render(self) -> Content:
        """The lines."""
        return Content("\n".join(self._lines(self.size.width)))

    def _lines(self, width: int) -> list[str]:
        hints = [cell(hint) for hint in self._keys.split(GAP)]
        return [text_of(line) for line in flow(hints, max(1, width), GAP)]

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        lines = self._lines(self.size.width)
        if 0 <= y < len(lines) and 0 <= x < len(lines[y]) and (hint := _at(lines[y], x)):
            press(self.app, hint.split()[0])


def _at(line: str, x: int) -> str:
    """The hint at a place of a line."""
    begin = line.rfind(GAP, 0, x + 1)
    begin = 0 if begin < 0 else begin + len(GAP)
    return line[begin:].split(GAP, maxsplit=1)[0] if x >= begin else ""
