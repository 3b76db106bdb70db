"""Takes the parameter backup of one sensor: as a separate job, and before an update.

The order is that of the authentication article, scenario 2: token, trigger, wait, file. A backup counts
only when it is complete and stable.
"""

import asyncio

from sicktui.engine.authentication import authenticate
from sicktui.engine.backup.create import Creation
from sicktui.engine.backup.download import StableDownload
from sicktui.engine.backup.fetch import Fetched, fetch_backup
from sicktui.engine.backup.freshness import Freshness
from sicktui.engine.backup.keep import BackupKeeper, StoredBackup
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.past import JobHistory
from sicktui.engine.plan.base import refuse_flashing
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
        again: an earlier runner of this run has triggered a backup already.
    """

    def __init__(self, job: Job, identity: Identity, *, again: bool = False) -> None:
        partial = job.scratch / "backup.part"
        self._job = job
        self._identity = identity
        self._download = StableDownload(job, partial)
        self._creation = Creation(job, identity, self._download, again=again)
        self._keeper = BackupKeeper(job, identity, partial)

    @property
    def snapshot(self) -> Snapshot | None:
        """What was read of the sensor while it made the backup."""
        return self._creation.snapshot

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
            await self.create()
            fetched = await self.download()
        except LocalFileError:
            raise
        except SensorError as error:
            # A Not Found later on is trouble, and no reason to flash without a backup.
            if isinstance(error, NotSupported) and not self._creation.triggered:
                raise
            raise self._failed(error) from error
        return await self.store(fetched, always_snapshot=True)

    async def create(self) -> None:
        """Make the sensor create its backup file, and wait until it reports the end.

        Raises:
            NotSupported: the sensor has no parameter backup at all.
            JobEnded: it could not.
        """
        await self._creation.run()

    async def download(self) -> Fetched:
        """Fetch the file until it is complete and current, and check which sensor it came from.

        Raises:
            JobEnded: no such file came, or another sensor answers now.
        """
        freshness = Freshness(self._job, self._identity, self._creation, self._download)
        fetched = await fetch_backup(self._job, self._creation, self._download, freshness)
        now = await self._job.sensor.read.reread_identity(self._identity)
        if not self._identity.is_same_sensor(now):
            raise JobEnded.failed(
                Code.OTHER_DEVICE,
                f"Another sensor answers at {self._job.target.address} than when the backup was begun "
                f"({now.key or now.name} instead of {self._identity.key or self._identity.name}).",
                "Whose parameters the file holds is not known, so it was not kept. Check the address and try "
                "again. Nothing was written to the sensor.",
            )
        return fetched

    async def store(self, fetched: Fetched, *, always_snapshot: bool = False) -> StoredBackup:
        """Store the fetched file with what is known of its sensor, or confirm that the last one is current.

        Raises:
            JobEnded: the file cannot be complete.
            SicktuiError: it could not be written to this PC.
        """
        kept = await asyncio.to_thread(
            self._keeper.store,
            fetched,
            self._creation.snapshot,
            self._creation.checksum,
            hours=self._creation.hours,
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
