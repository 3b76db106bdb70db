"""Draws the state of the dashboard on the widgets of the main screen."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, get_args

from sicktui.engine.run.follow import waited_for
from sicktui.model.clock import Clock
from sicktui.model.enums import RunState, Verdict
from sicktui.model.run.view import RunView
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names
from sicktui.tui.appearance import Appearance
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.main.hinter import Hinter
from sicktui.tui.main.layout import Heights, PaneId, split_height
from sicktui.tui.main.status_line import status_line
from sicktui.tui.rows.devices import DeviceRow, arranged
from sicktui.tui.rows.jobs import VERDICT_TONES, JobRow
from sicktui.tui.rows.log import LogLine
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.device_detail import detail_lines
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.log_pane import LogPane
from sicktui.tui.widgets.table import Table

if TYPE_CHECKING:
    from textual.screen import Screen


MOST_NAMED: Final = 3
"""Sensors a cancelled run waits for that its title names."""


class LogOf(StrEnum):
    """Whose lines the log shows."""

    MARKED = "marked devices"
    SELECTED = "selected device"
    ALL = "all devices"


class Renderer:
    """Draws the main screen. Widgets skip what they already show, so rendering is cheap.

    Args:
        screen: the main screen, mounted.
        dashboard: what the dashboard knows.
        appearance: how it looks.
        clock: the source of time.
    """

    def __init__(
        self, screen: "Screen[Any]", dashboard: DashboardState, appearance: Appearance, clock: Clock
    ) -> None:
        self._dashboard = dashboard
        self._appearance = appearance
        self._screen = screen
        self.devices: Table[DeviceRow] = screen.query_one("#devices", Table)
        self.panel: Table[JobRow] = screen.query_one("#panel", Table)
        self.detail = screen.query_one("#detail", LineBar)
        self.log = screen.query_one("#log", LogPane)
        self._status = screen.query_one("#status", LineBar)
        self.zoomed: PaneId | None = None
        self.show_log = True
        self.log_of = LogOf.MARKED
        self.stores: tuple[str, ...] = ()
        self.dirty = True
        """Whether something changed since the last render."""
        self._clock = clock
        self.hinter = Hinter(screen, dashboard, appearance)

    def render(self) -> None:
        """Draw the current state."""
        self.dirty = False
        dashboard = self._dashboard
        jobs = dashboard.job_rows()
        dashboard.pane = self._focused_pane()
        self.hinter.render()
        self._arrange(len(dashboard.targets), len(jobs))
        everything = dashboard.all_device_rows()
        rows = arranged(everything, dashboard.order, dashboard.wanted)
        self.devices.show(rows)
        self.panel.show(jobs)
        selected = self.devices.selected
        dashboard.selected = selected.device if selected else None
        self._align_cursors()
        self._render_titles(rows)
        self._render_lines(everything)
        self.hinter.render()

    def _focused_pane(self) -> PaneId:
        """The pane that has the focus; the list behind its filter."""
        focused = self._screen.focused
        return next((pane for pane in get_args(PaneId) if focused and focused.id == pane), "devices")

    def _align_cursors(self) -> None:
        """Put the panel's cursor on the list's device, or hide it: the lines below are about one device."""
        if not self.panel.has_focus:
            self.panel.select((self._dashboard.shown_run, self._dashboard.selected))
        row = self.panel.selected
        self.panel.show_cursor(shown=row is not None and row.device == self._dashboard.selected)

    def _arrange(self, devices: int, jobs: int) -> None:
        """Apply the heights that changed."""
        # Their heights as they will be: a layout lags behind, and what does not fit makes the screen scroll.
        bars = [bar.styles.height for bar in self._screen.query(".bar") if bar.display]
        others = sum(int(height.value) for height in bars if height is not None)
        height = self._screen.size.height - others
        heights = split_height(height, devices=devices, jobs=jobs, zoomed=self.zoomed, log=self.show_log)
        self._set_heights(heights)

    def _set_heights(self, heights: Heights) -> None:
        pairs = (
            (self.devices, heights.devices),
            (self.panel, heights.panel),
            (self.detail, heights.detail),
            (self.log, heights.log),
        )
        for widget, height in pairs:
            if widget.display != (height > 0):
                widget.display = height > 0
            if height and (widget.styles.height is None or widget.styles.height.value != height):
                widget.styles.height = height

    def _render_titles(self, rows: list[DeviceRow]) -> None:
        dashboard, glyphs = self._dashboard, self._appearance.glyphs
        gap = Span(f" {glyphs.dot} ", Tone.DIM)
        shown = (
            f"{len(rows)} of {len(dashboard.targets)}" if dashboard.wanted else str(len(dashboard.targets))
        )
        hidden = len(dashboard.marks - {row.device for row in rows})
        self.devices.set_title(
            joined(
                (
                    (Span("Devices "), Span(shown, Tone.DIM)),
                    cell(f"by {dashboard.order.value}", Tone.DIM),
                    cell(f"filter: {clean(dashboard.wanted, 40)}", Tone.WARN) if dashboard.wanted else (),
                    cell(f"{hidden} marked but hidden", Tone.WARN) if hidden else (),
                ),
                gap,
            )
        )
        view = dashboard.shown_view
        self.panel.set_title(self._run_title(view, gap) if view else cell("Update"))
        self.log.set_title(self._log_title(gap))

    def _run_title(self, view: RunView, gap: Span) -> Cell:
        operation = view.operation.value.capitalize() if view.operation else "Run"
        counts = [
            cell(f"{number} {verdict.value}", VERDICT_TONES[verdict])
            for verdict, number in view.counts().items()
            if number
        ]
        going = sum(device.verdict is None for device in view.devices.values())
        state = "starting" if view is self._dashboard.starting else view.state.value
        if view.state is RunState.RUNNING and (view.cancelling or view.run in self._dashboard.cancelling):
            state = self._waiting_for(view)
        tone = {RunState.RUNNING: Tone.BUSY, RunState.FINISHED: Tone.GOOD}.get(view.state, Tone.WARN)
        if view.finished and view.counts()[Verdict.FAILED] + view.counts()[Verdict.UNKNOWN]:
            tone = Tone.WARN
        others = len([run for run in self._dashboard.live_runs if run != view.run])
        return joined(
            (
                (Span(f"{operation} "), Span(clean(view.run), Tone.DIM)),
                cell(state, tone),
                *counts,
                cell(f"{going} running" if view.state is RunState.RUNNING else f"{going} open", Tone.BUSY)
                if going
                else (),
                cell(f"{count(others, 'other run')} active", Tone.WARN) if others else (),
            ),
            gap,
        )

    def _waiting_for(self, view: RunView) -> str:
        busy = [f"{clean(device, 24)} ({step.value})" for device, step in waited_for(view).items()]
        return f"cancelling, waiting for {names(busy, MOST_NAMED)}" if busy else "cancelling"

    def _log_title(self, gap: Span) -> Cell:
        dashboard = self._dashboard
        match self.log_of:
            case LogOf.MARKED if dashboard.marks:
                of = f"{len(dashboard.marks)} marked"
            case LogOf.SELECTED:
                of = clean(dashboard.selected or "no device", 40)
            case _:
                of = LogOf.ALL.value
        paused: Cell = ()
        if self.log.paused:
            paused = cell(f"PAUSED, {self.log.held} new", Tone.WARN)
        return joined(((Span("Log "), Span(of, Tone.DIM)), paused), gap)

    def _render_lines(self, rows: list[DeviceRow]) -> None:
        dashboard, glyphs = self._dashboard, self._appearance.glyphs
        size = self.detail.size
        device = dashboard.selected
        if self.panel.has_focus and self.panel.selected is not None:
            device = self.panel.selected.device
        self.detail.show(*detail_lines(dashboard, device, glyphs, size.width, size.height))
        line = status_line(
            rows,
            marked=len(dashboard.marks),
            live_runs=len(dashboard.live_runs),
            offers=dashboard.waiting_offers,
            unknown_passwords=dashboard.without_password,
            settings_problem=bool(dashboard.settings_problem),
            stores=self.stores,
            clock=f"{self._clock.now().astimezone():%H:%M}",
            demo=self._appearance.demo,
            glyphs=glyphs,
            width=self._status.size.width,
        )
        self._status.show(line)

    def follow_log(self) -> None:
        """Filter the log by the chosen devices."""
        match self.log_of:
            case LogOf.MARKED if self._dashboard.marks:
                marks = frozenset(self._dashboard.marks)
                self.log.follow(lambda line: line.device is None or line.device in marks)
            case LogOf.SELECTED:
                device = self._dashboard.selected
                self.log.follow(lambda line: line.device is None or line.device == device)
            case _:
                self.log.follow(_everything)


def _everything(_: LogLine) -> bool:
    return True
