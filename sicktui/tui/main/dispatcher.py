"""Runs the commands of the table: each as a flow in a worker, or as a change of what is shown."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from textual.screen import Screen

from sicktui.model.enums import Operation, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.run.view import RunView
from sicktui.tui.commands import BY_ID
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.flows.backups.backup import back_up
from sicktui.tui.flows.backups.backups import browse_backups
from sicktui.tui.flows.backups.history import browse_history
from sicktui.tui.flows.backups.replace import replace
from sicktui.tui.flows.backups.restore import restore
from sicktui.tui.flows.cancel import cancel_run
from sicktui.tui.flows.demo import try_demo
from sicktui.tui.flows.leave import leave
from sicktui.tui.flows.offers import browse_offers
from sicktui.tui.flows.passwords.change import change_passwords
from sicktui.tui.flows.passwords.login import denied_in, log_in, log_out
from sicktui.tui.flows.passwords.passphrases import manage_passphrases
from sicktui.tui.flows.passwords.vault import manage
from sicktui.tui.flows.runs import browse_runs, show_timeline, show_verdicts
from sicktui.tui.flows.sensors.address import set_address
from sicktui.tui.flows.sensors.commission import commission_list
from sicktui.tui.flows.sensors.device_files import export_list, import_list
from sicktui.tui.flows.sensors.devices import add_device, edit_device, remove_devices
from sicktui.tui.flows.sensors.diff import diff
from sicktui.tui.flows.sensors.dump import dump
from sicktui.tui.flows.sensors.find_me import find_me, find_me_for
from sicktui.tui.flows.sensors.follow import follow_sensor
from sicktui.tui.flows.sensors.parameters import edit_parameters, save_parameters
from sicktui.tui.flows.sensors.rename import rename
from sicktui.tui.flows.sensors.search import search_sensors
from sicktui.tui.flows.sensors.tags import manage_tags
from sicktui.tui.flows.services import Services
from sicktui.tui.flows.settings import change_settings, choose_theme
from sicktui.tui.flows.update import update
from sicktui.tui.main.panes import Panes
from sicktui.tui.main.services import MainServices
from sicktui.tui.screens.doctor import DoctorScreen
from sicktui.tui.screens.help import HelpScreen
from sicktui.tui.screens.sensors.details import Details
from sicktui.tui.screens.sensors.overview import OverviewScreen
from sicktui.tui.screens.update.shelf import ShelfScreen
from sicktui.tui.state.pending import Stopped

Work = Coroutine[Any, Any, object]

WITH_CHOSEN: Final[Mapping[str, Callable[[Services, tuple[str, ...]], Work]]] = {
    "backup": back_up,
    "diff": diff,
    "dump": dump,
    "find_me": find_me,
    "find_me_for": find_me_for,
    "login": log_in,
    "logout": log_out,
    "passphrases": manage_passphrases,
    "passwd": change_passwords,
    "remove": remove_devices,
    "restore": restore,
    "save": save_parameters,
    "tags": manage_tags,
    "update": update,
}
"""Flows for the marked devices, or for the selected one if none is marked."""

WITH_SELECTED: Final[Mapping[str, Callable[[Services, str], Work]]] = {
    "address": set_address,
    "edit": edit_device,
    "follow": follow_sensor,
    "history": browse_history,
    "parameters": edit_parameters,
    "rename": rename,
    "replace": replace,
}
"""Flows for the selected device; marks do not count."""

WITH_NONE: Final[Mapping[str, Callable[[Services], Work]]] = {
    "add": add_device,
    "commission": commission_list,
    "demo": try_demo,
    "doctor": lambda services: services.ask(DoctorScreen(services.appearance, services.context)),
    "export_list": export_list,
    "import_list": import_list,
    "kept": browse_backups,
    "offers": browse_offers,
    "overview": lambda services: services.ask(OverviewScreen(services.appearance, services.context)),
    "runs": browse_runs,
    "search": search_sensors,
    "shelf": lambda services: services.ask(ShelfScreen(services.appearance, services.context)),
    "settings": change_settings,
    "theme": choose_theme,
    "vault": manage,
}
"""Flows without a device."""

WITH_RUN: Final[Mapping[str, Callable[[Services, str], Work]]] = {
    "timeline": show_timeline,
    "verdicts": show_verdicts,
}
"""Flows for the run that is shown."""

_FLOW: Final = "flow"


class Dispatcher:
    """Runs one flow at a time, so that a new command never cancels the one in progress.

    Args:
        screen: owns the workers.
        services: what they work with.
        panes: what is shown.
    """

    def __init__(self, screen: "Screen[None]", services: MainServices, panes: Panes) -> None:
        self._screen = screen
        self._services = services
        self._panes = panes
        self._own: dict[str, Callable[[], object]] = {
            "cancel": self._cancel,
            "close_run": panes.close_run,
            "details": self._details,
            "filter": panes.open_filter,
            "help": self._help,
            "log_of": panes.follow_others,
            "log_pause": panes.pause_log,
            "log_show": panes.show_log,
            "mark": panes.mark,
            "mark_all": panes.mark_all,
            "palette": screen.app.action_command_palette,
            "pane": panes.next_pane,
            "pane_devices": lambda: panes.focus("devices"),
            "pane_log": lambda: panes.focus("log"),
            "pane_run": lambda: panes.focus("run"),
            "quit": self._quit,
            "refresh": services.refresh,
            "sort": panes.sort,
            "sort_back": panes.sort_back,
            "zoom": panes.zoom,
        }

    @property
    def known(self) -> frozenset[str]:
        """The ids of all commands that can be run."""
        return frozenset([*WITH_CHOSEN, *WITH_SELECTED, *WITH_NONE, *WITH_RUN, *self._own])

    def run(self, command: str) -> None:
        """Run a command on the devices chosen now."""
        services, now = self._services, self._services.dashboard.command_context()
        if command in self._own:
            self._own[command]()
        elif command in WITH_CHOSEN:
            self._start(command, lambda: WITH_CHOSEN[command](services, now.chosen))
        elif command in WITH_SELECTED:
            self._start(command, lambda: WITH_SELECTED[command](services, now.selected or ""))
        elif command in WITH_RUN:
            self._start(command, lambda: WITH_RUN[command](services, now.shown_run or ""))
        else:
            self._start(command, lambda: WITH_NONE[command](services))

    def show_end(self, run: str, view: RunView) -> None:
        """A run that was followed is over: ask for passwords that were denied, or show how it ended.

        Not while a dialog is open or a command is at work. What went well is worth a screen only for several
        sensors that were written to.
        """
        if self._at_work or not self._screen.is_active:
            return
        denied, counts = denied_in(view), view.counts()
        wrong = counts[Verdict.FAILED] + counts[Verdict.UNKNOWN]
        if denied:
            why = "The sensor denied access in the run."
            self._start("login", lambda: log_in(self._services, denied, why), by_key=False)
        elif wrong or (view.operation is not Operation.BACKUP and len(view.devices) > 1):
            self._start("verdicts", lambda: show_verdicts(self._services, run), by_key=False)

    @property
    def _at_work(self) -> bool:
        return any(worker.group == _FLOW and worker.is_running for worker in self._screen.workers)

    def _start(self, command: str, begin: Callable[[], Work], *, by_key: bool = True) -> None:
        pending = self._services.pending
        if self._at_work:
            pending.reveal()
            return
        pending.begin(BY_ID[command].title, hold=by_key)
        flow = self._to_its_end(begin())
        self._screen.run_worker(flow, group=_FLOW, name="dialog", exit_on_error=False)

    async def _to_its_end(self, work: Work) -> None:
        try:
            await work
        except Stopped:
            self._services.notify("Stopped.")
        except SicktuiError as error:
            self._services.notify(str(error), "error")
        finally:
            self._services.pending.end()
            self._services.passwords.refresh()

    def _cancel(self) -> None:
        """Cancel the run shown, or the newest running one."""
        dashboard = self._services.dashboard
        live, shown = dashboard.live_runs, dashboard.shown_run
        run = (shown if shown in live else live[-1]) or ""
        # Not in the group of the flows: a cancel never waits for another command.
        self._screen.run_worker(
            cancel_run(self._services, run), group="cancel", exclusive=True, exit_on_error=False
        )

    def _details(self) -> None:
        dashboard = self._services.dashboard
        self._screen.app.push_screen(
            Details(self._services.appearance, dashboard, dashboard.command_context().selected or "")
        )

    def _help(self) -> None:
        services = self._services
        now = services.dashboard.command_context()
        self._screen.app.push_screen(HelpScreen(services.appearance, services.context.home, now))

    def _quit(self) -> None:
        """Close a layer; at the bottom quit, with a question where something would be lost."""
        if not self._panes.close_layer():
            self.leave(whatever_is_lost=False)

    def leave(self, *, whatever_is_lost: bool = True) -> None:
        """Quit from wherever the operator is; a running run is always asked about."""
        losing = bool(self._services.dashboard.live_runs) or not whatever_is_lost
        if losing and any(isinstance(shown, Confirm) for shown in self._screen.app.screen_stack):
            return  # The question is open already, or another one comes first.
        work = leave(self._services, whatever_is_lost=whatever_is_lost)
        self._screen.run_worker(work, group="leave", exclusive=True, exit_on_error=False)
