"""A table of frozen records that repaints only what changed.

Textual's DataTable repaints as a whole for one cell (19 kB at 120x40, measured); here a changed
cell costs itself.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from textual import events
from textual.message import Message
from textual.strip import Strip

from sicktui.tui.drawing.columns import Column, Row, share
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, pad, truncate, width_of
from sicktui.tui.glyphs import UNICODE, Glyphs
from sicktui.tui.widgets.pane import Pane
from sicktui.tui.widgets.spoken import spoken

RowT = TypeVar("RowT", bound=Row)

GAP = 1
LEAD = 2
"""Cells in front of the first column: the cursor, and a blank."""


class Table(Pane, Generic[RowT]):
    """Rows under fixed headings, with one row selected."""

    class Selected(Message):
        """Another row was selected by the operator."""

        def __init__(self, table: "Table[Any]", key: Hashable) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> "Table[Any]":
            """The table, for ``@on`` with a selector."""
            return self.table

    class Chosen(Selected):
        """The selected row was chosen with enter."""

    class Extended(Selected):
        """The cursor was moved by a line with shift; ``before`` is the row that it left."""

        def __init__(self, table: "Table[Any]", before: Hashable, key: Hashable) -> None:
            super().__init__(table, key)
            self.before = before

    class HeadingClicked(Message):
        """The heading of a column was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    BINDINGS = [  # noqa: RUF012 - as Textual declares it
        ("enter", "choose", "Choose"),
        ("shift+down", "extend(1)", "Mark and move down"),
        ("shift+up", "extend(-1)", "Mark and move up"),
    ]

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        title: str = "",
        *,
        empty: Callable[[], Sequence[Cell]] = tuple,
        across: Callable[[RowT, Glyphs, int], Cell | None] = lambda _row, _glyphs, _width: None,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(title, glyphs=glyphs, id=id)
        self._columns = columns
        self._empty = empty
        self._across = across
        """The text of a row that has no columns."""
        self._headings: Mapping[str, str] = {}
        self._is_compact = False
        self._rows: list[RowT] = []
        self._is_read = False
        """Whether it is known what it has to show."""
        self._index: dict[Hashable, int] = {}
        self._cells: list[list[Cell] | None] = []
        """Of each row; ``None`` until it is on the screen."""
        self._natural: list[list[int]] = []
        self._widths: list[int] = [0] * len(columns)
        self._width = 0
        """What was shared out."""
        self._selected: Hashable | None = None

    @property
    def is_titled(self) -> bool:
        """Whether the title has a line beside the headings."""
        return super().is_titled and not (self._is_compact and self._rows)

    @property
    def fixed(self) -> int:
        """The title and the headings stay."""
        return super().fixed + (1 if self._rows else 0)

    @property
    def rows(self) -> Sequence[RowT]:
        """The rows, as they are shown."""
        return self._rows

    @property
    def shown_columns(self) -> frozenset[str]:
        """The columns that have room."""
        pairs = zip(self._columns, self._widths, strict=True)
        return frozenset(column.id for column, width in pairs if width)

    @property
    def selected(self) -> RowT | None:
        """The selected row; ``None`` only when there is none at all."""
        index = self.cursor
        return None if index is None else self._rows[index]

    @property
    def cursor(self) -> int | None:
        """The selected row's place."""
        if not self._rows:
            return None
        return self._index.get(self._selected, 0)

    def show(self, rows: Sequence[RowT]) -> None:
        """Show these rows. What is equal to what is shown is not drawn again."""
        place = self.cursor or 0
        before, self._rows = self._rows, list(rows)
        if not self._is_read:
            self._is_read = True
            self.refresh()
        if [row.key for row in before] == [row.key for row in rows]:
            self._redraw([i for i, row in enumerate(rows) if row != before[i]])
            return
        self._index = {row.key: i for i, row in enumerate(rows)}
        if self._selected not in self._index:
            self._selected = self._rows[min(place, len(rows) - 1)].key if rows else None
        measured = {row.key: (row, sizes) for row, sizes in zip(before, self._natural, strict=True)}
        self._natural = [
            known[1] if (known := measured.get(row.key)) and known[0] == row else self._measured(row)
            for row in rows
        ]
        self._lay_out()
        self.set_lines(len(rows))
        self.refresh()
        if self.cursor is not None:
            self.scroll_to_row(self.cursor)

    def set_columns(
        self, columns: Sequence[Column[RowT]], headings: Mapping[str, str], *, compact: bool = False
    ) -> None:
        """Show other columns. What is shown already costs nothing.

        Args:
            columns: from left to right.
            headings: other headings than the columns' titles, by column.
            compact: whether the headings take the place of the title.
        """
        if (columns, headings, compact) == (self._columns, self._headings, self._is_compact):
            return
        self._columns, self._headings, self._is_compact = columns, headings, compact
        self._natural = [self._measured(row) for row in self._rows]
        self._lay_out()
        self.set_lines(len(self._rows))
        self.refresh()

    def select(self, key: Hashable) -> None:
        """Select a row without a message; an unknown key changes nothing."""
        if key in self._index and key != self._selected:
            old, self._selected = self.cursor, key
            if old is not None:
                self.refresh_row(old)
            self.refresh_row(self._index[key])
            self.scroll_to_row(self._index[key])

    def _redraw(self, changed: Sequence[int]) -> None:
        """Repaint the cells of these rows that differ; everything, if a width changed."""
        for i in changed:
            self._natural[i] = self._measured(self._rows[i])
        if changed and self._shared() != self._widths:
            self._lay_out()
            self.refresh()
            return
        for i in changed:
            before = self._cells[i]
            if before is None:
                continue  # Not on the screen, or about to be drawn.
            now = self._cells[i] = self._drawn(self._rows[i])
            if len(before) != len(now) or self._has_no_columns(self._rows[i]):
                self.refresh_row(i)
                continue
            # One region for all of them: Textual writes a line from its beginning for each region.
            x, first, end = LEAD, 0, 0
            for width, old, new in zip(self._widths, before, now, strict=True):
                if width:
                    if old != new:
                        first, end = first or x, x + width
                    x += width + GAP
            if end:
                self.refresh_row(i, first, end - first)

    def _has_no_columns(self, row: RowT) -> bool:
        return self._across(row, self.glyphs, 0) is not None

    def _measured(self, row: RowT) -> list[int]:
        """How wide the row's cells would like to be."""
        if self._has_no_columns(row):
            return [0] * len(self._columns)
        return [
            c.most if c.steady and not c.usual else width_of(c.cell(row, self.glyphs, c.most))
            for c in self._columns
        ]

    def _shared(self) -> list[int]:
        contents = [max(sizes) for sizes in zip(*self._natural, strict=True)] or [0] * len(self._columns)
        return share(self._columns, contents, max(0, self.across - LEAD), GAP)

    def _drawn(self, row: RowT) -> list[Cell]:
        """Its cells; a single one for a row without columns."""
        text = self._across(row, self.glyphs, max(0, self.across - LEAD))
        if text is not None:
            return [text]
        pairs = zip(self._columns, self._widths, strict=True)
        return [spoken(c.cell(row, self.glyphs, width)) if width else () for c, width in pairs]

    def _lay_out(self) -> None:
        """Share the width anew; each row is drawn again when it is on the screen."""
        self._width = self.across
        self._widths = self._shared()
        self._cells = [None] * len(self._rows)

    def on_resize(self, _: events.Resize) -> None:
        """Share the new width."""
        self._lay_out()
        self.refresh()
        if self.cursor is not None:
            self.scroll_to_row(self.cursor)

    def render_line(self, y: int) -> Strip:
        """The title, the headings, or a row."""
        width = self.across
        if width != self._width:
            # The scroll bar comes and goes without a resize event.
            self._lay_out()
        if y == 0 and self.is_titled:
            return self.render_title(width)
        if not self._rows:
            lines = self._empty() if self._is_read else [(), cell("  reading...", Tone.DIM)]
            place = y - self.fixed
            return self.strip(lines[place] if place < len(lines) else (), width)
        if y < self.fixed:
            return self._render_headings(width)
        index = y - self.fixed + round(self.scroll_y)
        return self._render_row(index, width) if index < len(self._rows) else self.strip((), width)

    def _render_headings(self, width: int) -> Strip:
        number = self.number if self._is_compact else ""
        lead = self.glyphs.cursor if self.has_focus and number else " "
        spans: list[Span] = [Span(f"{number or ' '}{lead}", Tone.KEY if self.has_focus else Tone.DIM)]
        for column, size in zip(self._columns, self._widths, strict=True):
            if size:
                heading = (Span(self._headings.get(column.id, column.title), Tone.DIM),)
                spans += pad(heading, size, self.glyphs.ellipsis, right=column.right)
                spans.append(Span(" " * GAP))
        return self.strip(spans, width, self.component("header"))

    def _render_row(self, index: int, width: int) -> Strip:
        is_cursor = index == self.cursor
        spans: list[Span] = [Span(self.glyphs.cursor if is_cursor else " ", Tone.KEY), Span(" ")]
        spans += self._contents(index, width - LEAD)
        if not is_cursor:
            return self.strip(spans, width)
        return self.strip(spans, width, self.component("cursor" if self.has_focus else "cursor-blurred"))

    def _contents(self, index: int, width: int) -> list[Span]:
        cells = self._cells[index]
        if cells is None:
            cells = self._cells[index] = self._drawn(self._rows[index])
        if self._has_no_columns(self._rows[index]):
            return list(truncate(cells[0], width, self.glyphs.ellipsis))
        spans: list[Span] = []
        for column, size, content in zip(self._columns, self._widths, cells, strict=True):
            if size:
                spans += pad(content, size, self.glyphs.ellipsis, right=column.right)
                spans.append(Span(" " * GAP))
        return spans

    @property
    def position(self) -> int:
        """The selected row's place."""
        return self.cursor or 0

    @property
    def last(self) -> int:
        """The last row's place."""
        return len(self._rows) - 1

    def go_to(self, position: int) -> None:
        """Select a row."""
        if self._rows:
            row = self._rows[max(0, min(position, self.last))]
            if row.key != self._selected:
                self.select(row.key)
                self.post_message(self.Selected(self, row.key))

    def action_extend(self, down: int) -> None:
        """Move by a line, up for -1, and tell which rows that connects."""
        if self.cursor is not None:
            before = self._rows[self.cursor].key
            self.go_to(self.cursor + down)
            self.post_message(self.Extended(self, before, self._rows[self.cursor].key))

    def action_choose(self) -> None:
        """Take the selected row."""
        if self.cursor is not None:
            self.post_message(self.Chosen(self, self._rows[self.cursor].key))

    def on_click(self, event: events.Click) -> None:
        """Select the row under the mouse, and choose it with a second click; or report the heading there."""
        index = event.y - self.fixed + self.top
        if event.y >= self.fixed and index < len(self._rows):
            self.go_to(index)
            if event.chain > 1:
                self.action_choose()
        elif self._rows and event.y == self.fixed - 1:
            column = self._column_at(event.x - self.gutter.left)
            if column is not None:
                self.post_message(self.HeadingClicked(column))

    def _column_at(self, x: int) -> str | None:
        begin = LEAD
        for column, size in zip(self._columns, self._widths, strict=True):
            if size and begin <= x < begin + size:
                return column.id
            begin += size + GAP if size else 0
        return None
