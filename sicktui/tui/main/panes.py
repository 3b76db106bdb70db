"""What the operator does with the panes of the main screen: marks, filter, order, size, log."""

from typing import Any, Final

from textual.screen import Screen
from textual.widgets import Input

from sicktui.tui.main.layout import PaneId
from sicktui.tui.main.renderer import LogOf, Painter
from sicktui.tui.rows.devices import Order
from sicktui.tui.state.dashboard import Board
from sicktui.tui.widgets.pane import Pane

_PANES: Final[tuple[PaneId, ...]] = ("devices", "panel", "log")


class Panes:
    """Changes what is shown, and nothing else.

    Args:
        screen: the main screen, mounted.
        board: what the dashboard knows.
        painter: who paints it.
    """

    def __init__(self, screen: "Screen[Any]", board: Board, painter: Painter) -> None:
        self._screen = screen
        self._board = board
        self._painter = painter
        self._filter = screen.query_one("#filter", Input)

    # Marks

    def mark(self) -> None:
        """Mark the selected device, or take its mark away."""
        self._board.toggle(self._board.selected or "")
        self._marks_changed()

    def mark_all(self) -> None:
        """Mark all visible devices, or none."""
        self._board.toggle_all([row.device for row in self._board.device_rows()])
        self._marks_changed()

    def _marks_changed(self) -> None:
        if self._painter.log_of is LogOf.MARKED:
            self._painter.follow_log()
        self._painter.paint()

    # Which devices, and in which order

    def open_filter(self) -> None:
        """Let the operator type what to show."""
        self._filter.display = True
        self._filter.focus()
        self._painter.paint()

    def filter(self, wanted: str) -> None:
        """Show the devices that have these words."""
        self._board.wanted = wanted
        self._painter.paint()

    def keep_filter(self) -> None:
        """Back to the list, which stays as it is."""
        self._filter.display = False
        self._painter.devices.focus()
        self._painter.paint()

    def leave_filter(self) -> None:
        """Show all devices again."""
        if self._filter.display or self._board.wanted:
            self._filter.value = ""
            self._board.wanted = ""
            self.keep_filter()

    def sort(self) -> None:
        """Sort by the next criterion."""
        orders = list(Order)
        self._board.order = orders[(orders.index(self._board.order) + 1) % len(orders)]
        self._painter.paint()

    # Which panes, and how large

    def next_pane(self) -> None:
        """Give the keys to the next pane that is shown."""
        painter = self._painter
        panes: list[Pane] = [painter.devices, painter.panel, painter.log]
        shown = [pane for pane in panes if pane.display]
        place = next((i for i, pane in enumerate(shown) if pane.has_focus), -1)
        shown[(place + 1) % len(shown)].focus()

    def zoom(self) -> None:
        """Give the focused pane the whole screen, or give it back."""
        focused = self._screen.focused
        own: PaneId = "devices"
        for pane in _PANES:
            if focused is not None and focused.id == pane:
                own = pane
        self._painter.zoomed = None if self._painter.zoomed else own
        self._painter.paint()

    # The log

    def show_log(self) -> None:
        """Show or hide the log."""
        painter = self._painter
        painter.show_log = not painter.show_log
        if painter.log.has_focus:
            painter.devices.focus()
        painter.paint()

    def pause_log(self) -> None:
        """Stop or go on with the log."""
        log = self._painter.log
        log.pause(paused=not log.paused)
        self._painter.paint()

    def follow_others(self) -> None:
        """Follow others in the log."""
        choices = list(LogOf)
        self._painter.log_of = choices[(choices.index(self._painter.log_of) + 1) % len(choices)]
        self._painter.follow_log()
        self._painter.paint()
