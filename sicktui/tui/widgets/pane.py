"""The scrolling parts of the main screen: one with a title on its first line, and one of mere lines."""

from collections.abc import Sequence

from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, truncate, width_of
from sicktui.tui.glyphs import UNICODE, Glyphs
from sicktui.tui.widgets.painted import Painted


class Pane(ScrollView, Painted, can_focus=True, inherit_css=True):
    """Draws a title, then whatever its subclass has; the first lines stay while the rest scrolls."""

    DEFAULT_CSS = """
    Pane {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        background: $background;
    }
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration is not a ClassVar of a tuple
        Binding("j,down", "down", "Down", show=False),
        Binding("k,up", "up", "Up", show=False),
        Binding("J,pagedown", "page(1)", "Page down", show=False),
        Binding("K,pageup", "page(-1)", "Page up", show=False),
        Binding("ctrl+d", "half(1)", "Half a page down", show=False),
        Binding("ctrl+u", "half(-1)", "Half a page up", show=False),
        Binding("g,less_than_sign,home", "edge(-1)", "To the top", show=False),
        Binding("G,greater_than_sign,end", "edge(1)", "To the end", show=False),
    ]

    auto_links: Reactive[bool] = Reactive(default=False)

    def __init__(self, title: str = "", *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.glyphs = glyphs
        self._title: Cell = cell(title)
        self.number = ""
        """The key that moves the focus to it, shown in its title."""

    @property
    def is_titled(self) -> bool:
        """Whether the first line is a title."""
        return bool(self._title)

    @property
    def fixed(self) -> int:
        """How many lines on top do not scroll."""
        return 1 if self.is_titled else 0

    @property
    def room(self) -> int:
        """How many scrolling lines are visible."""
        return max(0, self.size.height - self.fixed)

    @property
    def across(self) -> int:
        """How many cells a line has: those beside the scroll bar, if there is one now."""
        return self.scrollable_content_region.width

    def set_title(self, title: Cell) -> None:
        """Show another title. An equal one costs nothing."""
        if title != self._title:
            self._title = title
            self.refresh(Region(0, 0, self.size.width, 1))

    def render_title(self, width: int) -> Strip:
        """The title line: the title, then a rule to the right edge."""
        glyphs = self.glyphs
        lead = Span(f"{glyphs.rule}{self.number or glyphs.rule} ", Tone.DIM)
        if self.has_focus:
            lead = Span(f"{self.number or glyphs.rule}{glyphs.cursor} ", Tone.KEY)
        shown = truncate((lead, *self._title, Span(" ")), width, glyphs.ellipsis)
        rule = Span(glyphs.rule * max(0, width - width_of(shown)), Tone.DIM)
        return self.strip((*shown, rule), width)

    def on_focus(self) -> None:
        """Redraw: the title shows the focus."""
        self.refresh()

    def on_blur(self) -> None:
        """Redraw: the title shows the focus."""
        self.refresh()

    def set_lines(self, count: int) -> None:
        """Set the number of scrolling lines."""
        height = count + self.fixed
        if self.virtual_size.height != height:
            self.virtual_size = self.virtual_size.with_height(height)

    def refresh_row(self, index: int, x: int = 0, width: int | None = None) -> None:
        """Repaint one scrolling line, or a part of it; one that is out of sight costs nothing."""
        y = index - round(self.scroll_y) + self.fixed
        if self.fixed <= y < self.size.height:
            self.refresh(Region(x, y, self.size.width if width is None else width, 1))

    def scroll_to_row(self, index: int) -> None:
        """Bring a line into sight with the least movement."""
        top = round(self.scroll_y)
        if index < top:
            self.scroll_to(y=index, animate=False, force=True)
        elif self.room and index >= top + self.room:
            self.scroll_to(y=index - self.room + 1, animate=False, force=True)

    @property
    def top(self) -> int:
        """The first scrolling line that is visible."""
        return round(self.scroll_y)

    @property
    def position(self) -> int:
        """What the keys that move count from: the line on top, or the one under a cursor."""
        return self.top

    @property
    def last(self) -> int:
        """The last position."""
        return round(self.max_scroll_y)

    def go_to(self, position: int) -> None:
        """Move there at once, so that the next key counts from there; no further than to the ends."""
        place = min(max(0, position), self.max_scroll_y)
        self.scroll_to(y=place, animate=False, force=True, immediate=True)

    def action_down(self) -> None:
        """One line down."""
        self.go_to(self.position + 1)

    def action_up(self) -> None:
        """One line up."""
        self.go_to(self.position - 1)

    def action_page(self, direction: int) -> None:
        """A screenful up or down."""
        self.go_to(self.position + direction * max(1, self.room - 1))

    def action_half(self, direction: int) -> None:
        """Half a screenful up or down."""
        self.go_to(self.position + direction * max(1, self.room // 2))

    def action_edge(self, direction: int) -> None:
        """To the first or the last line."""
        self.go_to(0 if direction < 0 else self.last)


LEAD = 2
"""Cells in front of a line: the number of the pane, and the cursor where it has the focus."""


class RunPane(Pane):
    """The runs that are shown: a line of each, without a title; an unchanged one is not repainted."""

    class Selected(Message):
        """Another run was selected by the operator."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    BINDINGS = [("enter", "screen.command('verdicts')", "Verdicts")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(glyphs=glyphs, id=id)
        self._lines: list[Cell] = []
        self._selected = 0

    @property
    def position(self) -> int:
        """The selected run."""
        return self._selected

    @property
    def last(self) -> int:
        """The last run."""
        return len(self._lines) - 1

    def go_to(self, position: int) -> None:
        """Select a run."""
        if self._lines:
            self.post_message(self.Selected(min(max(0, position), self.last)))

    @property
    def lines(self) -> Sequence[Cell]:
        """What is shown, from the top."""
        return self._lines

    def show(self, lines: Sequence[Cell], selected: int = 0) -> None:
        """Show these lines, one of them as selected."""
        before, self._lines = self._lines, list(lines)
        moved = {self._selected, selected} if selected != self._selected else set()
        self._selected = selected
        self.set_lines(len(lines))
        for index in range(max(len(before), len(lines))):
            if index in moved or before[index : index + 1] != self._lines[index : index + 1]:
                self.refresh_row(index)
        if moved or len(before) != len(lines):
            self.scroll_to_row(selected)

    def render_line(self, y: int) -> Strip:
        """One line, cut to the width."""
        width = self.across
        index = y + round(self.scroll_y)
        content = self._lines[index] if index < len(self._lines) else ()
        # With one run, the place of the focus is all that there is to see.
        is_marked = index == self._selected and (self.has_focus or len(self._lines) > 1)
        number = self.number if y == 0 and self.number else " "
        sign = self.glyphs.cursor if is_marked else " "
        lead = Span(f"{number}{sign}", Tone.KEY if self.has_focus else Tone.DIM)
        return self.strip((lead, *truncate(content, width - LEAD, self.glyphs.ellipsis)), width)
