"""Runs the job of one device from its start to exactly one verdict."""

import asyncio
import contextlib
import logging

from msgspec import structs

from sicktui.engine.address.profiles import follow_moved
from sicktui.engine.backup.job import BackupJob
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.engine.plan.base import lock_of
from sicktui.engine.plan.interrupted import LeftOpen
from sicktui.engine.restore.job import RestoreJob
from sicktui.engine.run.verdicts import verdict_event
from sicktui.engine.update.job import UpdateJob
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code, Level, Operation, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.run.event import VerdictReached
from sicktui.model.search.refind import for_list
from sicktui.sensor.errors import SensorError
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import Held, segment_lock

_log = logging.getLogger(__name__)


class DeviceRun:
    """The job of one device, with its locks.

    Args:
        job: the job.
        home: where the locks are.
        left_open: what other runs and commands left open.
        past: what an earlier runner journalled of this job, when the run is resumed.
    """

    def __init__(self, job: Job, home: Home, left_open: LeftOpen, past: JobHistory | None = None) -> None:
        self._job = job
        self._home = home
        self._left_open = left_open
        self._begun = past is not None and past.in_flight
        self._open_step = past.open_step if past is not None else None
        self._work = _work(job, home, past)

    @property
    def after(self) -> Identity | None:
        """What the sensor reports after a successful update; ``None`` after anything else."""
        return self._work.after if isinstance(self._work, UpdateJob) else None

    @property
    def target(self) -> Target:
        """The device, where its sensor is now."""
        found = self._job.refinder.moved
        target = self._job.target
        return target if found is None else structs.replace(target, address=for_list(found.place))

    async def run(self) -> VerdictReached:
        """Do the job, and return how it ended. Raises only when cancelled."""
        job = self._job
        began = job.clock.monotonic()
        try:
            if self._open_step is not None:
                # The runner that began it is gone, and the job may continue at another step.
                await job.record.skipped(self._open_step, "interrupted; the sensor is checked first")
            message = await self._locked()
        except JobEnded as stop:
            event = self._verdict(stop, began)
        except SicktuiError as error:
            event = self._verdict(self._stop_for(error), began)
        except OSError as error:
            event = self._verdict(self._storage(error), began)
        except Exception as error:  # noqa: BLE001  one broken job must not take the others with it
            _log.exception("job of %s", job.target.device)
            event = self._verdict(self._internal(error), began)
        else:
            advice = self._work.advice if isinstance(self._work, UpdateJob) else ""
            event = self._event(Verdict.SUCCEEDED, None, message, advice, began)
        return await self._followed(event)

    async def _followed(self, event: VerdictReached) -> VerdictReached:
        """The verdict, after the device list has followed a sensor that was found at another address."""
        job = self._job
        found = job.refinder.moved
        if found is None:
            return event
        done, left = await asyncio.to_thread(follow_moved, self._home, job.target, found)
        if done:
            await job.record.log(Level.WARNING if left else Level.INFO, f"{done} {left}".strip())
        return structs.replace(
            event,
            message=f"{event.message} {done}".strip(),
            advice=f"{event.advice} {left}".strip(),
        )

    async def _locked(self) -> str:
        job = self._job
        if not self._begun:
            job.control.checkpoint()
        with contextlib.ExitStack() as locks:
            try:
                # In a thread: a held lock is tried for a moment, and other jobs must not wait for that.
                await asyncio.to_thread(self._lock, locks)
            except Held as held:
                if self._begun:
                    words = f"{held.message} What became of the interrupted job is not known."
                    raise JobEnded.unknown(Code.BUSY, words, held.advice) from held
                raise JobEnded.failed(Code.BUSY, held.message, held.advice) from held
            try:
                return await self._until_cancelled()
            finally:
                locks.close()
                await job.refinder.aclose()
                await job.sensor.aclose()

    def _lock(self, locks: contextlib.ExitStack) -> None:
        """Take the lock of the sensor, and before it that of its segment, which other runs may have.

        Raises:
            Held: somebody has one of them; names the owner.
            SicktuiError: what others left open keeps the sensor from being written to.
        """
        job, identity = self._job, self._job.item.identity
        purpose = f"run {job.spec.run}"
        segment = job.target.segment
        away = job.spec.operation is not Operation.BACKUP
        if segment and away:
            # What a sensor has begun is finished, whatever else of its segment is away by now.
            with contextlib.suppress(*[Held] if self._begun else []):
                locks.enter_context(segment_lock(self._home, segment, purpose=purpose))
        locks.enter_context(lock_of(self._home, job.target, identity, purpose=purpose))
        if not self._begun and identity is not None:  # Under the locks: who held them has written it down.
            self._left_open.refuse(job.target, identity, away=away)

    async def _until_cancelled(self) -> str:
        """Do the work. A cancel interrupts any wait in it, unless something may have reached the sensor.

        Raises:
            JobEnded: as the work does, or because the run was cancelled.
        """
        record, control = self._job.record, self._job.control
        work = asyncio.ensure_future(self._work.run())
        cancelled = asyncio.ensure_future(control.cancelled.wait())
        try:
            await asyncio.wait((work, cancelled), return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and record.cancellable:
                work.cancel()
            await asyncio.wait((work,))
        finally:
            cancelled.cancel()
            work.cancel()
        if work.cancelled():
            await record.abandon("the run was cancelled")
            control.checkpoint()
        return work.result()

    def _stop_for(self, error: SicktuiError) -> JobEnded:
        if isinstance(error, SensorError) or not self._job.record.wrote:
            verdict = Verdict.UNKNOWN if self._job.record.wrote else Verdict.FAILED
            return JobEnded.from_error(error, verdict=verdict)
        return JobEnded.from_error(error, verdict=Verdict.UNKNOWN)

    def _storage(self, error: OSError) -> JobEnded:
        return JobEnded(
            Verdict.UNKNOWN if self._job.record.wrote else Verdict.FAILED,
            Code.STORAGE_ERROR,
            f"A file of the job could not be read or written on this PC: {error}.",
            "Check free space and permissions, then check the sensor with 'sicktui status'.",
        )

    def _internal(self, error: Exception) -> JobEnded:
        return JobEnded(
            Verdict.UNKNOWN if self._job.record.wrote else Verdict.FAILED,
            Code.INTERRUPTED,
            f"sicktui failed in this job because of a bug ({type(error).__name__}).",
            "The runner's log has the details. Check the sensor with 'sicktui status' before trying again.",
        )

    def _verdict(self, stop: JobEnded, began: float) -> VerdictReached:
        message = stop.message
        if stop.verdict is Verdict.UNKNOWN:
            # The message alone must make clear that this is not settled.
            restored = isinstance(self._work, RestoreJob)
            message = f"{message} Check {'its parameters on site' if restored else 'on site what it runs'}."
        return self._event(stop.verdict, stop.code, message, stop.advice, began)

    def _event(
        self, verdict: Verdict, code: Code | None, message: str, advice: str, began: float
    ) -> VerdictReached:
        job, work = self._job, self._work
        known: dict[str, str | float | None]
        if isinstance(work, UpdateJob):
            known = {"serial": work.serial, "backup": work.backup_id, "downtime_seconds": work.downtime}
        elif isinstance(work, RestoreJob):
            known = {"serial": work.serial, "backup": job.spec.backup_of(job.target.device)}
        else:
            stored = work.stored
            known = {
                "serial": stored.serial if stored else None,
                "backup": stored.id if stored else None,
                "sha256": stored.sha256 if stored else None,
                "bytes": stored.size if stored else None,
            }
        return verdict_event(
            job.spec,
            job.item,
            verdict,
            ts=job.record.now(),
            code=code,
            message=message,
            advice=advice,
            seconds=job.clock.monotonic() - began,
            **known,
        )


def _work(job: Job, home: Home, past: JobHistory | None) -> UpdateJob | BackupJob | RestoreJob:
    match job.spec.operation:
        case Operation.UPDATE:
            return UpdateJob(job, past)
        case Operation.BACKUP:
            return BackupJob(job, past)
        case Operation.RESTORE:
            return RestoreJob(job, home, past)
