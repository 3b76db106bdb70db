"""The main screen: the list, the update panel, the details of the selected device, the log."""

import asyncio
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
from sicktui.model.enums import Level
from sicktui.stores.config.devices import DeviceList
from sicktui.tui.appearance import Face
from sicktui.tui.commands import BY_ID
from sicktui.tui.commands.keymap import bindings
from sicktui.tui.drawing.spans import Cell
from sicktui.tui.main.device_list import ListLook
from sicktui.tui.main.dispatcher import Carrier
from sicktui.tui.main.notifier import News
from sicktui.tui.main.palette import DashboardCommands
from sicktui.tui.main.panes import Panes
from sicktui.tui.main.renderer import LogOf, Painter
from sicktui.tui.main.run_tracker import Tracker
from sicktui.tui.main.sensor_poller import Watchers
from sicktui.tui.main.services import MainStage
from sicktui.tui.messages import (
    BackupsRead,
    RunAdvanced,
    RunEnded,
    RunFound,
    RunsInterrupted,
    SensorObserved,
    TroubleMet,
)
from sicktui.tui.rows.backup_marks import LOOK_EVERY, BackupLook, Kept
from sicktui.tui.rows.devices import DEVICE_COLUMNS, how_to_begin
from sicktui.tui.rows.jobs import JOB_COLUMNS
from sicktui.tui.state.dashboard import Board
from sicktui.tui.widgets.hint_bar import HintBar
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.log_pane import LogPane
from sicktui.tui.widgets.table import Table

PAINT_EVERY: Final = 0.25
"""Seconds between two paints: what comes in faster is shown together."""
IDLE_PAINTS: Final = 4
"""Without news, one paint in so many happens: ages and the clock move on."""
LIST_EVERY: Final = 3.0
"""Seconds between two looks at whether another session changed the device list."""


