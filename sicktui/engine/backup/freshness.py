"""Whether a backup file is current, although the sensor offered the same bytes before the trigger.

That a file can be downloaded proves nothing: it may be half written, or from yesterday. The sensor's report
does not help either: it may report a new file and return the old one. So the file that the sensor offers
*before* the trigger is remembered, and one with the same bytes counts only if

- it is the backup that was stored last, and ``MD5Parameters`` shows that no parameter has changed since, or
- a second trigger makes another file of it (the first one was lost), or
- it is JSON, which need not differ from one time to the next, and its values of parameters that can
  be read are those that the sensor has now (``agreement.py``), or
- it is the backup that was stored last, the sensor has no ``MD5Parameters``, and the parameters of the
  quick snapshot are what they were then: a sensor whose file need not differ must not be refused for ever.

Anything else is refused. A time stamp of the file is not looked at: a server may make one up.
"""

import asyncio

from msgspec import Struct

from sicktui.engine.backup.agreement import Agreement, agreement
from sicktui.engine.backup.create import Creation
from sicktui.engine.backup.download import StableDownload
from sicktui.engine.job.job import Job
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
    """Judges the backup files of one sensor.

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
        self._agreement = Agreement()

    @property
    def differing(self) -> tuple[str, ...]:
        """What file and sensor do not agree on, in words; empty if they were not compared."""
        return self._agreement.differing

    async def unchanged(self, file: Downloaded, *, readable: bool = False) -> Unchanged | None:
        """The stored backup that a file is, if the parameters are known not to have changed since.

        Args:
            file: the file, which is stable.
            readable: whether equal readable parameters are enough where there is no checksum.
        """
        # In a thread: recognising a passphrase is slow on purpose.
        return await asyncio.to_thread(self._look_up, file, readable)

    async def agrees(self, file: Downloaded) -> bool:
        """Whether a file is JSON and has the values that the sensor has now."""
        job = self._job
        newest = await asyncio.to_thread(self._newest)
        if newest is not None and newest.sha256 != file.sha256:
            newest = None
        if newest is not None and newest.parameters_md5 and self._creation.checksum:
            return False  # the checksum is stronger, and shows that something has changed
        if (await asyncio.to_thread(inspect, self._download.partial)).kind != "json":
            return False
        await job.record.log(
            Level.INFO,
            "The sensor offers the same file as before the trigger. Comparing it with the parameters.",
        )
        self._agreement = await agreement(job.sensor, self._identity.name, self._download.partial)
        changed = newest is not None and self._since(newest).differences
        return self._agreement.proves and not changed

    def _newest(self) -> BackupRecord | None:
        key = self._identity.key_for(self._job.target.device)
        return next(iter(self._job.backups.list(key)), None)

    def _look_up(self, file: Downloaded, readable: bool) -> Unchanged | None:
        job = self._job
        newest = self._newest()
        if (
            newest is None
            or newest.sha256 != file.sha256
            or newest.version != self._identity.version
            or not opens_with(newest, job.passphrase)
            or not is_whole(job.backups, newest)
        ):
            return None
        if newest.parameters_md5 and self._creation.checksum:
            same = newest.parameters_md5 == self._creation.checksum
            return Unchanged(record=newest, how="checksum") if same else None
        since = self._since(newest) if readable else Comparison()
        if since.same > 0 and not since.differences:
            return Unchanged(record=newest, how="readable")
        return None

    def _since(self, record: BackupRecord) -> Comparison:
        """What has changed since a backup, of what a quick snapshot reads."""
        now = self._creation.snapshot
        then = next((s for s in self._job.snapshots.list(record.key) if s.id == record.snapshot), None)
        return Comparison() if then is None or now is None else compare(then, now)
