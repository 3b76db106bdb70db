"""Compares a backup file whose bytes were there before the trigger with the sensor; ``age`` decides."""

import asyncio

from msgspec import Struct

from sicktui.engine.backup.age import Seen
from sicktui.engine.backup.create import Creation
from sicktui.engine.backup.download import StableDownload
from sicktui.engine.job.job import Job
from sicktui.engine.parameters.agreement import Agreement, agreement
from sicktui.engine.parameters.compare import Comparison, compare
from sicktui.model.device import Identity
from sicktui.model.enums import Level
from sicktui.sensor.api.transfers import Downloaded
from sicktui.stores.backups.content import inspect
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.backups.versions import How, is_whole, opens_with


class Unchanged(Struct, frozen=True, kw_only=True):
    """A stored backup that is still current."""

    record: BackupRecord
    how: How
    """How that is known."""


class Freshness:
    """Compares the backup files of one sensor.

    Args:
        job: the job.
        identity: who the sensor is.
        creation: what was read of the sensor while it made the file.
        download: where the file is.
    """

    def __init__(self, job: Job, identity: Identity, creation: Creation, download: StableDownload) -> None:
        self._job = job
        self._identity = identity
        self._creation = creation
        self._download = download
        self._agreement: Agreement | None = None

    async def compare(self, file: Downloaded, triggers: int) -> Seen:
        """What is known of a file that is stable.

        Args:
            file: the file.
            triggers: how often the backup was triggered.

        Raises:
            SensorError: the sensor is gone.
        """
        if not self._creation.before.may_be(file):
            return Seen(same_bytes=False)
        stored = await asyncio.to_thread(self._stored, file)
        since = self._since(stored)
        same_checksum = None
        if stored is not None and stored.parameters_md5 and self._creation.checksum:
            same_checksum = stored.parameters_md5 == self._creation.checksum
        found = Agreement()
        if not (since.settings or same_checksum is not None):
            found = await self._agrees()
        return Seen(
            same_bytes=True,
            triggers=triggers,
            differing=(*(str(difference) for difference in since.settings), *found.differing),
            same_checksum=same_checksum,
            agrees=found.proves,
            compared=since.same,
        )

    async def unchanged(self, file: Downloaded) -> Unchanged | None:
        """The newest stored backup, if it is this very file and opens with the same passphrase."""
        newest = await asyncio.to_thread(self._newest, file)
        if newest is None:
            return None
        checksum = newest.parameters_md5 is not None and newest.parameters_md5 == self._creation.checksum
        return Unchanged(record=newest, how="checksum" if checksum else "readable")

    async def needless(self, file: Downloaded) -> bool:
        """Whether waiting for another file is needless: nothing has changed since this one was stored."""
        seen = await asyncio.to_thread(self._stored, file)
        checksum = self._creation.checksum
        return checksum is not None and seen is not None and seen.parameters_md5 == checksum

    async def _agrees(self) -> Agreement:
        if self._agreement is None:
            if (await asyncio.to_thread(inspect, self._download.partial)).kind != "json":
                return Agreement()
            await self._job.record.log(
                Level.INFO,
                "The sensor offers the same file as before the trigger. Comparing it with the parameters.",
            )
            self._agreement = await agreement(self._job.sensor, self._identity.name, self._download.partial)
        return self._agreement

    def _records(self) -> list[BackupRecord]:
        return self._job.backups.list(self._identity.key_for(self._job.target.device))

    def _stored(self, file: Downloaded) -> BackupRecord | None:
        """The backup that was stored last with these bytes."""
        return next((record for record in self._records() if record.sha256 == file.sha256), None)

    def _newest(self, file: Downloaded) -> BackupRecord | None:
        newest = next(iter(self._records()), None)
        if newest is None or newest.sha256 != file.sha256 or newest.version != self._identity.version:
            return None
        if not opens_with(newest, self._job.passphrase) or not is_whole(self._job.backups, newest):
            return None
        return newest

    def _since(self, record: BackupRecord | None) -> Comparison:
        """What has changed since a backup was stored, of what its snapshot read."""
        now = self._creation.snapshot
        if record is None or now is None:
            return Comparison()
        then = next((s for s in self._job.snapshots.list(record.key) if s.id == record.snapshot), None)
        return Comparison() if then is None else compare(then, now)
