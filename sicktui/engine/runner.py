"""The runner: the process that executes one run, detached from every terminal.

It is started by ``engine.spawn`` with the run's id, folders and secrets on its standard input, reports
``ready`` once it holds the run's lock, and from then on speaks through the journal alone.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Final

import msgspec

from sicktui.engine.control import CANCEL, Control
from sicktui.engine.device_run import DeviceRun
from sicktui.engine.history import every_event
from sicktui.engine.invitation import RunnerInvitation, RunnerReady, RunSecrets
from sicktui.engine.job import Job
from sicktui.engine.job_record import JobRecord
from sicktui.engine.outcome import summarise
from sicktui.engine.past import Past, recall
from sicktui.engine.recorder import Recorder
from sicktui.engine.run_verdicts import verdict_event
from sicktui.engine.staging import PackageChanged, scratch_folder, stage_package, unstage
from sicktui.model.clock import Clock, SystemClock
from sicktui.model.event import Logged, RunChanged, VerdictReached
from sicktui.model.plan import PlanItem, RunSpec
from sicktui.model.words import Action, Code, Level, RunState, Verdict
from sicktui.sensor.client import Sensor
from sicktui.stores.backups import BackupStore
from sicktui.stores.journal import Journal
from sicktui.stores.locks import Held, run_lock
from sicktui.stores.paths import Home

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
    """

    def __init__(
        self, home: Home, journal: Journal, spec: RunSpec, secrets: RunSecrets, clock: Clock
    ) -> None:
        self._home = home
        self._journal = journal
        self._spec = spec
        self._secrets = secrets
        self._clock = clock
        self._recorder = Recorder(journal, spec.run, clock)
        self._backups = BackupStore(home.backups)
        self.control = Control(spec.settings.limits)
        self._pasts = recall(every_event(journal, spec.run))
        self._verdicts = [past.verdict for past in self._pasts.values() if past.verdict is not None]

    async def run(self) -> None:
        """Bring every device to its verdict, then close the run."""
        helpers = [
            asyncio.create_task(self._recorder.serve()),
            asyncio.create_task(self._obey()),
        ]
        try:
            await self._run_devices()
            await self._finish()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await self._recorder.flush()

    async def _run_devices(self) -> None:
        decided = {event.device for event in self._verdicts}
        items = [
            item for item in self._spec.items if item.action is Action.UPDATE and item.device not in decided
        ]
        package_file: Path | None = None
        try:
            package_file = await self._stage()
        except PackageChanged as error:
            # A job that had written before an interruption goes on: it may not need the package.
            refused = [item for item in items if not self._past(item).wrote]
            for item in refused:
                await self._reached(self._refused(item, error))
            items = [item for item in items if item not in refused]
        canaries = self._spec.settings.limits.canary
        if canaries:
            reached = await self._wave(items[:canaries], package_file)
            succeeded = {Verdict.SUCCEEDED, Verdict.SKIPPED}
            self.control.canary_failed = any(event.verdict not in succeeded for event in reached)
        await self._wave(items[canaries:], package_file)

    def _past(self, item: PlanItem) -> Past:
        return self._pasts.get(item.device, Past())

    async def _stage(self) -> Path | None:
        package = self._spec.package
        if package is None:
            return None
        return await asyncio.to_thread(stage_package, self._home, self._spec.run, package)

    async def _wave(self, items: list[PlanItem], package_file: Path | None) -> list[VerdictReached]:
        return await asyncio.gather(*(self._device(item, package_file) for item in items))

    async def _device(self, item: PlanItem, package_file: Path | None) -> VerdictReached:
        record = JobRecord(self._recorder, item.device, self._clock, self.control)
        sensor = Sensor(
            item.target,
            password=self._secrets.passwords.get(item.device),
            requests_per_second=self._spec.settings.limits.requests_per_second,
            clock=self._clock,
            on_contact=record.contact,
        )
        job = Job(
            spec=self._spec,
            item=item,
            sensor=sensor,
            record=record,
            control=self.control,
            clock=self._clock,
            backups=self._backups,
            passphrase=self._secrets.passphrase,
            scratch=await asyncio.to_thread(scratch_folder, self._home, self._spec.run, item.device),
            package_file=package_file,
        )
        event = await DeviceRun(job, self._home, self._past(item)).run()
        await self._reached(event)
        return event

    async def _reached(self, event: VerdictReached) -> None:
        self._verdicts.append(event)
        await self._recorder.record(event)

    def _refused(self, item: PlanItem, error: PackageChanged) -> VerdictReached:
        return verdict_event(
            self._spec,
            item,
            Verdict.FAILED,
            ts=self._recorder.now(),
            code=error.code or Code.PACKAGE_UNREADABLE,
            message=error.message,
            advice=error.advice,
        )

    async def _finish(self) -> None:
        spec = self._spec
        ts = self._recorder.now()
        state = RunState.CANCELLED if self.control.cancelled.is_set() else RunState.FINISHED
        await self._recorder.record(
            RunChanged(
                ts=ts, run=spec.run, operation=spec.operation, state=state, pid=None, started=spec.created
            ),
            summarise(spec.operation, spec.items, self._verdicts, run=spec.run, ts=ts),
        )
        await asyncio.to_thread(self._journal.set_state, spec.run, state, pid=None, finished=ts)
        await asyncio.to_thread(self._journal.prune_volatile, spec.run)
        await asyncio.to_thread(unstage, self._home, spec.run)

    async def _obey(self) -> None:
        """Carry out commands that faces left in the journal."""
        seen = 0
        while True:
            for number, command in await asyncio.to_thread(
                self._journal.commands, self._spec.run, after=seen
            ):
                seen = number
                if command == CANCEL:
                    await self.cancel(
                        "Cancelling: what has not reached its upload stops, the rest is finished."
                    )
            await asyncio.sleep(COMMAND_INTERVAL)

    async def cancel(self, why: str) -> None:
        """Start nothing more and let every sensor reach a safe state."""
        if self.control.cancelled.is_set():
            return
        self.control.cancel()
        await self._recorder.record(
            Logged(ts=self._recorder.now(), run=self._spec.run, level=Level.WARNING, message=why)
        )


