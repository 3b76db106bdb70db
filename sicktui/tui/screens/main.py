"""The main screen: the list, the update panel, the details of the selected device, the log."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar, Final, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from sicktui.engine.context import Context
from sicktui.model.device import Profile, Target, resolve
from sicktui.model.errors import SicktuiError
from sicktui.model.text import clean
from sicktui.model.words import Level, RunState
from sicktui.stores.profiles import DeviceList
from sicktui.tui.backup_marks import LOOK_EVERY, BackupLook, Kept
from sicktui.tui.board import Board
from sicktui.tui.commands import BY_ID, bindings
from sicktui.tui.device_rows import DEVICE_COLUMNS
from sicktui.tui.face import Face
from sicktui.tui.job_rows import JOB_COLUMNS
from sicktui.tui.log_lines import LogLine, line, line_of
from sicktui.tui.messages import (
    BackupsRead,
    LeaveAsked,
    RunAdvanced,
    RunEnded,
    RunFound,
    RunsInterrupted,
    SensorObserved,
    TroubleMet,
)
from sicktui.tui.palette import DashboardCommands
from sicktui.tui.phrases import counted
from sicktui.tui.screens.doer import MainDoer
from sicktui.tui.screens.painter import LogOf, Painter
from sicktui.tui.screens.trouble import FileTrouble
from sicktui.tui.spans import Cell, Span, Tone
from sicktui.tui.status import store_phrases
from sicktui.tui.tracking import Tracker
from sicktui.tui.watching import Watchers
from sicktui.tui.widgets.hint_bar import HintBar
from sicktui.tui.widgets.line_bar import LineBar
from sicktui.tui.widgets.log_pane import LogPane
from sicktui.tui.widgets.table import Table

AnswerT = TypeVar("AnswerT")

PAINT_EVERY: Final = 0.25
"""Seconds between two paints: what comes in faster is shown together."""
IDLE_PAINTS: Final = 4
"""Without news, one paint in so many happens: ages and the clock move on."""
LIST_EVERY: Final = 3.0
"""Seconds between two looks at whether another session changed the device list."""


class MainScreen(Screen[None]):
    """Shows what the board knows; carries out commands through its doer."""

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
        self.tracker = Tracker(self, context)
        self.backups = BackupLook(self, context)
        self._watchers = Watchers(self, context, lambda device: device in self.board.owners)
        self._doer = MainDoer(self)
        self._digest: str | None = None
        self._live: set[str] = set()  # runs that were seen going: their end is news
        self._lost: set[str] = set()  # interrupted runs that were announced: once is enough
        self._news: list[LogLine] = []
        self._dirty = True
        self._idle = 0
        self._troubled = False

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        glyphs = self.face.glyphs
        yield LineBar(glyphs=glyphs, id="status", classes="bar")
        yield Table(DEVICE_COLUMNS, "Devices", empty=self._how_to_begin, glyphs=glyphs, id="devices")
        yield Table(JOB_COLUMNS, "Update", glyphs=glyphs, id="panel")
        yield LineBar(glyphs=glyphs, id="detail")
        yield LogPane(glyphs=glyphs, id="log")
        yield Input(
            id="filter", classes="bar", placeholder="words to show, @tag; enter keeps, empty shows all"
        )
        yield HintBar(self.face.keys, glyphs=glyphs, id="hints", classes="bar")

    async def on_mount(self) -> None:
        """Read the list, start the workers, paint."""
        self.painter = Painter(self, self.board, self.face)
        await self.reload_devices()
        self.tracker.start()
        self.run_worker(self.learn_stores(), group="stores", name="credential stores", exit_on_error=False)
        self.set_interval(PAINT_EVERY, self._tick)
        self.set_interval(LIST_EVERY, self._look_at_list)
        self.set_interval(LOOK_EVERY, self.backups.look)
        self.paint()

    # What comes in

    @on(SensorObserved)
    def _take_observation(self, message: SensorObserved) -> None:
        seen = message.observation
        if seen.device not in self.board.targets:
            return
        before = self.board.observed(seen)
        was = before.observation if before else None
        if was is not None and seen.reachable and not was.reachable:
            self._log("it answers again.", seen.device)
        if seen.problem and (was is None or was.code != seen.code or was.reachable != seen.reachable):
            self._log(seen.problem, seen.device, Level.WARNING)
        self._dirty = True

    @on(RunAdvanced)
    def _take_run(self, message: RunAdvanced) -> None:
        self.board.advanced(message.run, message.view)
        if message.view.state is RunState.RUNNING:
            self._live.add(message.run)
        self._news += [shown for event in message.events if (shown := line_of(event)) is not None]
        self._dirty = True

    @on(RunFound)
    def _take_found(self, message: RunFound) -> None:
        # Only what is really at work now: the journal of a lost run says "running" to its end.
        self._lost.discard(message.run)

    @on(RunEnded)
    def _end_run(self, message: RunEnded) -> None:
        view = message.view
        self.painter.cancelling.discard(message.run)
        counts = ", ".join(f"{number} {verdict.value}" for verdict, number in view.counts().items() if number)
        if view.state is RunState.INTERRUPTED:
            self._announce_lost([message.run])
        elif message.run in self._live:
            self.say(f"Run {message.run} is {view.state.value}: {counts or 'no verdicts'}.")
            if message.run == self.board.shown_run:
                self._doer.let_in(view)
        self._watchers.look_now()
        self.backups.look()
        self._dirty = True

    @on(BackupsRead)
    def _take_backups(self, message: BackupsRead) -> None:
        self.board.kept = Kept(message.found)
        self._dirty = True

    @on(RunsInterrupted)
    def _announce_interrupted(self, message: RunsInterrupted) -> None:
        self._announce_lost(list(message.runs))

    @on(TroubleMet)
    def _announce_trouble(self, message: TroubleMet) -> None:
        self.say(message.sentence, "error")

    @on(Worker.StateChanged)
    def _announce_broken_worker(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self._watchers.lost(message.worker.name)
            key = self.face.keys.of(BY_ID["refresh"])
            stopped = f"The task '{message.worker.name}' stopped: {message.worker.error!r}."
            self.say(f"{stopped} {key} starts what can be started again.", "error")

    # What the operator does

    def action_command(self, command_id: str) -> None:
        """Carry a command out, or say why it is of no use now."""
        command = BY_ID[command_id]
        reason = command.why_not(self.board.situation())
        if reason:
            self.say(f"{command.title}: {reason}", "warning")
        else:
            command.do(self._doer)

    @on(Table.Selected)
    def _selection_moved(self, message: Table.Selected) -> None:
        painter = self.painter
        if message.table is painter.panel:
            row = painter.panel.selected
            painter.devices.select(row.device if row else None)
        else:
            painter.panel.select((self.board.shown_run, message.key))
        self.paint()
        if painter.log_of is LogOf.SELECTED:
            painter.follow_log()

    @on(Table.Chosen)
    def _row_chosen(self, _: Table.Chosen) -> None:
        self.action_command("details")

    @on(Input.Changed, "#filter")
    def _filter(self, message: Input.Changed) -> None:
        self.board.wanted = message.value
        self.paint()

    @on(Input.Submitted, "#filter")
    def _keep_filter(self, _: Input.Submitted) -> None:
        self._close_filter()

    def action_leave_filter(self) -> None:
        """Esc: show all devices again."""
        box = self.query_one("#filter", Input)
        if box.display or self.board.wanted:
            box.value = ""
            self.board.wanted = ""
            self._close_filter()

    def open_filter(self) -> None:
        """Let the operator type what to show."""
        box = self.query_one("#filter", Input)
        box.display = True
        box.focus()
        self.paint()

    def _close_filter(self) -> None:
        self.query_one("#filter", Input).display = False
        self.painter.devices.focus()
        self.paint()

    def look_now(self) -> None:
        """Read the list again, and look at every sensor."""
        self._digest = None
        self._look_at_list()
        self._watchers.look_now()
        self.backups.look()

    # What flows need

    async def ask(self, screen: Screen[AnswerT]) -> AnswerT | None:
        """Show a screen and wait for its answer."""
        return await self.app.push_screen_wait(screen)

    def say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a short note; the text is never parsed. An error stays in the log as well."""
        if severity == "error":
            self._log(text, None, Level.ERROR)
        self.app.notify(clean(text, 400), severity=severity, markup=False)

    def warn(self, text: str) -> None:
        """Put a warning into the log."""
        self._log(text, None, Level.WARNING)

    def targets(self, devices: tuple[str, ...]) -> list[Target]:
        """The devices of these names."""
        return [self.board.targets[name] for name in devices if name in self.board.targets]

    def profile(self, device: str) -> Profile | None:
        """The profile of a device."""
        return self.board.profiles.get(device)

    def profiles(self) -> Mapping[str, Profile]:
        """The profiles of all devices."""
        return self.board.profiles

    def follow(self, run: str) -> None:
        """Follow a run, and show it."""
        self.board.shown_run = run
        self.tracker.follow(run)
        self._dirty = True

    def look_afresh(self, device: str) -> None:
        """Look at a sensor as if for the first time."""
        self._watchers.renew(device)

    def look_at_backups(self) -> None:
        """Look at the backups that are kept."""
        self.backups.look()

    def leave(self, farewell: str) -> None:
        """End the app; ``farewell`` is said on the terminal afterwards."""
        self.post_message(LeaveAsked(farewell))

    async def reload_devices(self) -> None:
        """Read the device list; if it cannot be used, say so until it can."""
        try:
            devices = await asyncio.to_thread(self.context.devices)
        except SicktuiError as error:
            if not self._troubled:
                self._troubled = True
                self.app.push_screen(FileTrouble(self.face, error), self._try_again)
            return
        self._take_list(devices)

    async def learn_stores(self) -> None:
        """Find out where passwords are kept; the OS keyring may take a moment."""
        report = await asyncio.to_thread(self.context.credentials.describe)
        self.painter.stores = store_phrases(report)
        self._dirty = True

    def paint(self) -> None:
        """Show what is known now."""
        self._dirty, self._idle = False, 0
        self.painter.clock = f"{self.context.clock.now().astimezone():%H:%M}"
        self.painter.paint()

    # Inside

    def _tick(self) -> None:
        """Paint what came in; without news, let ages and the clock move on once a second."""
        if self._news:
            self.painter.log.add(self._news)
            self._news = []
            self._dirty = True
        self._idle += 1
        if self._dirty or self._idle >= IDLE_PAINTS:
            self.paint()

    def _log(self, text: str, device: str | None, level: Level = Level.INFO) -> None:
        self._news.append(line(self.context.clock.now(), text, device, level))

    def _announce_lost(self, found: list[str]) -> None:
        runs = [run for run in found if run not in self._lost]
        self._lost |= set(runs)
        if not runs:
            return
        what = f"{counted(len(runs), 'run')} {'was' if len(runs) == 1 else 'were'} interrupted"
        sentence = f"{what}: {', '.join(runs[:3])}. The runner's process is gone."
        key = self.face.keys.of(BY_ID["runs"])
        self._log(sentence, None, Level.WARNING)
        self.say(f"{sentence} Press {key} to look at it or to resume it.", "warning")

    def _look_at_list(self) -> None:
        if not self._troubled:
            self.run_worker(
                self.reload_devices(), group="list", name="device list", exclusive=True, exit_on_error=False
            )

    def _take_list(self, devices: DeviceList) -> None:
        digest = devices.digest or ""
        if self._digest == digest:
            return
        self._digest = digest
        settings = self.context.settings
        targets = {
            name: resolve(profile, settings.device, settings.timing)
            for name, profile in devices.profiles.items()
        }
        self.board.set_devices(devices.profiles, targets)
        self._watchers.watch(targets)
        for warning in devices.warnings():
            self._log(warning, None, Level.WARNING)
        self.backups.look()
        self.painter.follow_log()
        self._dirty = True

    async def _try_again(self, _: object) -> None:
        self._troubled = False
        await self.reload_devices()

    def _how_to_begin(self) -> list[Cell]:
        """What an empty list says."""
        if self.board.wanted:
            return [(), (Span("  No device has these words. An empty filter shows all.", Tone.DIM),)]
        new, help_key = (self.face.keys.of(BY_ID[name]) for name in ("add", "help"))
        return [
            (),
            (Span("  There is no device in the list yet."),),
            (),
            (Span(f"  {new:<14}", Tone.KEY), Span("add a device: its name and its address")),
            (Span("  sicktui demo  ", Tone.KEY), Span("shows all of this on simulated sensors")),
            (Span(f"  {help_key:<14}", Tone.KEY), Span("every key and what it does")),
        ]
