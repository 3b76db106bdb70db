"""Takes the parameter backup of one sensor: as a job of its own, and before an update.

Order of the authentication article, scenario 2: token first, then the trigger, then the wait, then
the file. A backup counts only when it is complete and stable.
"""

from pathlib import Path
from typing import Final

from sicktui.engine.access_step import authenticate
from sicktui.engine.job import Job
from sicktui.engine.past import Past
from sicktui.engine.stop import Stop
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.words import Code, Step
from sicktui.sensor.errors import AccessDenied, NotSupported, OutOfConnections, SensorError, Unreachable
from sicktui.sensor.transfers import Downloaded
from sicktui.stores.backups import MAX_BACKUP_BYTES, BackupFacts, BackupRecord
from sicktui.stores.fingerprint import fingerprint

POLL: Final = 0.5
"""Seconds between two looks at a backup in the making, which takes a sensor about a second."""


class BackupTaker:
    """Creates, fetches and stores one backup.

    Args:
        job: the job.
        identity: who the sensor is.
        again: an earlier runner of this run has told the sensor to create one already.
    """

    def __init__(self, job: Job, identity: Identity, *, again: bool = False) -> None:
        self._job = job
        self._identity = identity
        self._again = again

    async def take(self) -> BackupRecord:
        """All of it, for the backup step of an update.

        Raises:
            NotSupported: the sensor has no parameter backup at all.
            Stop: it could not be taken; nothing may be written to the sensor then.
        """
        try:
            await authenticate(self._job.sensor)
        except AccessDenied as error:
            raise Stop.because(error) from error
        try:
            await self.create()
            partial = await self.download()
        except NotSupported:
            raise
        except SensorError as error:
            raise self._failed(error) from error
        return self.store(partial)

    async def create(self) -> None:
        """Let the sensor write its backup file, and wait until it says it has."""
        job = self._job
        if self._again:
            # A sensor writes one backup at a time, and refuses a second meanwhile.
            await self._finished()
        async with job.record.acting("create_backup"):
            await job.sensor.create_backup(job.passphrase)
        if await self._finished() is False:
            raise Stop.failed(
                Code.BACKUP_FAILED,
                "The sensor says that it could not create its parameter backup (Result false).",
                "Try again; if it stays so, restart the sensor. Nothing was written to it.",
            )

    async def _finished(self) -> bool | None:
        """Wait until the sensor says that its backup is written. Returns whether it worked.

        ``None``: there is no way to ask; ``download`` waits until the file is there and stable.
        """
        job = self._job
        deadline = job.clock.monotonic() + job.timing.backup_timeout
        while True:
            status = await job.sensor.create_backup_status()
            if status is None:
                return None
            if status.finished:
                return status.ok
            if job.clock.monotonic() >= deadline:
                raise Stop.failed(
                    Code.BACKUP_FAILED,
                    f"Its backup is still pending after {job.timing.backup_timeout:g} s.",
                    "Try again; if it stays so, restart the sensor. Nothing was written to it.",
                )
            await job.clock.sleep(POLL)

    async def download(self) -> Downloaded:
        """Fetch the file until two fetches in a row are the same: then nobody writes it any more."""
        job = self._job
        deadline = job.clock.monotonic() + job.timing.backup_timeout
        last: Downloaded | None = None
        while True:
            trouble: SensorError | None = None
            try:
                fetched = await job.sensor.download_backup(self._partial, MAX_BACKUP_BYTES)
            except (Unreachable, AccessDenied, OutOfConnections):
                raise
            except SensorError as error:
                trouble = error  # Not there yet, or not whole yet.
            else:
                job.record.progress(Step.DOWNLOAD, fetched.size, fetched.size)
                if last is not None and last.sha256 == fetched.sha256:
                    return fetched
                last = fetched
            if job.clock.monotonic() >= deadline:
                raise self._never_stable(trouble)
            await job.clock.sleep(POLL)

    @property
    def _partial(self) -> Path:
        return self._job.scratch / "backup.part"

    def store(self, downloaded: Downloaded) -> BackupRecord:
        """Keep the fetched file with what is known of its sensor.

        Raises:
            SicktuiError: it could not be written to this PC.
        """
        job, identity = self._job, self._identity
        facts = BackupFacts(
            device=job.target.device,
            serial=identity.serial,
            mac=identity.mac,
            name=identity.name,
            model=identity.device_type,
            order_number=identity.order_number,
            version=identity.version,
            created=timestamp(job.clock.now()),
            operator=str(job.spec.operator),
            run=job.spec.run,
            content_type=downloaded.content_type,
            api=job.sensor.capabilities.summary,
            passphrase_fingerprint=fingerprint(job.passphrase) if job.passphrase else None,
        )
        record = job.backups.add(self._partial, facts, sha256=downloaded.sha256)
        self._partial.unlink()
        return record

    def _never_stable(self, trouble: SensorError | None) -> Stop:
        why = trouble.message if trouble else "the file changed with every fetch"
        return Stop.failed(
            Code.BACKUP_FAILED,
            f"No complete backup came within {self._job.timing.backup_timeout:g} s: {why}",
            "Try again; timing.backup_timeout allows more time. Nothing was written to the sensor.",
        )

    def _failed(self, error: SensorError) -> Stop:
        return Stop.failed(
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

    def __init__(self, job: Job, past: Past | None = None) -> None:
        self.job = job
        self._past = past
        self.stored: BackupRecord | None = None

    async def run(self) -> str:
        """Do it. Returns the message of success.

        Raises:
            Stop: with any other verdict.
            SensorError: the sensor failed; nothing was written to it.
        """
        job = self.job
        async with job.record.stepping(Step.AUTHENTICATE) as step:
            identity = await job.sensor.identity()
            step.detail = await authenticate(job.sensor)
        job.record.checkpoint()
        taker = BackupTaker(job, identity, again=self._past is not None and self._past.created_backup)
        async with job.record.stepping(Step.CREATE):
            await taker.create()
        async with job.record.stepping(Step.DOWNLOAD) as step:
            downloaded = await taker.download()
            step.detail = f"{downloaded.size} bytes"
        async with job.record.stepping(Step.STORE) as step:
            self.stored = taker.store(downloaded)
            step.detail = self.stored.id
        return f"Backup {self.stored.id} of {identity.name} {identity.version}, {self.stored.size} bytes."
