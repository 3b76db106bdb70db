"""Carries the commands of the table out, on the main screen."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from sicktui.model.view import RunView
from sicktui.tui.device_rows import Order
from sicktui.tui.flows.backup import back_up
from sicktui.tui.flows.cancel import cancel_run
from sicktui.tui.flows.devices import add_device, edit_device, remove_devices
from sicktui.tui.flows.diff import diff
from sicktui.tui.flows.find_me import find_me
from sicktui.tui.flows.history import look_back
from sicktui.tui.flows.leave import leave
from sicktui.tui.flows.login import denied_in, log_in, log_out
from sicktui.tui.flows.rename import rename
from sicktui.tui.flows.replace import replace
from sicktui.tui.flows.restore import restore
from sicktui.tui.flows.runs import look_at_runs
from sicktui.tui.flows.update import update
from sicktui.tui.flows.vault import manage
from sicktui.tui.heights import PaneId
from sicktui.tui.screens.details import Details
from sicktui.tui.screens.help import HelpScreen
from sicktui.tui.screens.painter import LogOf
from sicktui.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from sicktui.tui.screens.main import MainScreen

_FLOW: Final = "flow"
_PANES: Final[tuple[PaneId, ...]] = ("devices", "panel", "log")


class MainDoer:
    """One method a command; what takes more than a moment is a flow in a worker."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen

    def _flow(self, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self._screen.run_worker(work(), group=_FLOW, name="dialog", exclusive=True, exit_on_error=False)

    @property
    def _chosen(self) -> tuple[str, ...]:
        return self._screen.board.situation().chosen

    @property
    def _selected(self) -> str:
        return self._screen.board.selected or ""

    def do_mark(self) -> None:
        """Mark the selected device, or take its mark away."""
        self._screen.board.toggle(self._selected)
        self._marks_changed()

    def do_mark_all(self) -> None:
        """Mark all visible devices, or none."""
        self._screen.board.toggle_all([row.device for row in self._screen.board.device_rows()])
        self._marks_changed()

    def _marks_changed(self) -> None:
        if self._screen.painter.log_of is LogOf.MARKED:
            self._screen.painter.follow_log()
        self._screen.paint()

    def do_update(self) -> None:
        """Update the chosen devices."""
        chosen = self._chosen
        self._flow(lambda: update(self._screen, chosen))

    def do_backup(self) -> None:
        """Back the chosen devices up."""
        chosen = self._chosen
        self._flow(lambda: back_up(self._screen, chosen))

    def do_restore(self) -> None:
        """Restore backups onto the chosen devices."""
        chosen = self._chosen
        self._flow(lambda: restore(self._screen, chosen))

    def do_history(self) -> None:
        """Show the backups of the selected device."""
        device = self._selected
        self._flow(lambda: look_back(self._screen, device))

    def do_diff(self) -> None:
        """Compare the selected device with what it was, or two marked ones."""
        chosen = self._chosen
        self._flow(lambda: diff(self._screen, chosen))

    def do_replace(self) -> None:
        """Give a new sensor the place of the selected device's old one."""
        device = self._selected
        self._flow(lambda: replace(self._screen, device))

    def do_rename(self) -> None:
        """Change the selected sensor's own name."""
        device = self._selected
        self._flow(lambda: rename(self._screen, device))

    def do_find_me(self) -> None:
        """Let the chosen sensors blink."""
        chosen = self._chosen
        self._flow(lambda: find_me(self._screen, chosen))

    def do_cancel(self) -> None:
        """Cancel the run that is shown, else the newest that is going."""
        live, shown = self._screen.board.live_runs, self._screen.board.shown_run
        run = shown if shown in live else live[-1]
        self._flow(lambda: cancel_run(self._screen, run or "", self._screen.painter.cancelling))

    def do_runs(self) -> None:
        """Show all runs."""
        self._flow(lambda: look_at_runs(self._screen))

    def do_details(self) -> None:
        """Show everything about the selected device."""
        self._screen.app.push_screen(Details(self._screen.face, self._screen.board, self._selected))

    def do_add(self) -> None:
        """Add a device."""
        self._flow(lambda: add_device(self._screen))

    def do_edit(self) -> None:
        """Change the selected device."""
        device = self._selected
        self._flow(lambda: edit_device(self._screen, device))

    def do_remove(self) -> None:
        """Take the chosen devices off the list."""
        chosen = self._chosen
        self._flow(lambda: remove_devices(self._screen, chosen))

    def do_login(self) -> None:
        """Ask for a password for the chosen devices."""
        chosen = self._chosen
        self._flow(lambda: log_in(self._screen, chosen))

    def let_in(self, view: RunView) -> None:
        """Ask for the passwords of sensors that denied access in a run, if nothing else is asked now."""
        denied = denied_in(view)
        busy = any(worker.group == _FLOW and worker.is_running for worker in self._screen.workers)
        if denied and not busy and self._screen.is_current:
            self._flow(lambda: log_in(self._screen, denied, "It denied access in the run."))

    def do_logout(self) -> None:
        """Forget the passwords of the chosen devices."""
        chosen = self._chosen
        self._flow(lambda: log_out(self._screen, chosen))

    def do_vault(self) -> None:
        """Look at the vault, or do something with it."""
        self._flow(lambda: manage(self._screen))

    def do_refresh(self) -> None:
        """Look at every sensor now."""
        self._screen.look_now()

    def do_filter(self) -> None:
        """Open the filter."""
        self._screen.open_filter()

    def do_sort(self) -> None:
        """Sort by the next criterion."""
        orders = list(Order)
        board = self._screen.board
        board.order = orders[(orders.index(board.order) + 1) % len(orders)]
        self._screen.paint()

    def do_pane(self) -> None:
        """Give the keys to the next pane that is shown."""
        painter = self._screen.painter
        panes: list[Pane] = [painter.devices, painter.panel, painter.log]
        shown = [pane for pane in panes if pane.display]
        place = next((i for i, pane in enumerate(shown) if pane.has_focus), -1)
        shown[(place + 1) % len(shown)].focus()

    def do_zoom(self) -> None:
        """Give the focused pane the whole screen, or give it back."""
        painter = self._screen.painter
        focused = self._screen.focused
        own: PaneId = "devices"
        for pane in _PANES:
            if focused is not None and focused.id == pane:
                own = pane
        painter.zoomed = None if painter.zoomed else own
        self._screen.paint()

    def do_log_show(self) -> None:
        """Show or hide the log."""
        painter = self._screen.painter
        painter.show_log = not painter.show_log
        if painter.log.has_focus:
            painter.devices.focus()
        self._screen.paint()

    def do_log_pause(self) -> None:
        """Stop or go on with the log."""
        log = self._screen.painter.log
        log.pause(paused=not log.paused)
        self._screen.paint()

    def do_log_of(self) -> None:
        """Follow others in the log."""
        painter = self._screen.painter
        choices = list(LogOf)
        painter.log_of = choices[(choices.index(painter.log_of) + 1) % len(choices)]
        painter.follow_log()
        self._screen.paint()

    def do_help(self) -> None:
        """Show the help."""
        self._screen.app.push_screen(HelpScreen(self._screen.face, self._screen.context.home))

    def do_palette(self) -> None:
        """Open the command palette."""
        self._screen.app.action_command_palette()

    def do_quit(self) -> None:
        """Leave the dashboard."""
        self._screen.run_worker(leave(self._screen), group="leave", exclusive=True, exit_on_error=False)
