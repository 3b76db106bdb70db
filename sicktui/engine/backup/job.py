"""Takes the parameter backup of one sensor: as a separate job, and before an update.

The order is that of the authentication article, scenario 2: token, trigger, wait, file. A backup counts
only when it is complete and stable.
"""

import asyncio
from typing import Final

from sicktui.engine.authentication import authenticate
from sicktui.engine.backup.keep import BackupKeeper, StoredBackup, Whole
from sicktui.engine.backup.machine import (
    Compare,
    Create,
    Doing,
    Fetch,
    Finish,
    Keep,
    Look,
    ReadParameters,
    Remember,
    Wait,
    next_act,
)
from sicktui.engine.backup.observer import BackupObserver, BeforeTheEnd, LastLook, stranger
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.engine.plan.base import refuse_flashing
from sicktui.model.backup.age import Decision
from sicktui.model.backup.evidence import BackupEvidence, BackupObservation
from sicktui.model.backup.rule import other_sensor
from sicktui.model.device import Identity
from sicktui.model.enums import Code, Level, Step
from sicktui.model.update.observations import Tick
from sicktui.sensor.errors import AccessDenied, LocalFileError, NotSupported, SensorError
from sicktui.stores.backups.store import Age, BackupRecord

_AGAIN: Final = "The sensor offers the same file as before the trigger. Triggering the backup again."
_ASSUMED: Final = (
    "The sensor offers the same file as before the trigger, and {why}: that it is of this moment rests on "
    "the sensor's word."
)
_UNCOMPARED: Final = "nothing in it can be compared"
_SAVED_SINCE: Final = "parameters were saved since it was stored (MD5Parameters), perhaps those that it has"
_WAITS: Final = (
    "The sensor offers the same file as before the trigger, and does not report when it has written one. "
    "Waiting for another one for {seconds:g} s (timing.backup_timeout)."
)
_ENCRYPTED: Final = (
    "The file differs on every download, probably because it is encrypted anew each time. That it is "
    "complete and current rests on CreateParameterBackupResult alone."
)
_AGES: Final[dict[Decision, Age]] = {
    Decision.WRITTEN: "written",
    Decision.COMPARED: "compared",
    Decision.ASSUMED: "assumed",
}


