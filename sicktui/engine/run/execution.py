"""The execution of one run: its devices side by side, in waves, until each has its verdict."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sicktui.engine.backup.completion import complete_backups
from sicktui.engine.context import shared_queues
from sicktui.engine.job.answered import answered, as_surveyed, was_silent
from sicktui.engine.job.control import CANCEL, CONTINUE, Control
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.later import line_end_of
from sicktui.engine.job.past import JobHistory, damage_words, rebuild
from sicktui.engine.job.record import JobRecord
from sicktui.engine.job.recorder import Recorder
from sicktui.engine.job.refind import Finder, NetworkFinder, Refinder
from sicktui.engine.job.spreading import Spreading
from sicktui.engine.measuring.receivers import Receivers
from sicktui.engine.metrics.publish import Metrics
from sicktui.engine.notify.ended import run_ended
from sicktui.engine.notify.send import notify
from sicktui.engine.plan.interrupted import LeftOpen
from sicktui.engine.run.device_run import DeviceRun
from sicktui.engine.run.events import run_changed, waiting_event
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.run.staging import PackageChanged, scratch_folder, stage_package, unstage
from sicktui.engine.run.verdicts import planned_verdict, summarise, verdict_event
from sicktui.model.clock import Clock
from sicktui.model.device import Target
from sicktui.model.enums import Level, RunState, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.lines.runs import RunEnded
from sicktui.model.run.event import Cancelled, Continued, Logged, VerdictReached
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.safe_text import clean
from sicktui.model.spread.rule import End, Wait
from sicktui.sensor.api.capabilities import capabilities_with
from sicktui.sensor.api.login.owner import SensorOwner
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import SensorError
from sicktui.stores.backups.snapshots import SnapshotStore
from sicktui.stores.backups.store import BackupStore
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import operator
from sicktui.stores.journal.database import JournalError
from sicktui.stores.journal.entries import every_entry
from sicktui.stores.journal.journal import Journal
from sicktui.stores.memory.last_seen import LastSeen
from sicktui.stores.memory.sensor_memory import SensorMemory
from sicktui.stores.packages.shelf import Shelf

COMMAND_INTERVAL: Final = 0.25
"""Seconds between two looks for commands to the run."""
_log = logging.getLogger("sicktui.runner")


class Runner:
    """Executes one run.

    Args:
        home: the folders.
        journal: where the run is written.
        spec: the run.
        secrets: passwords by device, and the backup passphrase.
        clock: where time comes from.
        resumed: whether an earlier runner has worked on the run.
    """

    def __init__(
        self,
        home: Home,
        journal: Journal,
        spec: RunSpec,
        secrets: RunSecrets,
        clock: Clock,
        *,
        resumed: bool = False,
    ) -> None:
        self._home = home
        self._journal = journal
        self._spec = spec
        self._secrets = secrets
        self._clock = clock
        self._resumed = resumed
        self._recorder = Recorder(journal, spec.run, clock)
        self._backups = BackupStore(home.backups)
        self._memory = SensorMemory(home.sensor_memory_file)
        self._seen = LastSeen(home.seen_file, clock)
        self._queues = shared_queues(home, spec.settings.limits.requests_per_second, clock)
        self._finder: Finder = NetworkFinder(spec.settings.discovery, self._queues, clock)
        self._left_open = LeftOpen.for_run(spec.run, home, journal, clock)
        self._receivers = Receivers(clock)
        self._active: dict[str, JobRecord] = {}
        self._backed_up: list[tuple[Target, str]] = []
        self._commands_seen = 0
        self.control = Control()
        self._pasts = self._recall()
        self._found = {item.device: item.identity for item in spec.items if item.identity is not None}
        """The sensors of the devices, those that the plan could not read once they answer."""
        self._spreading = Spreading(
            spec,
            self._pasts,
            clock,
            self.control,
            approved=self._approved_before,
            line_end=self._line_end,
        )
        self._ended: RunEnded | None = None
        self._verdicts = {device: past.verdict for device, past in self._pasts.items() if past.verdict}

    def _recall(self) -> dict[str, JobHistory]:
        """What the journal has of each device."""
        devices = [item.device for item in self._spec.items]
        # Damage that no row shows (a lost page, an index) is looked for only where it may do harm.
        damages = self._journal.damages(of=self._spec.run) if self._resumed else []
        entries = [*damages, *every_entry(self._journal, self._spec.run)]
        self._approved_before = any(isinstance(entry, Continued) for entry in entries)
        self._line_end = line_end_of(entries)
        return rebuild(entries, devices)

    async def run(self) -> None:
        """Reach the verdict of every device, then close the run.

        Raises:
            JournalError: it could not be recorded. What was begun on sensors was finished all the same,
                and the run can be resumed.
        """
        helpers = [
            asyncio.create_task(self._recorder.serve()),
            asyncio.create_task(self._poll_commands()),
        ]
        try:
            if self._resumed:
                await self._log_resume()
            # Earlier commands come before anything is started.
            await self._apply_commands(before=True)
            await self._run_devices()
            await self._finish()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await self._recorder.flush()

    async def _log_resume(self) -> None:
        damage = damage_words(self._pasts.values(), self._spec.operation)
        message = f"Resumed by {operator()}. Every sensor is checked first.{damage}"
        ts, run = self._recorder.now(), self._spec.run
        await self._recorder.record(Logged(ts=ts, run=run, level=Level.WARNING, message=message))

    async def _run_devices(self) -> None:
        going = [item for item in self._spec.items if item.may_go]
        for item in self._spec.items:
            planned = planned_verdict(self._spec, item, self._recorder.now())
            if planned is not None and item.device not in self._verdicts:
                await self._record_verdict(planned)  # it was lost with a damaged row
        undecided = [item for item in going if item.device not in self._verdicts]
        fresh = [item for item in undecided if not self._past(item).in_flight]
        package_file: Path | None = None
        try:
            package_file = await self._stage() if undecided else None
        except PackageChanged as error:
            # A job that had written before an interruption goes on: it may not need the package.
            for item in fresh:
                await self._record_verdict(self._verdict_of(item, error))
        items = {item.device: item for item in going}
        await self._spreading.run(
            lambda device: self._device(items[device], package_file), self._end_unstarted, self._show_pause
        )

    def _past(self, item: PlanItem) -> JobHistory:
        return self._pasts.get(item.device, JobHistory())

    async def _stage(self) -> Path | None:
        package = self._spec.package
        if package is None:
            return None
        return await asyncio.to_thread(stage_package, self._home, self._spec.run, package)

    async def _end_unstarted(self, ends: Mapping[str, End]) -> None:
        """Record the verdicts of devices that do not start any more."""
        items = {item.device: item for item in self._spec.items}
        verdicts = (self._verdict_of(items[device], end) for device, end in ends.items())
        await asyncio.gather(*(self._record_verdict(event) for event in verdicts))

    async def _show_pause(self, pause: Wait | None) -> None:
        """Record what the run waits for now."""
        with contextlib.suppress(JournalError):  # it decides nothing
            await self._recorder.record(waiting_event(self._spec, pause, ts=self._recorder.now()))

    def _connect(self, item: PlanItem, record: JobRecord) -> Sensor:
        order = self._spec.order_of(item.device)
        return Sensor(
            item.target.unpinned if order is not None and order.replace else item.target,
            password=self._secrets.passwords.get(item.device),
            passphrase=self._secrets.passphrase_of(item.device),
            queues=self._queues,
            clock=self._clock,
            memory=self._memory.of(item.target),
            owner=_planned(item),
            # The plan has just logged in with it, wherever that can be tested.
            trusted=item.identity is not None,
            on_wait=record.locked,
            on_contact=record.contact,
            capabilities=capabilities_with(item.auth),
            session=self._secrets.sessions.get(item.device),
        )

    async def _device(self, planned: PlanItem, package_file: Path | None) -> None:
        record = JobRecord(self._recorder, planned.device, self._clock, self.control)
        item = await self._answered(planned, record)
        if item is None:
            return
        sensor = self._connect(item, record)
        job = Job(
            spec=self._spec,
            item=item,
            sensor=sensor,
            record=record,
            control=self.control,
            clock=self._clock,
            backups=self._backups,
            snapshots=SnapshotStore(self._home.snapshots),
            memory=self._memory,
            passphrase=self._secrets.passphrase_of(item.device),
            scratch=scratch_folder(self._home, self._spec.run, item.device),
            refinder=Refinder(self._finder, item.target, sensor, record, self._clock),
            shelf=Shelf(self._home.shelf),
            receivers=self._receivers,
            package_file=package_file,
        )
        self._active[item.device] = record
        work = DeviceRun(job, self._home, self._left_open, self._past(item) if self._resumed else None)
        verdict = await work.run()
        if not record.irrevocable and (waits := self._spreading.put_off(verdict)):
            self._active.pop(item.device, None)
            await record.put_off(waits)
            return
        await self._record_verdict(verdict)
        if verdict.verdict is Verdict.SUCCEEDED and verdict.backup and not self._spec.order_of(item.device):
            self._backed_up.append((work.target, verdict.backup))
        if work.after is not None:
            await asyncio.to_thread(self._seen.note, work.target, work.after)

    async def tell_end(self) -> None:
        """Write the metrics and notify whom the settings name. For after the run: nothing waits for it."""
        settings = self._spec.settings
        metrics = Metrics(self._home, settings.metrics, self._clock)
        if trouble := await asyncio.to_thread(metrics.publish, self._journal):
            _log.warning("%s", trouble)
        if self._ended is not None:
            await notify(settings.notify, self._ended, dict(os.environ))

    async def _answered(self, item: PlanItem, record: JobRecord) -> PlanItem | None:
        """The item with the sensor that answers, where it was silent before; ``None``: it does not start."""
        past = self._past(item)
        if past.in_flight or not (was_silent(item) or item.device in self._spreading.later.later):
            return as_surveyed(item, past)
        sensor = self._connect(item, record)
        try:
            found = await answered(item, sensor, self._found, self._spec.options)
        except (SensorError, JobEnded) as error:
            event = self._verdict_of(item, error)
            if not (waits := self._spreading.put_off(event)):
                await self._record_verdict(event)
            elif self._spreading.later.is_first_try(item.device):
                await record.put_off(waits)
            return None
        finally:
            await sensor.aclose()
        if found.identity is not None:
            self._found[item.device] = found.identity
        self._spreading.answers(item.device)
        return found

    async def complete_backups(self) -> None:
        """Read all parameters of the sensors that were backed up. For after the run: no flash waits for it.

        Whatever comes of it, the run is over; what fails is only logged.
        """

        def connect(target: Target) -> Sensor:
            memory = self._memory.of(target)
            return Sensor(target, password=None, queues=self._queues, clock=self._clock, memory=memory)

        await complete_backups(self._home, self._backed_up, connect, run=self._spec.run, clock=self._clock)

    async def _record_verdict(self, event: VerdictReached) -> None:
        self._active.pop(event.device, None)
        self._verdicts[event.device] = event
        self._spreading.ended(event)
        try:
            await self._recorder.record(event)
        except JournalError:
            # Other jobs are still working. This is recorded before the end of the run is.
            self._recorder.defer(event)

    def _verdict_of(self, item: PlanItem, error: SicktuiError | JobEnded | End) -> VerdictReached:
        """The verdict of a job that has not begun."""
        stop = JobEnded.from_error(error) if isinstance(error, SicktuiError) else error
        return verdict_event(
            self._spec,
            item,
            stop.verdict,
            ts=self._recorder.now(),
            code=stop.code,
            message=stop.message,
            advice=stop.advice,
        )

    async def _finish(self) -> None:
        spec, ts = self._spec, self._recorder.now()
        state = RunState.CANCELLED if self.control.cancelled.is_set() else RunState.FINISHED
        await self._recorder.drain()
        # Before the end is recorded: a run that is over is not opened again.
        await asyncio.to_thread(unstage, self._home, spec.run)
        verdicts = [self._verdicts[item.device] for item in spec.items]
        summary = summarise(spec.operation, spec.items, verdicts, run=spec.run, ts=ts)
        await asyncio.to_thread(
            self._journal.finish_run,
            spec.run,
            state,
            finished=ts,
            events=[run_changed(spec, state, ts=ts), summary],
        )
        self._ended = run_ended(spec.run, summary, state, verdicts)

    async def _poll_commands(self) -> None:
        """Carry out the commands that front ends write to the journal."""
        while True:
            await asyncio.sleep(COMMAND_INTERVAL)
            try:
                await self._apply_commands()
            except JournalError:
                # A disk that is full or busy for a moment must not end the polling.
                _log.exception("commands of run %s", self._spec.run)

    async def _apply_commands(self, *, before: bool = False) -> None:
        """Carry out the new commands.

        Args:
            before: they may be of the time of an earlier runner. What was approved then is in the journal;
                any other approval was not asked for.
        """
        for number, command in await asyncio.to_thread(
            self._journal.commands, self._spec.run, after=self._commands_seen
        ):
            word, _, by = command.partition(" ")
            if word == CANCEL:
                await self.cancel("Cancelling. Sensors whose upload has not started stop now.")
            elif word == CONTINUE and not before:
                await self._approve(by)
            self._commands_seen = number

    async def _approve(self, by: str) -> None:
        """Continue a run that waits for it. It goes on only once that is on disk."""
        if not self._spreading.wants_approval:
            return
        ts, run = self._recorder.now(), self._spec.run
        message = f"Continued by {clean(by)}."
        await self._recorder.record(
            Continued(ts=ts, run=run, by=clean(by)),
            Logged(ts=ts, run=run, level=Level.INFO, message=message),
        )
        self._spreading.approve()

    async def cancel(self, why: str) -> None:
        """Start nothing more and let every sensor reach a safe state.

        The log then names the sensors that the run still waits for, and the step of each.
        """
        if self.control.cancelled.is_set():
            return
        self.control.cancel()
        waiting = [
            f"{device} ({record.step.value})"
            for device, record in self._active.items()
            if record.irrevocable and record.step is not None
        ]
        if waiting:
            why += f" Waiting for {', '.join(waiting)}: what a sensor has begun is finished."
        ts, run = self._recorder.now(), self._spec.run
        told = (Cancelled(ts=ts, run=run), Logged(ts=ts, run=run, level=Level.WARNING, message=why))
        try:
            await self._recorder.record(*told)
        except JournalError:
            self._recorder.defer(*told)  # the run is cancelled all the same


def _planned(item: PlanItem) -> SensorOwner | None:
    """The sensor of the plan: no other one is sent a password, or a passphrase, by its job."""
    serial = item.identity.serial if item.identity else None
    return SensorOwner(serial=serial, stored=False) if serial else None
