"""Runs the commands of the table: each as a flow in a worker, or as a change of what is shown."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Final

from textual.screen import Screen
from textual.widgets import Input

from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.run.view import RunView
from sicktui.tui.commands import BY_ID
from sicktui.tui.commands.context import CommandContext
from sicktui.tui.main.panes import Panes
from sicktui.tui.main.services import MainServices
from sicktui.tui.messages import Loaded
from sicktui.tui.state.pending import Stopped

if TYPE_CHECKING:
    from sicktui.tui.main.flow_table import Work

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
        self._loading = asyncio.Lock()
        self._loaded = False
        self._own: dict[str, Callable[[], object]] = {
            "cancel": self._cancel,
            "close_run": panes.close_run,
            "columns": self._columns,
            "continue_run": self._continue,
            "details": self._details,
            "filter": panes.open_filter,
            "help": self._help,
            "log_less": lambda: panes.resize_log(-1),
            "log_more": lambda: panes.resize_log(1),
            "log_copy": panes.log.copy,
            "log_level": panes.log.next_level,
            "log_next": lambda: panes.log.step(1),
            "log_of": panes.log.follow_others,
            "log_pause": panes.log.pause,
            "log_previous": lambda: panes.log.step(-1),
            "log_search": panes.log.search,
            "log_show": panes.show_log,
            "mark": panes.mark,
            "mark_all": panes.mark_all,
            "mark_invert": panes.mark_invert,
            "mark_range": panes.mark_range,
            "mark_trouble": panes.mark_trouble,
            "palette": screen.app.action_command_palette,
            "pane": panes.next_pane,
            "pane_devices": lambda: panes.focus("devices"),
            "pane_log": lambda: panes.focus("log"),
            "pane_run": lambda: panes.focus("run"),
            "quit": self._quit,
            "refresh": services.refresh,
            "sort": panes.sort,
            "sort_back": panes.sort_back,
            "unmark": panes.unmark,
            "zoom": panes.zoom,
        }

    @property
    def own(self) -> frozenset[str]:
        """The ids of the commands that change only what is shown, or open at once."""
        return frozenset(self._own)

    def run(self, command: str) -> None:
        """Run a command on the devices chosen now."""
        services, now = self._services, self._services.dashboard.command_context()
        if command in self._own:
            self._own[command]()
        else:
            self._start(command, lambda: _work_of(command, services, now))

    def show_end(self, run: str, view: RunView) -> None:
        """A run that was followed is over: ask for passwords that were denied, or show how it ended.

        Not while a dialog is open, a command is at work, or words are typed: the next letters would be its
        keys. What went well is worth a screen only for several sensors that were written to.
        """
        if self._at_work or not self._screen.is_active or isinstance(self._screen.focused, Input):
            return
        denied, counts = _denied_in(view), view.counts()
        wrong = counts[Verdict.FAILED] + counts[Verdict.UNKNOWN]
        if denied or wrong or (view.operation is not Operation.BACKUP and len(view.devices) > 1):
            command = "login" if denied else "verdicts"
            self._start(command, lambda: _work_after(run, self._services, denied), by_key=False)

    @property
    def _at_work(self) -> bool:
        return any(worker.group == _FLOW and worker.is_running for worker in self._screen.workers)

    async def load(self) -> None:
        """Import the flows and all that they work with, off the event loop: a third of a second."""
        async with self._loading:
            if not self._loaded:
                await asyncio.to_thread(import_module, "sicktui.tui.main.flow_table")
                self._loaded = True
                self._screen.post_message(Loaded())

    def _start(self, command: str, begin: "Callable[[], Work]", *, by_key: bool = True) -> None:
        pending = self._services.pending
        if self._at_work:
            pending.reveal()
            return
        pending.begin(BY_ID[command].title, hold=by_key)
        flow = self._to_its_end(begin)
        self._screen.run_worker(flow, group=_FLOW, name="dialog", exit_on_error=False)

    async def _to_its_end(self, begin: "Callable[[], Work]") -> None:
        try:
            await self.load()
            await begin()
        except Stopped:
            self._services.notify("Stopped.")
        except SicktuiError as error:
            self._services.notify(str(error), "error")
        finally:
            self._services.pending.end()
            self._services.passwords.refresh()

    def _cancel(self) -> None:
        """Cancel the run shown, or the newest running one."""
        from sicktui.tui.flows.cancel import cancel_run  # noqa: PLC0415 - after the first picture

        dashboard = self._services.dashboard
        live, shown = dashboard.live_runs, dashboard.shown_run
        run = (shown if shown in live else live[-1]) or ""
        # Not in the group of the flows: a cancel never waits for another command.
        self._screen.run_worker(
            cancel_run(self._services, run), group="cancel", exclusive=True, exit_on_error=False
        )

    def _continue(self) -> None:
        """Continue the run shown if it waits for that, else the newest run or rollout that does."""
        from sicktui.tui.flows.cancel import continue_run  # noqa: PLC0415 - after the first picture
        from sicktui.tui.flows.rollouts.follow import approve_rollout  # noqa: PLC0415 - after the first picture

        dashboard = self._services.dashboard
        waits, run = dashboard.followed.unapproved, dashboard.shown_run
        work = (
            continue_run(self._services, run if run in waits else waits[-1])
            if waits
            else approve_rollout(self._services, dashboard.elsewhere.unapproved[0])
        )
        self._screen.run_worker(work, group="cancel", exclusive=True, exit_on_error=False)

    def _details(self) -> None:
        from sicktui.tui.screens.sensors.details import Details  # noqa: PLC0415 - after the first picture

        dashboard = self._services.dashboard
        self._screen.app.push_screen(Details(self._services.appearance, dashboard, dashboard.selected or ""))

    def _columns(self) -> None:
        from sicktui.tui.screens.columns import ColumnPicker  # noqa: PLC0415 - after the first picture

        services = self._services
        with_pc = services.dashboard.elsewhere.is_known
        picker = ColumnPicker(services.appearance, services.dashboard.columns, with_pc=with_pc)
        self._screen.app.push_screen(picker, self._panes.set_columns)

    def _help(self) -> None:
        from sicktui.tui.screens.help import HelpScreen  # noqa: PLC0415 - after the first picture

        services = self._services
        now = services.dashboard.command_context()
        self._screen.app.push_screen(HelpScreen(services.appearance, services.context.home, now))

    def _quit(self) -> None:
        """Close a layer; at the bottom quit, with a question where something would be lost."""
        if not self._panes.close_layer():
            self.leave(whatever_is_lost=False)

    def leave(self, *, whatever_is_lost: bool = True) -> None:
        """Quit from wherever the operator is; a running run is always asked about."""
        from sicktui.tui.dialogs.confirm import Confirm  # noqa: PLC0415 - after the first picture
        from sicktui.tui.flows.leave import leave  # noqa: PLC0415 - after the first picture

        losing = bool(self._services.dashboard.live_runs) or not whatever_is_lost
        if losing and any(isinstance(shown, Confirm) for shown in self._screen.app.screen_stack):
            return  # The question is open already, or another one comes first.
        work = leave(self._services, whatever_is_lost=whatever_is_lost)
        self._screen.run_worker(work, group="leave", exclusive=True, exit_on_error=False)


def _work_of(command: str, services: MainServices, now: CommandContext) -> "Work":
    from sicktui.tui.main.flow_table import work_of  # noqa: PLC0415 - after the first picture

    return work_of(command, services, now)


def _work_after(run: str, services: MainServices, denied: tuple[str, ...]) -> "Work":
    from sicktui.tui.main.flow_table import work_after  # noqa: PLC0415 - after the first picture

    return work_after(run, services, denied)


def _denied_in(view: RunView) -> tuple[str, ...]:
    """The devices whose sensors denied access during a run, after its plan."""
    return tuple(
        name
        for name, device in view.devices.items()
        if device.steps and device.verdict is not None and device.verdict.code is Code.ACCESS_DENIED
    )