class BackupTaker:
    """Carries out what the machine decides, and stores the file that counts.

    Args:
        job: the job.
        identity: who the sensor is.
        again: an earlier runner of this run has triggered a backup already.
        known_at: when the caller has read who the sensor is and that it does not flash.
        before_the_end: awaited before the last look at who it is, for what must be read before that.
    """

    def __init__(
        self,
        job: Job,
        identity: Identity,
        *,
        again: bool = False,
        known_at: float | None = None,
        before_the_end: BeforeTheEnd = None,
    ) -> None:
        partial = job.scratch / "backup.part"
        self._job = job
        self._observer = BackupObserver(job, identity, partial, before_the_end)
        self._evidence = BackupEvidence(since=job.clock.monotonic(), resumed=again, known_at=known_at)
        self._keeper = BackupKeeper(job, identity, partial)
        self._waiting_told = False

    @property
    def known(self) -> LastLook | None:
        """The last look at who the sensor is and whether it flashes."""
        return self._observer.known

    async def take(self) -> StoredBackup:
        """All of it, for the backup step of an update. The snapshot is stored too, to compare with later.

        Raises:
            NotSupported: the sensor has no parameter backup at all.
            LocalFileError: this PC cannot keep the file.
            JobEnded: it could not be taken; nothing may be written to the sensor then.
        """
        try:
            await authenticate(self._job.sensor)
        except AccessDenied as error:
            raise JobEnded.from_error(error) from error
        try:
            fetched = await self.download()
        except LocalFileError:
            raise
        except SensorError as error:
            # A Not Found later on is trouble, and no reason to flash without a backup.
            if isinstance(error, NotSupported) and self._evidence.triggers == 0:
                raise
            raise self._failed(error) from error
        return await self.store(fetched, always_snapshot=True)

    async def create(self) -> None:
        """Make the sensor create its backup file, and wait until it reports the end.

        Raises:
            NotSupported: the sensor has no parameter backup at all.
            JobEnded: it could not.
        """
        while not self._evidence.created:
            await self._step()

    async def download(self) -> Whole:
        """Create the file, if that is not done, and fetch it until it is complete and current.

        Raises:
            JobEnded: no such file came, or another sensor answers now.
        """
        while (age := await self._step()) is None:
            pass
        record, observer, file = self._job.record, self._observer, self._observer.file
        assert file is not None, "a file is kept that was never fetched"  # noqa: S101
        if self._evidence.encrypted_anew:
            await record.log(Level.WARNING, _ENCRYPTED)
        elif age is Decision.ASSUMED:
            seen = self._evidence.compared
            saved = seen is not None and seen.same_checksum is False
            await record.log(Level.WARNING, _ASSUMED.format(why=_SAVED_SINCE if saved else _UNCOMPARED))
        compared = age is Decision.COMPARED
        unchanged = await observer.freshness.unchanged(file.sha256) if compared else None
        return Whole(file=file, unchanged=unchanged, age=_AGES[age])

    async def _step(self) -> Decision | None:
        """Carry out one act. Returns how old the file is that counts, or ``None`` before that.

        Raises:
            JobEnded: no file counts.
        """
        clock, evidence = self._job.clock, self._evidence
        act = next_act(evidence, clock.monotonic(), self._job.timing)
        if isinstance(act, Keep):
            return act.age
        if isinstance(act, Finish):
            end = act.judgement
            raise JobEnded(end.verdict, end.code or Code.BACKUP_FAILED, end.message, end.advice)
        seen = await self._carried_out(act)
        self._evidence = evidence.seen(seen, clock.monotonic())
        if self._evidence.waits_for_another and not self._waiting_told:
            self._waiting_told = True
            seconds = self._job.timing.backup_timeout
            await self._job.record.log(Level.INFO, _WAITS.format(seconds=seconds))
        return None

    async def _carried_out(self, act: Doing) -> BackupObservation:
        observer = self._observer
        match act:
            case Wait(seconds=seconds):
                await self._job.clock.sleep(seconds)
                return Tick()
            case Look(wants=wants):
                return await observer.look(wants)
            case Remember():
                return await observer.remember()
            case Create():
                if self._evidence.triggers:
                    await self._job.record.log(Level.INFO, _AGAIN)
                return await observer.create()
            case ReadParameters():
                return await observer.read_parameters()
            case Fetch():
                return await observer.fetch()
            case Compare():
                return await observer.compare(self._evidence)

    async def store(self, fetched: Whole, *, always_snapshot: bool = False) -> StoredBackup:
        """Store the fetched file with what is known of its sensor, or confirm that the last one is current.

        Raises:
            JobEnded: the file cannot be complete.
            SicktuiError: it could not be written to this PC.
        """
        kept = await asyncio.to_thread(
            self._keeper.store,
            fetched,
            self._observer.snapshot,
            self._observer.checksum,
            hours=self._observer.hours,
            always_snapshot=always_snapshot,
        )
        for warning in kept.warnings:
            await self._job.record.log(Level.WARNING, warning)
        return kept

    @staticmethod
    def _failed(error: SensorError) -> JobEnded:
        return JobEnded.failed(
            Code.BACKUP_FAILED,
            f"Its parameters could not be backed up: {error.message}",
            f"{error.advice} Nothing was written to the sensor; --no-backup updates without.".strip(),
        )


class BackupJob:
    """The backup of one sensor, in the contract's four steps.

    One that was interrupted is taken afresh: the sensor's parameters may have changed since.

    Args:
        job: the job.
        past: what an earlier runner of the same run has journalled of it, when this one resumes.
    """

    def __init__(self, job: Job, past: JobHistory | None = None) -> None:
        self.job = job
        self._past = past
        self.stored: BackupRecord | None = None

    async def run(self) -> str:
        """Do it. Returns the message of success.

        Raises:
            JobEnded: with any other verdict.
            SensorError: the sensor failed; nothing was written to it.
        """
        job = self.job
        async with job.record.stepping(Step.AUTHENTICATE) as step:
            planned = job.item.identity
            identity = await (
                job.sensor.read.reread_identity(planned) if planned else job.sensor.read.identity()
            )
            if planned is not None and not planned.is_same_sensor(identity):
                found = other_sensor(stranger(job, planned, identity))
                raise JobEnded.failed(Code.OTHER_DEVICE, found.message, found.advice)
            # A sensor that is flashing is left alone, also where another PC flashes it.
            await refuse_flashing(job.sensor)
            step.detail = await authenticate(job.sensor)
        job.record.checkpoint()
        taker = BackupTaker(job, identity, again=self._past is not None and self._past.created_backup)
        async with job.record.stepping(Step.CREATE):
            await taker.create()
        async with job.record.stepping(Step.DOWNLOAD) as step:
            fetched = await taker.download()
            step.detail = f"{fetched.file.size} bytes"
        async with job.record.stepping(Step.STORE) as step:
            kept = await taker.store(fetched)
            self.stored = kept.record
            step.detail = kept.record.id if kept.unchanged is None else str(kept)
        if kept.unchanged is not None:
            return f"Unchanged: {kept}."
        return f"Backup {self.stored.id} of {identity.name} {identity.version}, {self.stored.size} bytes."
