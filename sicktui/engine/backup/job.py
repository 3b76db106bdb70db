"""Takes the parameter backup of one sensor: as a job of its own, and before an update.

Order of the authentication article, scenario 2: token first, then the trigger, then the wait, then
the file. A backup counts only when it is complete and stable.
"""

import asyncio

from sicktui.engine.authentication import authenticate
from sicktui.engine.backup.fetch import BackupFile, Fetched
from sicktui.engine.backup.keep import Keeper, Kept
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.identity import same_sensor
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.model.device import Identity
from sicktui.model.enums import Code, Level, Step
from sicktui.model.snapshot import Snapshot
from sicktui.sensor.errors import AccessDenied, LocalFileError, NotSupported, SensorError
from sicktui.stores.backups.store import BackupRecord


class BackupTaker:
    """Creates, fetches and stores one backup.

    Args:
        job: the job.
        identity: who the sensor is.
        again: an earlier runner of this run has told the sensor to create one already.
    """

    def __init__(self, job: Job, identity: Identity, *, again: bool = False) -> None:
        partial = job.scratch / "backup.part"
        self._job = job
        self._identity = identity
        self._file = BackupFile(job, identity, partial, again=again)
        self._keeper = Keeper(job, identity, partial)

    @property
    def snapshot(self) -> Snapshot | None:
        """What the sensor let be read while it made the backup."""
        return self._file.snapshot

    async def take(self) -> Kept:
        """All of it, for the backup step of an update. The snapshot is kept too, for the comparison after it.

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
            await self.create()
            fetched = await self.download()
        except LocalFileError:
            raise
        except SensorError as error:
            # A Not Found later on is trouble, and no reason to flash without a backup.
            if isinstance(error, NotSupported) and not self._file.created:
                raise
            raise self._failed(error) from error
        return await self.store(fetched, always_snapshot=True)

    async def create(self) -> None:
        """Let the sensor write its backup file, and wait until it says it has.

        Raises:
            NotSupported: the sensor has no parameter backup at all.
            JobEnded: it could not.
        """
        await self._file.create()

    async def download(self) -> Fetched:
        """Fetch the file, until it is whole and of now, and see that it came from the sensor it is kept for.

        Raises:
            JobEnded: no such file came, or another sensor answers now.
        """
        fetched = await self._file.fetch()
        now = await self._job.sensor.read.reread_identity(self._identity)
        if not same_sensor(self._identity, now):
            raise JobEnded.failed(
                Code.OTHER_DEVICE,
                f"Another sensor answers at {self._job.target.address} than when the backup was begun "
                f"({now.key or now.name} instead of {self._identity.key or self._identity.name}).",
                "Whose parameters the file holds is not known, so it was not kept. Check the address and try "
                "again. Nothing was written to the sensor.",
            )
        return fetched

    async def store(self, fetched: Fetched, *, always_snapshot: bool = False) -> Kept:
        """Keep the fetched file with what is known of its sensor, or see that the last one still holds.

        Raises:
            JobEnded: the file cannot be whole.
            SicktuiError: it could not be written to this PC.
        """
        kept = await asyncio.to_thread(
            self._keeper.keep,
            fetched,
            self._file.snapshot,
            self._file.checksum,
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
