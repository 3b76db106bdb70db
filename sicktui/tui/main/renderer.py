"""Draws the state of the dashboard on the widgets of the main screen."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sicktui.model.clock import Clock
from sicktui.model.device import Observation
from sicktui.model.run.plan import RunSpec
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.main.hinter import Hinter
from sicktui.tui.main.layout import PANES, Heights, PaneId, split_height
from sicktui.tui.main.status_line import status_line
from sicktui.tui.rows.devices import DeviceRow
from sicktui.tui.rows.fleet.columns import WIDE, fleet_columns, headings
from sicktui.tui.rows.fleet.row import FleetRow
from sicktui.tui.rows.fleet.run_header import header_cell, run_header
from sicktui.tui.rows.log.book import everything
from sicktui.tui.rows.log.title import log_title
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.device_detail import detail_lines
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.log_pane import LogPane
from sicktui.tui.widgets.pane import LEAD, RunPane
from sicktui.tui.widgets.table import Table

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer


SOON: Final = 0.1
"""Seconds between two pictures at least where a change of state is shown at once."""
_ANY: Final = 100_000
"""More rows than any terminal has."""


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
        self.run = screen.query_one("#run", RunPane)
        self.devices: Table[FleetRow] = screen.query_one("#devices", Table)
        self.detail = screen.query_one("#detail", LineBar)
        self.log = screen.query_one("#log", LogPane)
        self._status = screen.query_one("#status", LineBar)
        self.zoomed: PaneId | None = None
        self.show_log = True
        self.log_lines = 0
        """The lines that the log has at least; 0: as the height suggests."""
        self.heights = Heights(run=0, devices=0, detail=0, log=0)
        """Those that the panes have now."""
        self.log_of = LogOf.MARKED
        self.stores: tuple[str, ...] = ()
        self.dirty = True
        """Whether something changed since the last render."""
        self._clock = clock
        self._rendered = 0.0
        self._timer: Timer | None = None
        self.hinter = Hinter(screen, dashboard, appearance)

    def observed(self, seen: Observation, before: Observation | None) -> None:
        """A sensor was looked at, or has pushed something: draw what is new of it."""
        if before is None:
            self.dirty = True
        elif (before.reachable, before.update_state, before.health.status) != (
            seen.reachable,
            seen.update_state,
            seen.health.status,
        ):
            self.soon()
        # Else that it has answered again is all that is new: shown with the clock, once a second.
        self.dirty |= before != seen

    def soon(self) -> None:
        """Draw a change of state within a moment, and all that come meanwhile with it."""
        self.dirty = True
        if self._timer is None:
            wait = min(SOON, max(0.0, self._rendered + SOON - self._clock.monotonic()))
            self._timer = self._screen.set_timer(wait or 0.001, self._render_soon)

    def _render_soon(self) -> None:
        self._timer = None
        if self.dirty:
            self.render()

    def render(self) -> None:
        """Draw the current state."""
        self.dirty, self._rendered = False, self._clock.monotonic()
        dashboard = self._dashboard
        devices = dashboard.all_device_rows()
        dashboard.pane = self.focused_pane
        self.hinter.render()
        runs = len(dashboard.followed.shown)
        # As many lines as there are at most, to know what must be folded; then as many as are needed.
        most = self._split(_ANY, runs)
        rows = dashboard.fleet_rows(devices, most.room)
        heights = self._split(len(rows), runs)
        self._set_heights(heights)
        found = sum(row.device is not None for row in rows)
        is_wide = self._screen.size.width >= WIDE
        columns = fleet_columns(
            with_runs=runs > 0,
            is_wide=is_wide,
            chosen=dashboard.columns,
            with_login=any(row.lacks_password for row in devices),
            with_pc=dashboard.elsewhere.is_known,
        )
        known = len(dashboard.targets) + len(dashboard.elsewhere.rows)
        shown = f"{found} of {known}" if dashboard.wanted else str(known)
        compact = heights.compact and not dashboard.wanted
        self.devices.set_columns(
            columns,
            headings(
                dashboard.order,
                self._appearance.glyphs,
                backwards=dashboard.backwards,
                shown=shown if compact else "",
            ),
            compact=compact,
        )
        self.devices.show(rows)
        self._render_runs()
        self._render_titles(rows, shown)
        self._render_status(devices)
        self.render_selection()

    def enter(self, spec: RunSpec) -> None:
        """Select the first device of a run, if the selected one has no part in it."""
        if all(item.target.device != self._dashboard.selected for item in spec.items):
            rows = self.devices.rows
            self.devices.select(next((row.key for row in rows if row.run == spec.run), None))
            self.render_selection()

    def render_selection(self) -> None:
        """Draw what is about the selected device; a held key would repaint the rest all the time."""
        dashboard, selected = self._dashboard, self.devices.selected
        dashboard.pane = self.focused_pane
        dashboard.selected = selected.name if selected else None
        # In the pane of the runs one is selected there.
        if selected is not None and selected.run in dashboard.runs and dashboard.pane != "run":
            dashboard.shown_run = selected.run
        size, glyphs = self.detail.size, self._appearance.glyphs
        self.detail.show(*detail_lines(dashboard, dashboard.selected, glyphs, size.width, size.height))
        self.log.set_title(self._log_title())
        self.hinter.render()

    @property
    def focused_pane(self) -> PaneId:
        """The pane that has the focus; the list behind its filter, the log behind its search."""
        focused = self._screen.focused.id if self._screen.focused else ""
        return next((pane for pane in PANES if focused == pane), "log" if focused == "sought" else "devices")

    def _split(self, devices: int, runs: int) -> Heights:
        # Their heights as they will be: a layout lags behind, and what does not fit makes the screen scroll.
        bars = [bar.styles.height for bar in self._screen.query(".bar") if bar.display]
        others = sum(int(height.value) for height in bars if height is not None)
        height = self._screen.size.height - others
        return split_height(
            height,
            devices=devices,
            runs=runs,
            zoomed=self.zoomed,
            log=self.show_log,
            log_lines=self.log_lines,
        )

    def _set_heights(self, heights: Heights) -> None:
        self.heights = heights
        pairs = (
            (self.run, heights.run),
            (self.devices, heights.devices),
            (self.detail, heights.detail),
            (self.log, heights.log),
        )
        for widget, height in pairs:
            if widget.display != (height > 0):
                widget.display = height > 0
            if height and (widget.styles.height is None or widget.styles.height.value != height):
                widget.styles.height = height

    def _render_runs(self) -> None:
        dashboard, width = self._dashboard, self.run.across - LEAD
        lines: list[Cell] = []
        shown = dashboard.followed.shown
        for view in shown:
            header = run_header(
                view,
                dashboard.now(),
                dashboard.rates_of(view),
                is_starting=view is dashboard.starting,
                is_cancelling=view.run in dashboard.cancelling,
                continue_key=self._appearance.keys.of("continue_run"),
            )
            lines.append(header_cell(header, self._appearance.glyphs, width))
        selected = (i for i, view in enumerate(shown) if view.run == dashboard.shown_run)
        self.run.show(lines, next(selected, 0))

    def _render_titles(self, rows: list[FleetRow], shown: str) -> None:
        dashboard = self._dashboard
        gap = Span(f" {self._appearance.glyphs.dot} ", Tone.DIM)
        hidden = len(dashboard.marks - {row.name for row in rows})
        self.devices.set_title(
            joined(
                (
                    (Span("Devices "), Span(shown, Tone.DIM)),
                    # Before what is cut where there is no room: commands go to the hidden ones too.
                    _marks_cell(len(dashboard.marks), hidden),
                    cell(
                        f"by {dashboard.order.value}{', reversed' if dashboard.backwards else ''}", Tone.DIM
                    ),
                    cell(f"filter: {clean(dashboard.wanted, 40)}", Tone.WARN) if dashboard.wanted else (),
                ),
                gap,
            )
        )

    def _log_title(self) -> Cell:
        dashboard = self._dashboard
        match self.log_of:
            case LogOf.MARKED if dashboard.marks:
                of = LogOf.MARKED.value
            case LogOf.SELECTED:
                of = clean(dashboard.selected or "no device", 40)
            case _:
                of = LogOf.ALL.value
        return log_title(of, dashboard.log, self._appearance.glyphs)

    def _render_status(self, rows: list[DeviceRow]) -> None:
        dashboard = self._dashboard
        line = status_line(
            rows,
            live_runs=len(dashboard.live_runs),
            offers=dashboard.waiting_offers,
            unheard=dashboard.unheard_sources,
            elsewhere=len(dashboard.elsewhere.rows),
            rollouts=dashboard.elsewhere.live,
            unapproved=len(dashboard.elsewhere.unapproved),
            fleet_problem=bool(dashboard.elsewhere.problem),
            unknown_passwords=sum(row.lacks_password for row in rows),
            settings_problem=bool(dashboard.settings_problem),
            stores=self.stores,
            clock=f"{self._clock.now().astimezone():%H:%M}",
            demo=self._appearance.demo,
            glyphs=self._appearance.glyphs,
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
                self.log.follow(everything)


def _marks_cell(marked: int, hidden: int) -> Cell:
    """How many are marked, and how many of them the filter or a count hides."""
    if hidden:
        return cell(f"{marked} marked, {hidden} hidden", Tone.WARN)
    return cell(f"{marked} marked", Tone.KEY) if marked else ()
