"""The timeline of a run: who waited, was sent the package, flashed, was away, and when."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from sicktui.engine.context import Context
from sicktui.engine.reports.timeline import Timeline, TimelineBuilder
from sicktui.engine.run.follow import follow
from sicktui.model.enums import Operation, RunState
from sicktui.model.errors import SicktuiError
from sicktui.model.run.event import RunChanged, VerdictReached
from sicktui.model.safe_text import clean
from sicktui.model.wording import elapsed
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.hints import Hint
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, pad
from sicktui.tui.rows.run.timeline import (
    PICTURE,
    TIMELINE_COLUMNS,
    TimelineRow,
    Window,
    about_lane,
    axis_text,
    break_lines,
    counts_cell,
    legend,
    timeline_rows,
)
from sicktui.tui.widgets.table import GAP, LEAD, Table

PAINT_EVERY: Final = 1.0
"""Seconds between two pictures of a running run."""


class TimelineTable(Table[TimelineRow]):
    """The rows under an axis of time."""

    timeline = Timeline(started="", seconds=0.0, devices=())
    window = Window()

    @property
    def picture_width(self) -> int:
        """How many columns the picture has."""
        widths = dict(zip((column.id for column in self._columns), self._widths, strict=True))
        return max(1, widths.get(PICTURE, 0))

    def paint_axis(self, timeline: Timeline, window: Window) -> None:
        """Show other times above the picture."""
        width, before = self.picture_width, (self.timeline, self.window)
        self.timeline, self.window = timeline, window
        if axis_text(*before, width, self.glyphs) != axis_text(timeline, window, width, self.glyphs):
            self.refresh()

    def _render_headings(self, width: int) -> Strip:
        spans: list[Span] = [Span(" " * LEAD)]
        for column, size in zip(self._columns, self._widths, strict=True):
            if size:
                axis = axis_text(self.timeline, self.window, size, self.glyphs)
                heading = axis if column.id == PICTURE else column.title
                spans += pad(cell(heading, Tone.DIM), size, self.glyphs.ellipsis)
                spans.append(Span(" " * GAP))
        return self.strip(spans, width, self.component("header"))


class TimelineScreen(TableScreen[None, TimelineRow]):
    """A row a device, time across. A running run grows to the right.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
        run: the run's id.
    """

    DEFAULT_CSS = """
    TimelineScreen Table { height: 1fr; }
    TimelineScreen #text { height: auto; max-height: 7; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "zoom(1)", "zoom in", show=False),
        Binding("minus", "zoom(-1)", "zoom out", show=False),
        Binding("h,left", "pan(-1)", "Earlier", show=False),
        Binding("l,right", "pan(1)", "Later", show=False),
        Binding("f,0", "whole", "whole run"),
        Binding("t", "leave", "Back", show=False),
    ]

    first_hints: ClassVar[Sequence[Hint]] = (("j k", "move"), ("+ -", "zoom"), ("h l", "earlier, later"))
    columns = TIMELINE_COLUMNS

    def __init__(self, appearance: Appearance, context: Context, run: str) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._run = run
        self._operation: Operation | None = None
        self._builder: TimelineBuilder | None = None
        self._state = RunState.RUNNING
        self._window = Window()
        self._verdicts: dict[str, VerdictReached] = {}

    def middle(self) -> list[Widget]:
        """The table with its axis."""
        return [TimelineTable(self.columns, glyphs=self.appearance.glyphs, id="table")]

    @property
    def chart(self) -> TimelineTable:
        """The table with its axis."""
        return self.query_one(TimelineTable)

    def begin(self) -> None:
        """Follow the run."""
        super().begin()
        self.start(self._follow(), "reading the run")
        self.set_interval(PAINT_EVERY, self._tick)

    async def _follow(self) -> None:
        context = self._engine_context
        try:
            journal = await context.opened_journal()
            spec = await asyncio.to_thread(journal.spec, self._run)
            self._operation = spec.operation
            self._builder = TimelineBuilder(spec)
            async for batch in follow(context, self._run, interval=PAINT_EVERY):
                for _, event in batch:
                    self._builder.add([event])
                    if isinstance(event, RunChanged):
                        self._state = event.state
                    elif isinstance(event, VerdictReached):
                        self._verdicts[event.device] = event
                self.paint()
        except SicktuiError as error:
            self.trouble = str(error)
        self.paint()

    def _tick(self) -> None:
        if self._state is RunState.RUNNING:
            self.paint()

    def timeline(self) -> Timeline | None:
        """What is known by now; ``None`` until the run was read."""
        if self._builder is None:
            return None
        going = self._state is RunState.RUNNING
        return self._builder.result(self._engine_context.clock.now() if going else None)

    def paint(self) -> None:
        """Show what is known now."""
        timeline = self.timeline()
        if timeline is None:
            self.show_head(cell("Reading the run ...", Tone.DIM))
            return
        glyphs = self.appearance.glyphs
        what = f"{self._operation.value} " if self._operation else ""
        state = "" if self._state is RunState.FINISHED else f", {self._state.value}"
        title = (
            Span("Timeline ", Tone.KEY),
            Span(f"{what}{clean(self._run)}{state} {elapsed(timeline.seconds)}"),
        )
        self.show_head(joined([title, counts_cell(timeline, glyphs)], Span("  ")), legend(timeline, glyphs))
        self.chart.show(timeline_rows(timeline, self._window))
        self.chart.paint_axis(timeline, self._window)
        self.paint_text()

    def about(self, row: TimelineRow | None) -> Sequence[Cell]:
        """The selected device, and the times that are left out."""
        timeline = self.timeline()
        if row is None or timeline is None:
            return ()
        lane = next((lane for lane in timeline.devices if lane.device == row.key), row.lane)
        return [
            *about_lane(lane, self._words(row.key), self.appearance.glyphs, self.size.width - 3),
            *break_lines(timeline, self.appearance.glyphs),
        ]

    def _words(self, device: str) -> list[Cell]:
        verdict = self._verdicts.get(device)
        if verdict is None:
            return []
        lines = [cell(clean(verdict.message, 2000))]
        if verdict.advice:
            lines.append((Span("What to do: ", Tone.KEY), Span(clean(verdict.advice, 2000))))
        return lines

    def _show_window(self, window: Window) -> None:
        self._window = window
        self.paint()

    def _seconds(self) -> float:
        timeline = self.timeline()
        return timeline.seconds + 1 if timeline else 0.0

    def action_zoom(self, direction: int) -> None:
        """Show less time in more detail, or more."""
        self._show_window(self._window.zoomed(self._seconds(), self.chart.picture_width, direction))

    def action_pan(self, direction: int) -> None:
        """Show an earlier or later time."""
        self._show_window(self._window.moved(self._seconds(), self.chart.picture_width, direction))

    def action_whole(self) -> None:
        """Show the whole run."""
        self._show_window(Window())
