"""The main screen: the runs, the table of the devices, the details of the selected one, the log."""

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from sicktui.engine.context import Context
from sicktui.model.device import resolve
from sicktui.model.enums import Operation
from sicktui.model.run.event import Progressed
from sicktui.stores.config.devices import DeviceList
from sicktui.stores.memory.last_seen import SeenSensor
from sicktui.stores.memory.view import ViewRecord
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands import BY_ID
from sicktui.tui.main.completion import FilterSuggester
from sicktui.tui.main.dispatcher import Dispatcher
from sicktui.tui.main.notifier import Notifier
from sicktui.tui.main.palette import DashboardCommands
from sicktui.tui.main.panes import Panes
from sicktui.tui.main.renderer import LogOf, Renderer
from sicktui.tui.main.services import MainServices
from sicktui.tui.main.workers.backup_watch import REFRESH_EVERY, BackupWatch
from sicktui.tui.main.workers.device_list import DeviceListWatcher
from sicktui.tui.main.workers.health_watch import HealthWatch
from sicktui.tui.main.workers.lost_watch import LostWatch
from sicktui.tui.main.workers.offer_watch import OfferWatch
from sicktui.tui.main.workers.password_watch import PasswordWatch
from sicktui.tui.main.workers.run_tracker import RunTracker
from sicktui.tui.main.workers.sensor_poller import SensorPoller
from sicktui.tui.main.workers.settings_watch import SettingsWatch
from sicktui.tui.main.workers.view_keeper import ViewKeeper
from sicktui.tui.messages import (
    BackupsRead,
    OffersRead,
    PasswordsRead,
    RunAdvanced,
    RunEnded,
    RunFound,
    RunsInterrupted,
    SensorObserved,
    SensorsMoved,
    SettingsRead,
    SourceReported,
    TroubleMet,
)
from sicktui.tui.rows.backups.marks import BackupIndex
from sicktui.tui.rows.beginning import how_to_begin
from sicktui.tui.rows.fleet.columns import fleet_columns
from sicktui.tui.rows.fleet.row import across
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.pending import Pending, Work
from sicktui.tui.widgets.hint_bar import HintBar
from sicktui.tui.widgets.keys import command_bindings
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.log_pane import LogPane
from sicktui.tui.widgets.pane import Pane, RunPane
from sicktui.tui.widgets.pending_line import PendingLine
from sicktui.tui.widgets.table import Table

RENDER_EVERY: Final = 0.25
"""Seconds between two renders: what comes in faster is shown together."""
IDLE_RENDERS: Final = 4
"""Without changes, render every this many ticks: ages and the clock move on."""
LIST_EVERY: Final = 3.0
"""Seconds between two checks whether another session changed the device list."""