class MainScreen(Screen[None]):
    """Takes in what the workers find and what the operator does, and hands each to whom it concerns."""

    AUTO_FOCUS = "#devices"
    COMMANDS: ClassVar[set[type[Provider]]] = {DashboardCommands}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        Binding("escape", "leave_filter", "Back to the list", show=False),
    ]

    def __init__(self, context: Context, face: Face) -> None:
        super().__init__(classes="" if face.glyphs.unicode else "-ascii")
        self.context = context
        self.face = face
        self.board = Board(
            context.clock,
            grain=max(10, round(2 * context.settings.timing.poll_interval)),
            old_after=context.settings.backups.old_after,
        )
        self.news = News(self, context.clock, face.keys)
        self._tracker = Tracker(self, context)
        self._backups = BackupLook(self, context)
        self._watchers = Watchers(self, context, lambda device: device in self.board.owners)
        self._listing = ListLook(self, context, face, self._take_list)
        self.asked = asyncio.Event()
        """Cleared while a command has begun that has yet to ask something."""
        self.asked.set()
        self._idle = 0

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        glyphs = self.face.glyphs
        yield LineBar(glyphs=glyphs, id="status", classes="bar")
        yield Table(DEVICE_COLUMNS, "Devices", empty=self._empty, glyphs=glyphs, id="devices")
        yield Table(JOB_COLUMNS, "Update", glyphs=glyphs, id="panel")
        yield LineBar(glyphs=glyphs, id="detail")
        yield LogPane(glyphs=glyphs, id="log")
        yield Input(
            id="filter", classes="bar", placeholder="words to show, @tag; enter keeps, empty shows all"
        )
        yield HintBar(self.face.keys, glyphs=glyphs, id="hints", classes="bar")

    def _empty(self) -> list[Cell]:
        new, help_key = (self.face.keys.of(BY_ID[name]) for name in ("add", "help"))
        return how_to_begin(new, help_key, filtered=bool(self.board.wanted))

    async def on_mount(self) -> None:
        """Read the list, start the workers, paint."""
        self.painter = Painter(self, self.board, self.face, self.context.clock)
        self._panes = Panes(self, self.board, self.painter)
        self.stage = MainStage(
            self,
            self.context,
            self.face,
            board=self.board,
            painter=self.painter,
            news=self.news,
            tracker=self._tracker,
            watchers=self._watchers,
            backups=self._backups,
            listing=self._listing,
            asked=self.asked,
        )
        self.carrier = Carrier(self, self.stage, self._panes)
        await self._listing.reload()
        self._tracker.start()
        self.run_worker(
            self.stage.learn_stores(), group="stores", name="credential stores", exit_on_error=False
        )
        self.set_interval(PAINT_EVERY, self._tick)
        self.set_interval(LIST_EVERY, self._listing.look)
        self.set_interval(LOOK_EVERY, self._backups.look)
        self.painter.paint()

    def _tick(self) -> None:
        """Paint what came in; without news, let ages and the clock move on once a second."""
        if lines := self.news.take():
            self.painter.log.add(lines)
            self.painter.stale = True
        self._idle += 1
        if self.painter.stale or self._idle >= IDLE_PAINTS:
            self._idle = 0
            self.painter.paint()

    # What comes in

    def _take_list(self, devices: DeviceList) -> None:
        settings = self.context.settings
        targets = {
            name: resolve(profile, settings.device, settings.timing)
            for name, profile in devices.profiles.items()
        }
        self.board.set_devices(devices.profiles, targets)
        self._watchers.watch(targets)
        for warning in devices.warnings():
            self.news.log(warning, None, Level.WARNING)
        self._backups.look()
        self.painter.follow_log()
        self.painter.stale = True

    @on(SensorObserved)
    def _take_observation(self, message: SensorObserved) -> None:
        if message.observation.device in self.board.targets:
            before = self.board.observed(message.observation)
            self.news.observed(message.observation, before.observation if before else None)
            self.painter.stale = True

    @on(RunAdvanced)
    def _take_run(self, message: RunAdvanced) -> None:
        self.board.advanced(message.run, message.view)
        self.news.advanced(message.run, message.view, message.events)
        self.painter.stale = True

    @on(RunFound)
    def _take_found(self, message: RunFound) -> None:
        self.news.found(message.run)

    @on(RunEnded)
    def _end_run(self, message: RunEnded) -> None:
        self.board.cancelling.discard(message.run)
        seen = self.news.ended(message.run, message.view)
        if seen and message.run == self.board.shown_run:
            self.carrier.let_in(message.view)
        self._watchers.look_now()
        self._backups.look()
        self.painter.stale = True

    @on(BackupsRead)
    def _take_backups(self, message: BackupsRead) -> None:
        self.board.kept = Kept(message.found)
        self.painter.stale = True

    @on(RunsInterrupted)
    def _announce_interrupted(self, message: RunsInterrupted) -> None:
        self.news.lost(message.runs)

    @on(TroubleMet)
    def _announce_trouble(self, message: TroubleMet) -> None:
        self.news.say(message.sentence, "error")

    @on(Worker.StateChanged)
    def _announce_broken_worker(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self._watchers.lost(message.worker.name)
            self.news.broken(message.worker.name, message.worker.error)

    # What the operator does

    def action_command(self, command_id: str) -> None:
        """Carry a command out, or say why it is of no use now."""
        command = BY_ID[command_id]
        reason = command.why_not(self.board.situation())
        if reason:
            self.news.say(f"{command.title}: {reason}", "warning")
        else:
            self.carrier.carry_out(command_id)

    def action_leave_filter(self) -> None:
        """Esc: show all devices again."""
        self._panes.leave_filter()

    @on(Table.Selected)
    def _selection_moved(self, message: Table.Selected) -> None:
        painter = self.painter
        if message.table is painter.panel:
            row = painter.panel.selected
            painter.devices.select(row.device if row else None)
        else:
            painter.panel.select((self.board.shown_run, message.key))
        painter.paint()
        if painter.log_of is LogOf.SELECTED:
            painter.follow_log()

    @on(Table.Chosen)
    def _row_chosen(self, _: Table.Chosen) -> None:
        self.action_command("details")

    @on(Input.Changed, "#filter")
    def _filter(self, message: Input.Changed) -> None:
        self._panes.filter(message.value)

    @on(Input.Submitted, "#filter")
    def _keep_filter(self, _: Input.Submitted) -> None:
        self._panes.keep_filter()
