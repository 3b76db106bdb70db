"""The log: a bounded ring, drawn line by line.

Textual's ``Log`` costs 472 kB/s at 100 lines a second, and ``RichLog`` queues without bound while
it is hidden (both measured or read in its source); here a flush draws what is visible, once.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from textual import events
from textual.strip import Strip

from sicktui.model.safe_text import clean
from sicktui.tui.drawing.spans import Cell, Span, Tone, pad, truncate_middle, width_of, wrapped
from sicktui.tui.glyphs import UNICODE, Glyphs
from sicktui.tui.rows.log import LogLine
from sicktui.tui.widgets.pane import Pane

CAPACITY: Final = 1000
"""Lines kept; the journal has all of a run's."""
_NAME_WIDTH: Final = 15


class LogPane(Pane):
    """Shows the lines of the devices that are followed, the newest at the bottom."""

    def __init__(self, title: str = "Log", *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(title, glyphs=glyphs, id=id)
        self._ring: deque[LogLine] = deque(maxlen=CAPACITY)
        self._painted: deque[Cell] = deque(maxlen=CAPACITY)
        self._wanted: Callable[[LogLine], bool] = lambda _: True
        self._held: list[LogLine] = []
        self.paused = False

    @property
    def held(self) -> int:
        """Lines held back since the pause."""
        return len(self._held)

    @property
    def lines(self) -> list[LogLine]:
        """Every line that is kept, shown or not."""
        return [*self._ring, *self._held]

    def add(self, lines: Iterable[LogLine]) -> None:
        """Add lines; while paused they are held back, up to the capacity."""
        new = list(lines)
        if not new:
            return
        if self.paused:
            self._held = (self._held + new)[-CAPACITY:]
            return
        self._ring.extend(new)
        painted = [cell for line in new if self._wanted(line) for cell in self._paint(line)]
        if painted:
            stays = self._is_at_end
            self._painted.extend(painted)
            self._settle(follow=stays)

    def follow(self, wanted: Callable[[LogLine], bool]) -> None:
        """Show the lines for which ``wanted`` is true."""
        self._wanted = wanted
        self._repaint_all(follow=True)

    def pause(self, *, paused: bool) -> None:
        """Pause, or resume and show all lines held back."""
        self.paused = paused
        if not paused:
            held, self._held = self._held, []
            self._ring.extend(held)
            self._repaint_all(follow=True)

    @property
    def _is_at_end(self) -> bool:
        return round(self.scroll_y) >= len(self._painted) - self.room

    def _repaint_all(self, *, follow: bool) -> None:
        self._painted.clear()
        for line in self._ring:
            if self._wanted(line):
                self._painted.extend(self._paint(line))
        self._settle(follow=follow)

    def _settle(self, *, follow: bool) -> None:
        self.set_lines(len(self._painted))
        if follow:
            self.scroll_to(y=max(0, len(self._painted) - self.room), animate=False, force=True)
        self.refresh()

    def _paint(self, line: LogLine) -> list[Cell]:
        ellipsis = self.glyphs.ellipsis
        name = truncate_middle(clean(line.device or ""), _NAME_WIDTH, ellipsis)
        head = (Span(f"{line.time} ", Tone.DIM), *pad((Span(name),), _NAME_WIDTH, ellipsis), Span(" "))
        indent = width_of(head)
        # One less: the scroll bar comes when there is more than fits.
        first, *more = wrapped(line.text, max(16, self.size.width - 1 - indent)) or [""]
        blank = Span(" " * indent)
        return [(*head, Span(first, line.tone)), *((blank, Span(rest, line.tone)) for rest in more)]

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew for another width; stay at the end."""
        self._repaint_all(follow=True)
        event.prevent_default()

    def render_line(self, y: int) -> Strip:
        """The title, or a line of the log."""
        width = self.size.width
        if y < self.fixed:
            return self.render_title(width)
        index = y - self.fixed + round(self.scroll_y)
        return self.strip(self._painted[index] if index < len(self._painted) else (), width)
