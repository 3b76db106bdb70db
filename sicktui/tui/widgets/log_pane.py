"""The log, drawn line by line.

Textual's ``Log`` costs 472 kB/s at 100 lines a second, and ``RichLog`` queues without bound while
it is hidden (both measured or read in its source); here a flush draws what is visible, once.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from textual import events
from textual.message import Message
from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp
from textual.strip import Strip

from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.drawing.spans import (
    Cell,
    Span,
    Tone,
    cell,
    highlighted,
    pad,
    truncate_middle,
    width_of,
    wrapped,
)
from sicktui.tui.glyphs import UNICODE, Glyphs
from sicktui.tui.rows.log.book import CAPACITY, LogBook, Numbered
from sicktui.tui.rows.log.lines import LogLine
from sicktui.tui.widgets.keys import command_bindings
from sicktui.tui.widgets.pane import Pane

_NAME_WIDTH: Final = 15
_MOST_ROWS: Final = 4 * CAPACITY
"""Rows drawn: a long line takes several."""
_WHEEL: Final = 3
"""Rows a turn of the wheel."""


class LogPane(Pane):
    """Shows lines of the log, the newest at the bottom. Moving up pauses it, moving to the end resumes it.

    Args:
        title: its title until another is set.
        book: the log.
        glyphs: the characters of the terminal.
        id: the widget's id.
    """

    class Moved(Message):
        """The log was paused or resumed by moving in it."""

    BINDINGS = [*command_bindings("log")]  # noqa: RUF012 - as Textual declares it

    def __init__(
        self,
        title: str = "Log",
        *,
        book: LogBook | None = None,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(title, glyphs=glyphs, id=id)
        self.book = LogBook() if book is None else book
        self._rows: deque[tuple[int, Cell]] = deque(maxlen=_MOST_ROWS)
        """What is drawn, each row with the number of its line."""

    # What is shown

    def add(self, lines: Iterable[LogLine]) -> None:
        """Add lines; while the log is paused they are held back."""
        new = self.book.add(lines)
        if new:
            stays = self._is_at_end
            self._draw(new)
            self._settle(follow=stays)

    def follow(self, wanted: Callable[[LogLine], bool]) -> None:
        """Show the lines for which ``wanted`` is true."""
        self.book.wanted = wanted
        self._draw_all()

    def next_level(self) -> None:
        """Show fewer lines, or all again."""
        self.book.next_level()
        self._draw_all()

    def pause(self, *, paused: bool) -> None:
        """Pause, or resume and show all lines held back."""
        if paused:
            self.book.pause()
        elif self.book.is_paused:
            self.book.resume()
            self._draw_all()

    def seek(self, wanted: str) -> None:
        """Look for a text, from the newest line on; an empty one ends the search."""
        self.book.seek(wanted)
        self._show_place()

    def step(self, direction: int) -> None:
        """Go to the line found below (1) or above (-1)."""
        self.book.step(direction)
        self._show_place()

    def _show_place(self) -> None:
        """Bring the line that was found into sight, with some before it."""
        self.refresh()
        row = self._row_of(self.book.place)
        if row is not None and not self.top <= row < self.top + self.room:
            self.go_to(row - self.room // 2)

    def _row_of(self, number: int | None) -> int | None:
        return next((row for row, (line, _) in enumerate(self._rows) if line == number), None)

    @property
    def _is_at_end(self) -> bool:
        return self.top >= len(self._rows) - self.room

    def _draw(self, lines: Iterable[Numbered]) -> None:
        self._rows.extend((number, row) for number, line in lines for row in self._paint(line))

    def _draw_all(self) -> None:
        """Draw all lines anew. A log that follows is at its end, a paused one where it was."""
        top = self._rows[self.top][0] if self.top < len(self._rows) else None
        self._rows.clear()
        self._draw(self.book.shown())
        self._settle(follow=not self.book.is_paused)
        if self.book.is_paused and (row := self._row_of(top)) is not None:
            self.scroll_to(y=row, animate=False, force=True)

    def _settle(self, *, follow: bool) -> None:
        self.set_lines(len(self._rows))
        if follow:
            self.scroll_to(y=max(0, len(self._rows) - self.room), animate=False, force=True)
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

    # Moving in it

    def go_to(self, y: int) -> None:
        """Scroll there; a log that is not at its end is paused."""
        super().go_to(y)
        self.pause(paused=not self._is_at_end)
        self.post_message(self.Moved())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up."""
        event.prevent_default().stop()
        self.go_to(self.top - _WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down."""
        event.prevent_default().stop()
        self.go_to(self.top + _WHEEL)

    def on_scroll_up(self, event: ScrollUp) -> None:
        """A click above the scroll bar's thumb."""
        event.prevent_default().stop()
        self.action_page(-1)

    def on_scroll_down(self, event: ScrollDown) -> None:
        """A click below it."""
        event.prevent_default().stop()
        self.action_page(1)

    def on_scroll_to(self, event: ScrollTo) -> None:
        """The thumb was dragged."""
        event.prevent_default().stop()
        if event.y is not None:
            self.go_to(round(event.y))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew for another width."""
        self._draw_all()
        event.prevent_default()

    def render_line(self, y: int) -> Strip:
        """The title, or a line of the log."""
        width = self.size.width
        if y < self.fixed:
            return self.render_title(width)
        row = y - self.fixed + self.top
        if row >= len(self._rows):
            words = ""
            if row == 0 and (hidden := len(self.book.lines)):
                words = f"No line of these devices at this level; {count(hidden, 'line')} of others."
            return self.strip(cell(words, Tone.DIM), width)
        number, content = self._rows[row]
        if self.book.sought:
            content = highlighted(content, self.book.sought)
        return self.strip(content, width, self.component("cursor") if number == self.book.place else None)
