"""Actions on the panes of the main screen: marks, filter, order, size, log."""

from collections.abc import Hashable
from typing import Any, Final

from textual.screen import Screen
from textual.widgets import Input

from sicktui.model.filter.fields import FilterError
from sicktui.model.filter.parsing import parse
from sicktui.model.safe_text import clean
from sicktui.stores.memory.view import ViewRecord
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.main.layout import LEAST_LOG, PaneId
from sicktui.tui.main.log_actions import LogActions
from sicktui.tui.main.renderer import LogOf, Renderer
from sicktui.tui.rows.fleet.choice import known_columns
from sicktui.tui.rows.fleet.order import SortOrder, next_order, order_of
from sicktui.tui.rows.log.book import LogLevel
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.widgets.pane import Pane

_REMEMBERED: Final[tuple[PaneId, ...]] = ("devices", "log")
"""Panes whose zoom outlives the dashboard: a run does not."""


def _is_filter(text: str) -> bool:
    try:
        parse(text)
    except FilterError:
        return False
    return True


class Panes:
    """Changes what is shown.

    Args:
        screen: the main screen, mounted.
        dashboard: what the dashboard knows.
        renderer: draws it.
        keys: those of the commands, for sentences that name one.
    """

    def __init__(
        self, screen: "Screen[Any]", dashboard: DashboardState, renderer: Renderer, keys: KeyMap
    ) -> None:
        self._screen = screen
        self._dashboard = dashboard
        self._renderer = renderer
        self._marks = dashboard.marking
        self._filter = screen.query_one("#filter", Input)
        self.log = LogActions(screen, renderer, keys, lambda: self.focus("log"))

    # What is remembered

    def view(self) -> ViewRecord:
        """How the dashboard looks now, as far as the operator has chosen it."""
        dashboard, renderer = self._dashboard, self._renderer
        return ViewRecord(
            order=dashboard.order.value,
            backwards=dashboard.backwards,
            filter=dashboard.wanted,
            columns=dashboard.columns,
            zoomed=renderer.zoomed if renderer.zoomed in _REMEMBERED else "",
            log_shown=renderer.show_log,
            log_lines=renderer.log_lines,
            log_of=renderer.log_of.value,
            log_level=renderer.log.book.level.value,
        )

    def restore(self, view: ViewRecord) -> None:
        """Look like this again; what this version does not know stays as it is."""
        dashboard, renderer = self._dashboard, self._renderer
        dashboard.order = next((order for order in SortOrder if order.value == view.order), dashboard.order)
        dashboard.backwards = view.backwards
        dashboard.columns = known_columns(view.columns)
        renderer.show_log, renderer.log_lines = view.log_shown, view.log_lines
        renderer.log_of = next((of for of in LogOf if of.value == view.log_of), renderer.log_of)
        book = renderer.log.book
        book.level = next((level for level in LogLevel if level.value == view.log_level), book.level)
        renderer.zoomed = next((pane for pane in _REMEMBERED if pane == view.zoomed), None)
        if _is_filter(view.filter):
            dashboard.wanted = self._filter.value = view.filter
        if renderer.zoomed:
            self._screen.query_one(f"#{renderer.zoomed}", Pane).focus()

    # Marks

    def mark(self) -> None:
        """Mark or unmark the selected device."""
        self._marks.toggle(self._dashboard.selected or "")
        self._marks_changed()

    def mark_all(self) -> None:
        """Mark all devices that the filter shows, or none."""
        self._marks.toggle_all(self._filtered)
        self._marks_changed()

    def mark_invert(self) -> None:
        """Mark the devices that the filter shows and that are not marked, and unmark the others."""
        self._marks.invert(self._filtered)
        self._marks_changed()

    def mark_range(self) -> None:
        """Mark the lines from the one marked last to the selected one."""
        listed = self._dashboard.listed
        lines = [row.name for row in self._renderer.devices.rows if row.name in listed]
        if self._marks.reach(self._dashboard.selected or "", [name for name in lines if name]):
            self._marks_changed()
        else:
            hidden = f"{self._marks.last} is not shown: the filter or a count hides it."
            words = f"{hidden} Mark the first device again."
            self._screen.notify(clean(words), severity="warning", markup=False)

    def mark_both(self, *lines: Hashable) -> None:
        """Mark the devices of these lines: the one that the cursor left with shift, and where it is."""
        listed = self._dashboard.listed
        for row in self._renderer.devices.rows:
            if row.key in lines and row.name is not None and row.name in listed:
                self._marks.add(row.name)
        self._marks_changed()

    def mark_trouble(self) -> None:
        """Mark the devices that failed or are unknown, and no others."""
        self._marks.only(self._dashboard.troubled)
        self._marks_changed()

    def unmark(self) -> None:
        """Clear all marks."""
        self._marks.clear()
        self._marks_changed()

    @property
    def _filtered(self) -> list[str]:
        return [row.device for row in self._dashboard.device_rows()]

    def _marks_changed(self) -> None:
        if self._renderer.log_of is LogOf.MARKED:
            self._renderer.follow_log()
        self._renderer.render()

    # Which devices, and in which order

    def open_filter(self) -> None:
        """Open the filter."""
        self._filter.display = True
        self._filter.focus()
        self._renderer.render()

    def filter(self, wanted: str) -> None:
        """Show the devices that match; a mistake is shown, and the last filter stays."""
        try:
            parse(wanted)
        except FilterError as error:
            self._dashboard.filter_mistake = str(error)
        else:
            self._dashboard.wanted, self._dashboard.filter_mistake = wanted, ""
        self._renderer.render()

    def keep_filter(self) -> None:
        """Close the filter input and keep the filter; one with a mistake stays open."""
        if self._dashboard.filter_mistake:
            return
        self._filter.display = False
        self._renderer.devices.focus()
        self._renderer.render()

    def leave_filter(self) -> None:
        """Show all devices again."""
        if self._filter.display or self._dashboard.wanted:
            self._filter.value = ""
            self.filter("")
            self.keep_filter()

    def close_layer(self) -> bool:
        """Close what is above the plain list: search, filter, then zoom. Returns whether there was one."""
        if self.log.leave_search():
            return True
        if self._filter.display or self._dashboard.wanted:
            self.leave_filter()
            return True
        if self._renderer.zoomed:
            self.zoom()
            return True
        return False

    def sort(self) -> None:
        """Sort by trouble, or by the next column on the screen."""
        self._dashboard.order = next_order(self._dashboard.order, self._renderer.devices.shown_columns)
        self._renderer.render()

    def sort_back(self) -> None:
        """Reverse the order."""
        self._dashboard.backwards = not self._dashboard.backwards
        self._renderer.render()

    def sort_by(self, column: str) -> None:
        """Sort by a column, and the other way round if that is so already."""
        order = order_of(column)
        if order is not None:
            dashboard = self._dashboard
            dashboard.backwards = order is dashboard.order and not dashboard.backwards
            dashboard.order = order
            self._renderer.render()

    def set_columns(self, chosen: tuple[str, ...] | None) -> None:
        """Show these columns of the list; ``None`` changes nothing."""
        if chosen is not None:
            self._dashboard.columns = chosen
            self._renderer.render()

    # Which panes, and how large

    def next_pane(self) -> None:
        """Focus the next visible pane."""
        renderer = self._renderer
        panes: list[Pane] = [renderer.devices, renderer.log, renderer.run]
        shown = [pane for pane in panes if pane.display]
        place = next((i for i, pane in enumerate(shown) if pane.has_focus), -1)
        shown[(place + 1) % len(shown)].focus()

    def focus(self, pane: PaneId) -> None:
        """Focus a pane; one that is hidden by the zoom or switched off comes back."""
        renderer = self._renderer
        if renderer.zoomed not in (None, pane):
            renderer.zoomed = None
        if pane == "log":
            renderer.show_log = True
        renderer.render()
        widget = self._screen.query_one(f"#{pane}", Pane)
        if widget.display:
            widget.focus()

    def fold(self) -> None:
        """Open the count under the cursor to its devices, or fold them again."""
        row = self._renderer.devices.selected
        if row is not None and row.fold is not None:
            self._dashboard.opened ^= {row.run}
            self._renderer.render()

    def select_run(self, index: int) -> None:
        """Select one of the runs that are shown, and its first device with it."""
        run = next((view.run for view in self._dashboard.followed.shown[index : index + 1]), "")
        if run in self._dashboard.runs:
            self._dashboard.shown_run = run
            rows = self._renderer.devices.rows
            self._renderer.devices.select(next((row.key for row in rows if row.run == run), None))
            self._renderer.render()

    def close_run(self) -> None:
        """Take the run in focus off the screen, if it is over."""
        self._dashboard.close_run(self._dashboard.shown_run or "")
        if self._renderer.run.has_focus:
            self._renderer.devices.focus()
        self._renderer.render()

    def zoom(self) -> None:
        """Zoom the focused pane, or restore the layout."""
        renderer = self._renderer
        renderer.zoomed = None if renderer.zoomed else renderer.focused_pane
        renderer.render()

    # The log

    def show_log(self) -> None:
        """Show or hide the log."""
        renderer = self._renderer
        renderer.show_log = not renderer.show_log
        if renderer.log.has_focus:
            renderer.devices.focus()
        renderer.render()

    def resize_log(self, lines: int) -> None:
        """Give the log more lines of the table, or fewer; a log that is off comes back."""
        renderer = self._renderer
        renderer.show_log, renderer.zoomed = True, None
        renderer.render()
        renderer.log_lines = max(LEAST_LOG, renderer.heights.log + lines)
        renderer.render()