class MainScreen(Screen[None]):
    """Receives the messages of the workers and the keys, and passes each to the part that handles it."""

    AUTO_FOCUS = "#devices"
    COMMANDS: ClassVar[set[type[Provider]]] = {DashboardCommands}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        *command_bindings(),
        Binding("escape", "leave_filter", "Back to the list", show=False),
    ]

    def __init__(self, context: Context, appearance: Appearance) -> None:
        super().__init__(classes="" if appearance.glyphs.unicode else "-ascii")
        self.context = context
        self.appearance = appearance
        self.dashboard = DashboardState(
            context.clock,
            grain=max(10, round(2 * context.settings.timing.poll_interval)),
            old_after=context.settings.backups.old_after,
        )
        self.dashboard.key_of = appearance.keys.of
        self.notifier = Notifier(self, context.clock, appearance.keys)
        self._tracker = RunTracker(self, context)
        self._backups = BackupWatch(self, context)
        self._offers = OfferWatch(self, context)
        self._lost = LostWatch(self, context, self.dashboard.lost)
        self._health = HealthWatch(self, context, self.dashboard, self.notifier)
        self._poller = SensorPoller(self, context, self._health.is_owned, self._health.pushed)
        self._passwords = PasswordWatch(self, context, self.dashboard)
        self._settings = SettingsWatch(self, context.home.config_file)
        self._view = ViewKeeper(self, context, self._looks)
        self._device_list = DeviceListWatcher(self, context, appearance, self._take_list)
        self.pending = Pending(lambda: self.is_active, self._show_pending)
        self._idle, self._was_shown = 0, False

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        glyphs = self.appearance.glyphs
        yield LineBar(glyphs=glyphs, id="status", classes="bar")
        panes: list[Pane] = [
            RunPane(glyphs=glyphs, id="run"),
            Table(
                fleet_columns(with_runs=False, is_wide=False),
                "Devices",
                empty=lambda: how_to_begin(self.appearance.keys.of, wanted=self.dashboard.wanted),
                across=across,
                glyphs=glyphs,
                id="devices",
            ),
            LogPane(book=self.dashboard.log, glyphs=glyphs, id="log"),
        ]
        for number, pane in enumerate(panes, 1):
            pane.number = str(number)
        run, devices, log = panes
        yield run
        yield devices
        yield LineBar(glyphs=glyphs, id="detail")
        yield log
        yield Input(
            id="filter",
            classes="bar",
            placeholder="filter: words, @tag, state:failed, version<2.3, !not",
            suggester=FilterSuggester(self.dashboard),
        )
        yield Input(id="sought", classes="bar", placeholder="search: words in the log")
        yield PendingLine(glyphs=glyphs, id="pending")
        yield HintBar(glyphs=glyphs, id="hints", classes="bar")

    async def on_mount(self) -> None:
        """Read the list, start the workers, render."""
        self.renderer = Renderer(self, self.dashboard, self.appearance, self.context.clock)
        self._panes = Panes(self, self.dashboard, self.renderer, self.appearance.keys)
        self.services = MainServices(
            screen=self,
            context=self.context,
            appearance=self.appearance,
            dashboard=self.dashboard,
            renderer=self.renderer,
            notifier=self.notifier,
            tracker=self._tracker,
            poller=self._poller,
            health=self._health,
            backups=self._backups,
            offers=self._offers,
            passwords=self._passwords,
            device_list=self._device_list,
            pending=self.pending,
        )
        self.context.on_locked = self.notifier.locked
        self.dispatcher = Dispatcher(self, self.services, self._panes)
        with self.app.batch_update():  # one picture, and not an empty one before it
            await self._view.restore(self._panes.restore)
            await self._device_list.read()
            self.renderer.render()
        if wanted := self.dashboard.wanted:
            self.notifier.filtered(wanted)
        self.set_interval(RENDER_EVERY, self._tick)
        self.set_interval(LIST_EVERY, self._device_list.check)
        self.set_interval(LIST_EVERY, self._settings.check)
        self.set_interval(REFRESH_EVERY, self._backups.refresh)
        self.call_after_refresh(
            self.run_worker, self._begin(), group="begin", name="the rest", exit_on_error=False
        )

    async def _begin(self) -> None:
        """After the first picture, which needs none of it: the runs, the flows of the commands, the polls."""
        self._was_shown = True
        self._reread()
        self._tracker.start()
        self._offers.start()
        self._lost.start()
        self.services.find_stores()
        self._settings.check()
        await self.dispatcher.load()
        self._poller.start()
        self._health.start(self.renderer.soon)
        if self.context.settings.fleet.url:
            from sicktui.tui.main.workers.fleet_watch import FleetWatch  # noqa: PLC0415 - only in a fleet

            FleetWatch(self, self.context, self.dashboard, self.notifier).start(self.renderer.soon)

    def _tick(self) -> None:
        """Render what came in; without changes, once a second for ages and the clock."""
        if lines := self.notifier.take():
            self.renderer.log.add(lines)
            self.renderer.dirty = True
        self._view.look()
        self._idle += 1
        if self.renderer.dirty or self._idle >= IDLE_RENDERS:
            self._idle = 0
            self.renderer.render()

    async def on_unmount(self) -> None:
        """Remember what was changed last."""
        await self._view.flush()

    def on_screen_suspend(self) -> None:
        """A dialog is on top."""
        self.pending.covered()

    def _show_pending(self, work: Work | None) -> None:
        for line in self.query(PendingLine):
            line.show(work.cell(self.appearance.glyphs) if work else ())

    # What comes in

    def _take_list(self, devices: DeviceList, seen: Mapping[str, SeenSensor]) -> None:
        settings = self.context.settings
        listed = devices.profiles.items()
        targets = {name: resolve(own, settings.device, settings.timing) for name, own in listed}
        for name, run in self.dashboard.owners.items():
            if name in self.dashboard.targets and name not in targets:
                self.notifier.removed_in_run(name, run)
        self.dashboard.set_devices(devices.profiles, targets)
        self.dashboard.remember(seen)
        self._poller.watch(targets)
        self._health.keep(targets)
        self.notifier.warned(devices.warnings())
        if self._was_shown:
            self._reread()
        self.renderer.follow_log()
        self.renderer.dirty = True

    def _looks(self) -> ViewRecord:
        return self._panes.view()

    def _reread(self) -> None:
        """Look into the stores for what is listed now."""
        self._passwords.refresh()
        self._backups.refresh()

    @on(PasswordsRead)
    def _take_passwords(self, message: PasswordsRead) -> None:
        self.dashboard.passwords = message.states
        for tag in message.orphans:
            self.notifier.orphaned(tag)
        self.renderer.dirty = True

    @on(SettingsRead)
    def _take_settings(self, message: SettingsRead) -> None:
        self.dashboard.settings_problem = message.problem
        self.notifier.settings(message.problem, changed=message.changed)
        self.renderer.dirty = True

    @on(SensorObserved)
    def _take_observation(self, message: SensorObserved) -> None:
        if message.observation.device in self.dashboard.targets:
            before = self.dashboard.observed(message.observation)
            self.notifier.observed(message.observation, before.observation if before else None)
            self._health.observed(message.observation, before)
            self.renderer.observed(message.observation, before.observation if before else None)

    @on(RunAdvanced)
    def _take_run(self, message: RunAdvanced) -> None:
        self.dashboard.advanced(message.run, message.view)
        self.notifier.advanced(message.run, message.view, message.events)
        self._backups.advanced(message.events)
        # Bytes move all the time: once a second is enough for them, and much less for a slow line to carry.
        self.renderer.dirty |= any(not isinstance(event, Progressed) for event in message.events)

    @on(RunFound)
    def _take_found(self, message: RunFound) -> None:
        self.notifier.found(message.run)

    @on(RunEnded)
    def _end_run(self, message: RunEnded) -> None:
        self.dashboard.cancelling.discard(message.run)
        self.dashboard.not_started(message.run)
        seen = self.notifier.ended(message.run, message.view)
        if seen and message.run == self.dashboard.shown_run:
            self.dispatcher.show_end(message.run, message.view)
        if message.view.operation is Operation.UPDATE:
            self._offers.updated({*message.view.devices})
        self._passwords.refresh()
        self._poller.poll_now()
        self._backups.refresh()
        self.renderer.dirty = True

    @on(BackupsRead)
    def _take_backups(self, message: BackupsRead) -> None:
        self.dashboard.backup_index = BackupIndex(message.found)
        self.renderer.dirty = True

    @on(OffersRead)
    def _take_offers(self, message: OffersRead) -> None:
        if message.waiting > self.dashboard.waiting_offers:
            self.notifier.offers(message.waiting)
        self.dashboard.waiting_offers = message.waiting
        self.dashboard.unheard_sources = message.unheard
        self.renderer.dirty = True

    @on(SourceReported)
    def _take_report(self, message: SourceReported) -> None:
        is_sensor = message.of in self.dashboard.targets
        self.notifier.reported(
            message.of, message.sentence, is_sensor=is_sensor, is_trouble=message.is_trouble
        )
        self.renderer.dirty = True

    @on(SensorsMoved)
    def _take_moved(self, message: SensorsMoved) -> None:
        for device in self.dashboard.found_elsewhere(message.found):
            self.notifier.moved(device, message.found[device])
        self.renderer.dirty = True

    @on(RunsInterrupted)
    def _announce_interrupted(self, message: RunsInterrupted) -> None:
        self.notifier.lost(message.runs)

    @on(TroubleMet)
    def _announce_trouble(self, message: TroubleMet) -> None:
        self.notifier.notify(message.sentence, "error")

    @on(Worker.StateChanged)
    def _announce_broken_worker(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self._poller.lost(message.worker.name)
            self._health.lost(message.worker.name)
            self.notifier.broken(message.worker.name, message.worker.error)

    # What the operator does

    def action_command(self, command_id: str) -> None:
        """Run a command, or show why it cannot be used now."""
        command = BY_ID[command_id]
        reason = command.unavailable_because(self.dashboard.command_context())
        if reason:
            self.notifier.notify(f"{command.title}: {reason}", "warning")
            self.pending.fails()
        else:
            if command_id != "palette":
                self.dashboard.used(command_id)
            self.dispatcher.run(command_id)

    def leave(self) -> None:
        """Quit from wherever the operator is."""
        self.dispatcher.leave()

    def on_descendant_focus(self) -> None:
        """Show what can be done there."""
        if self._was_shown:
            self.renderer.render()

    def action_leave_filter(self) -> None:
        """Esc: end the search in the log, or show all devices again."""
        if not self._panes.log.leave_search():
            self._panes.leave_filter()

    @on(Table.HeadingClicked)
    def _heading_clicked(self, message: Table.HeadingClicked) -> None:
        self._panes.sort_by(message.column)

    @on(RunPane.Selected)
    def _run_selected(self, message: RunPane.Selected) -> None:
        self._panes.select_run(message.index)

    @on(LogPane.Moved)
    def _log_moved(self, _: LogPane.Moved) -> None:
        self.renderer.render_selection()

    @on(Table.Selected)
    def _selection_moved(self, _: Table.Selected) -> None:
        renderer = self.renderer
        renderer.render_selection()
        if renderer.log_of is LogOf.SELECTED:
            renderer.follow_log()

    @on(Table.Extended)
    def _range_grown(self, message: Table.Extended) -> None:
        self._panes.mark_both(message.before, message.key)

    @on(Table.Chosen)
    def _row_chosen(self, _: Table.Chosen) -> None:
        row = self.renderer.devices.selected
        if row is not None and row.fold is not None:
            self._panes.fold()
        elif row is not None and row.name is not None:
            self.action_command("details")

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        (self._panes.filter if message.input.id == "filter" else self._panes.log.seek)(message.value)

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        (self._panes.keep_filter if message.input.id == "filter" else self._panes.log.keep_search)()
