"""Compares a backup file whose bytes were there before the call with the sensor; ``age`` decides."""

import asyncio
from pathlib import Path

from msgspec import Struct

from sicktui.engine.job.job import Job
from sicktui.engine.parameters.agreement import Agreement, agreement
from sicktui.engine.parameters.compare import Comparison, compare
from sicktui.model.backup.age import Seen
from sicktui.model.device import Identity
from sicktui.model.enums import Level
from sicktui.model.snapshot import Snapshot
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
        partial: where the file is.
    """

    def __init__(self, job: Job, identity: Identity, partial: Path) -> None:
        self._job = job
        self._identity = identity
        self._partial = partial
        self._agreement: Agreement | None = None

    async def compare(
        self, sha256: str, checksum: str | None, snapshot: Snapshot | None, triggers: int
    ) -> Seen:
        """What is known of a file that may be the one from before.

        Args:
            sha256: the file's.
            checksum: ``MD5Parameters`` while it was made.
            snapshot: what was read meanwhile.
            triggers: how often the backup was triggered.

        Raises:
            SensorError: the sensor is gone.
        """
        stored = await asyncio.to_thread(self._stored, sha256)
        since = self._since(stored, snapshot)
        same_checksum = None
        if stored is not None and stored.parameters_md5 and checksum:
            same_checksum = stored.parameters_md5 == checksum
        found = Agreement() if since.settings else await self._agrees()
        return Seen(
            same_bytes=True,
            triggers=triggers,
            differing=(*(str(difference) for difference in since.settings), *found.differing),
            same_checksum=same_checksum,
            agrees=found.proves,
            compared=since.same,
        )

    async def unchanged(self, sha256: str) -> Unchanged | None:
        """The newest stored backup, if it is this very file and opens with the same passphrase."""
        newest = await asyncio.to_thread(self._newest, sha256)
        return None if newest is None else Unchanged(record=newest, how="readable")

    async def _agrees(self) -> Agreement:
        if self._agreement is None:
            if (await asyncio.to_thread(inspect, self._partial)).kind != "json":
                return Agreement()
            await self._job.record.log(
                Level.INFO,
                "The sensor offers the same file as before the trigger. Comparing it with the parameters.",
            )
            self._agreement = await agreement(self._job.sensor, self._identity.name, self._partial)
        return self._agreement

    def _records(self) -> list[BackupRecord]:
        return self._job.backups.list(self._identity.key_for(self._job.target.device))

    def _stored(self, sha256: str) -> BackupRecord | None:
        """The backup that was stored last with these bytes."""
        return next((record for record in self._records() if record.sha256 == sha256), None)

    def _newest(self, sha256: str) -> BackupRecord | None:
        newest = next(iter(self._records()), None)
        if newest is None or newest.sha256 != sha256 or newest.version != self._identity.version:
            return None
        if not opens_with(newest, self._job.passphrase) or not is_whole(self._job.backups, newest):
            return None
        return newest

    def _since(self, record: BackupRecord | None, now: Snapshot | None) -> Comparison:
        """What has changed since a backup was stored, of what its snapshot read."""
        if record is None or now is None:
            return Comparison()
        then = next((s for s in self._job.snapshots.list(record.key) if s.id == record.snapshot), None)
        return Comparison() if then is None else compare(then, now)