async def serve(home: Home, journal: Journal, spec: RunSpec, secrets: RunSecrets) -> None:
    """Execute the run in this process, until every device has its verdict."""
    runner = Runner(home, journal, spec, secrets, SystemClock())
    loop = asyncio.get_running_loop()
    pending: set[asyncio.Task[None]] = set()

    def on_sigterm() -> None:
        # The PC is going down, or somebody wants the process gone: finish what a sensor has begun.
        task = loop.create_task(
            runner.cancel("The runner was told to end (SIGTERM): nothing new is started.")
        )
        pending.add(task)
        task.add_done_callback(pending.discard)

    with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in its loop
        loop.add_signal_handler(signal.SIGTERM, on_sigterm)
    await runner.run()


def main() -> int:
    """Entry point of the runner process."""
    invitation = msgspec.json.decode(sys.stdin.buffer.read(), type=RunnerInvitation)
    home = invitation.home
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    lock = run_lock(home, invitation.run)
    try:
        lock.acquire()
    except Held as held:
        _answer(RunnerReady(ready=False, message=held.message))
        return 1
    with Journal(home.journal_file) as journal:
        spec = journal.spec(invitation.run)
        pid = os.getpid()
        journal.set_state(spec.run, RunState.RUNNING, pid=pid)
        journal.append(
            spec.run,
            [
                RunChanged(
                    ts=spec.created,
                    run=spec.run,
                    operation=spec.operation,
                    state=RunState.RUNNING,
                    pid=pid,
                    started=spec.created,
                )
            ],
            durable=True,
        )
        _answer(RunnerReady(ready=True))
        asyncio.run(serve(home, journal, spec, invitation.secrets))
    lock.release()
    return 0


def _answer(ready: RunnerReady) -> None:
    """Say the one line, then let go of the pipe: whoever started us may vanish now."""
    sys.stdout.buffer.write(msgspec.json.encode(ready) + b"\n")
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


if __name__ == "__main__":
    sys.exit(main())
