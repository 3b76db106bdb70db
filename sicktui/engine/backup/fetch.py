"""Gets a backup file that is whole, and that the sensor has written for this request.

A file that can be fetched proves nothing: it may be half written, or yesterday's. The sensor's word does
not help either, since one may say that it has written a file and give the old one. So the file that
the sensor offers *before* the trigger is remembered, and one with the same bytes counts only if

- it is the backup that was stored last, and ``MD5Parameters`` says that no parameter has changed since, or
- a second trigger makes another file of it (the first one was lost), or
- it is JSON, which need not differ from one time to the next, and what it says of parameters that can
  be read is what the sensor says now (``backup_agreement.py``), or
- it is the backup that was stored last, the sensor has no ``MD5Parameters``, and the parameters of the
  quick snapshot are what they were then: a sensor whose file need not differ must not be refused for ever.

Anything else is refused. A time stamp of the file is not looked at: a server may make one up.
"""

import asyncio
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.engine.backup.agreement import Agreement, agreement
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.waiting import poll_for
from sicktui.engine.parameters.compare import Comparison, compare
from sicktui.engine.parameters.snapshot import read_checksum, take_snapshot
from sicktui.engine.parameters.variables import affordable, variables
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.enums import STEPS, Code, Level, Step
from sicktui.model.errors import UsageError
from sicktui.model.snapshot import Snapshot
from sicktui.sensor.api.transfers import Downloaded
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    LocalFileError,
    NotSupported,
    OutOfConnections,
    SensorError,
    Unreachable,
)
from sicktui.stores.backups.content import inspect
from sicktui.stores.backups.store import MAX_BACKUP_BYTES, BackupRecord
from sicktui.stores.backups.versions import How, is_whole, opens_with

POLL: Final = 0.5
"""Seconds between two looks at a backup in the making, which takes a sensor about a second."""
_AFRESH: Final = 3
"""Whole files of one length in a row that make believe that the sensor encrypts anew for each fetch."""
_MOST: Final = 10
"""``backup_timeout`` so many times is enough for one file, however slow the link: 86 KB at 0.3 KB/s."""
_UNKNOWN: Final = "unknown"
"""Something may lie there before the trigger, but it cannot be read: any file may be that one."""
_ITS_WORD: Final = (
    "The sensor gives another file with every fetch, as if it were encrypted each time: that it is whole and "
    "of now is the sensor's word (CreateParameterBackupResult)."
)


class Fetched(Struct, frozen=True, kw_only=True):
    """A backup file that is whole and of now."""

    file: Downloaded
    same_as: BackupRecord | None = None
    """The stored backup that it is, byte by byte, where the parameters have not changed since."""
    how: How | None = None
    """How that is known."""


class BackupFile:
    """Creates and fetches the backup file of one sensor.

    Args:
        job: the job.
        identity: who the sensor is.
        partial: where the file is to lie.
        again: an earlier runner of this run has told the sensor to create one already.
    """

    def __init__(self, job: Job, identity: Identity, partial: Path, *, again: bool) -> None:
        self.checksum: str | None = None
        """``MD5Parameters`` while the file was made; ``None`` where it changed meanwhile."""
        self.created = False
        """Whether the sensor has taken ``CreateParameterBackup``: then it makes backups."""
        self.snapshot: Snapshot | None = None
        self._job = job
        self._identity = identity
        self._partial = partial
        self._again = again
        self._before: str | None = None
        self._agreement = Agreement()

    # -- the trigger --------------------------------------------------------------------------

    async def create(self) -> None:
        """Remember what the sensor offers, let it write its backup, and wait until it says it has.

        Raises:
            NotSupported: it makes no backups.
            JobEnded: it says that it could not, or says nothing.
            SensorError: anything else.
        """
        if self._again:
            # A sensor writes one backup at a time, and refuses a second meanwhile.
            await self._finished()
        self._before = await self._offered()
        self.checksum = await read_checksum(self._job.sensor, self._identity.name)
        await self._trigger()
        # Here and not before: meanwhile the sensor writes its file.
        self.snapshot = await self._snapshot()
        await self._written()

    async def _offered(self) -> str | None:
        """The hash of the file that lies there before the trigger; ``None`` if there is none."""
        for attempt in (1, 2):
            try:
                return (await self._download()).sha256
            except (Unreachable, OutOfConnections, LocalFileError):
                raise
            except NotSupported:
                return None
            except AccessDenied:
                break  # perhaps the password is wrong: it is not tried more often than it must
            except SensorError:
                # A sensor that has never made a backup may say so in many ways.
                if attempt == 1:
                    await self._pause()
        return _UNKNOWN

    async def _trigger(self) -> None:
        job = self._job
        try:
            async with job.record.acting("create_backup"):
                await job.sensor.backups.create(job.passphrase)
            self.created = True
        except UsageError as error:
            raise JobEnded.failed(
                Code.BACKUP_FAILED, error.message, "Choose a shorter passphrase."
            ) from error
        except DeviceError as error:
            raise JobEnded.failed(
                Code.BACKUP_FAILED,
                f"The sensor did not create its parameter backup: {error.message}",
                f"{error.advice} Nothing was written to it.".strip(),
            ) from error

    async def _snapshot(self) -> Snapshot:
        job, family = self._job, self._identity.name
        names = affordable(family, job.spec.settings.limits.requests_per_second)
        return await take_snapshot(
            job.sensor,
            self._identity,
            scope="full" if len(names) == len(variables(family, "full")) else "essential",
            device=job.target.device,
            taken=timestamp(job.clock.now()),
            by=str(job.spec.operator),
            run=job.spec.run,
            checksum=self.checksum,
            names=names,
        )

    async def _written(self) -> None:
        if await self._finished() is False:
            raise JobEnded.failed(
                Code.BACKUP_FAILED,
                "The sensor says that it could not create its parameter backup (Result false).",
                "Try again; if it stays so, restart the sensor. Nothing was written to it.",
            )

    async def _finished(self) -> bool | None:
        """Wait until the sensor says that its backup is written. Returns whether it worked.

        ``None``: there is no way to ask; ``fetch`` waits until the file is there and stable.
        """
        job, limit = self._job, self._job.timing.backup_timeout
        status = await poll_for(
            job.clock,
            limit,
            min(POLL, job.timing.poll_interval),
            job.sensor.backups.create_status,
            done=lambda status: status is None or status.finished,
        )
        if status is None or status.finished:
            return status.ok if status else None
        raise JobEnded.failed(
            Code.BACKUP_FAILED,
            f"Its backup is still pending after {limit:g} s.",
            "Try again; if it stays so, restart the sensor. Nothing was written to it.",
        )

    # -- the file -----------------------------------------------------------------------------

    async def fetch(self) -> Fetched:
        """Fetch the file until it is whole, stable, and not the one from before.

        Raises:
            JobEnded: no such file came.
            SensorError: the sensor is gone, or refuses the file.
        """
        fetched = await self._fetch()
        await self._checksum_again()
        return fetched

    async def _fetch(self) -> Fetched:
        timeout = self._job.timing.backup_timeout
        first = await self._stable(timeout if self._before is None else timeout / 2)
        if not self._suspicious(first):
            return Fetched(file=first)
        known = await self._known(first) or await self._of_now(first)
        if known is not None:
            return known
        self._before = first.sha256
        await self._job.record.log(
            Level.INFO, "The sensor offers the same file as before the trigger: it is told once more."
        )
        await self._trigger()
        await self._written()
        second = await self._stable(timeout / 2)
        if not self._suspicious(second):
            return Fetched(file=second)
        known = await self._known(second, readable=not self._agreement.differing)
        if known is not None:
            return known
        differing = "; ".join(self._agreement.differing[:3])
        raise JobEnded.failed(
            Code.BACKUP_FAILED,
            "The sensor says that it has created a backup, but offers the same file as before, twice: it is "
            f"an old one{f' ({differing})' if differing else ''}.",
            "Restart the sensor, then try again. Nothing was written to it.",
        )

    async def _checksum_again(self) -> None:
        """Read ``MD5Parameters`` once more: it counts only if nothing has changed while the file was made."""
        if self.checksum is None:
            return
        if await read_checksum(self._job.sensor, self._identity.name) != self.checksum:
            self.checksum = None
            await self._job.record.log(
                Level.WARNING, "A parameter was changed by someone while the backup was made."
            )

    def _suspicious(self, file: Downloaded) -> bool:
        return self._before is not None and self._before in (_UNKNOWN, file.sha256)

    async def _stable(self, limit: float) -> Downloaded:
        """Fetch until two fetches in a row are the same: then nobody writes the file any more.

        A file that is the one from before is waited on for so long as another may come: to the limit, or
        a few looks more where the sensor has said that it is finished. Where it has said so, a file that is
        another one with every fetch, but always whole and equally long, is one that it encrypts each time.
        """
        clock = self._job.clock
        deadline = clock.monotonic() + limit
        last: Downloaded | None = None
        looks = afresh = 0
        while True:
            over = clock.monotonic() >= deadline
            try:
                fetched = await self._look()
            except _NotWhole as error:
                trouble, last, afresh = error.why, None, 0
            else:
                trouble = "The file changes with every fetch."
                afresh = afresh + 1 if last is None or last.size == fetched.size else 1
                if last is not None and fetched.sha256 == last.sha256:
                    looks += 1
                    waited = over or looks >= self._patience
                    if waited or not self._suspicious(fetched) or (looks == 1 and await self._known(fetched)):
                        return fetched
                elif afresh >= _AFRESH and self._tells:
                    await self._job.record.log(Level.WARNING, _ITS_WORD)
                    return fetched
                last = fetched
            if over:
                raise self._never_stable(trouble)
            await self._pause()

    @property
    def _patience(self) -> float:
        """How often an unchanged file is looked at before it is believed to stay."""
        return 3 if self._tells else float("inf")

    @property
    def _tells(self) -> bool:
        """Whether the sensor has said that its file is written."""
        return "CreateParameterBackupResult" in self._job.sensor.capabilities.present

    async def _download(self) -> Downloaded:
        """The file that the sensor offers; ``JobEnded`` if it comes so slowly that it might never end."""
        limit = _MOST * self._job.timing.backup_timeout
        try:
            async with asyncio.timeout(limit):
                return await self._job.sensor.backups.download(self._partial, MAX_BACKUP_BYTES)
        except TimeoutError:
            raise JobEnded.failed(
                Code.BACKUP_FAILED,
                f"The download of its backup had not ended after {limit:g} s.",
                "Check the network to it; timing.backup_timeout allows more time. Nothing was written to it.",
            ) from None

    async def _look(self) -> Downloaded:
        try:
            fetched = await self._download()
        except (Unreachable, AccessDenied, OutOfConnections, LocalFileError):
            raise
        except SensorError as error:
            raise _NotWhole(error.message) from error  # not there yet, or not whole yet
        # Before an update all of this is one step.
        step = Step.DOWNLOAD if Step.DOWNLOAD in STEPS[self._job.spec.operation] else Step.BACKUP
        self._job.record.progress(step, fetched.size, fetched.size)
        trouble = inspect(self._partial).trouble
        if trouble:
            raise _NotWhole(f"What the sensor gives is {trouble}.")
        return fetched

    async def _pause(self) -> None:
        await self._job.clock.sleep(min(POLL, self._job.timing.poll_interval))

    async def _known(self, file: Downloaded, *, readable: bool = False) -> Fetched | None:
        """The stored backup that a file is, if the parameters are known not to have changed since.

        Args:
            file: the file, which is stable.
            readable: whether equal readable parameters are enough where there is no checksum.
        """
        # In a thread, because a passphrase is slow to recognise on purpose.
        return await asyncio.to_thread(self._look_up, file, readable)

    async def _of_now(self, file: Downloaded) -> Fetched | None:
        """The file itself, if it is JSON and says of the parameters what the sensor says now."""
        job = self._job
        newest = await asyncio.to_thread(self._newest)
        stored = newest is not None and newest.sha256 == file.sha256
        if stored and newest is not None and newest.parameters_md5 and self.checksum:
            return None  # the checksum knows better, and says that something has changed
        if (await asyncio.to_thread(inspect, self._partial)).kind != "json":
            return None
        await job.record.log(
            Level.INFO,
            "The sensor offers the same file as before the trigger: it is compared with the parameters.",
        )
        self._agreement = await agreement(job.sensor, self._identity.name, self._partial)
        if not self._agreement.proves or (stored and newest is not None and self._drifted(newest)):
            return None
        return await self._known(file, readable=True) or Fetched(file=file)

    def _newest(self) -> BackupRecord | None:
        key = self._identity.serial or self._identity.mac or self._job.target.device
        return next(iter(self._job.backups.list(key)), None)

    def _look_up(self, file: Downloaded, readable: bool) -> Fetched | None:
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
        if newest.parameters_md5 and self.checksum:
            same = newest.parameters_md5 == self.checksum
            return Fetched(file=file, same_as=newest, how="checksum") if same else None
        if readable and self._reads_the_same(newest):
            return Fetched(file=file, same_as=newest, how="readable")
        return None

    def _reads_the_same(self, record: BackupRecord) -> bool:
        drift = self._since(record)
        return drift.same > 0 and not drift.differences

    def _drifted(self, record: BackupRecord) -> bool:
        return bool(self._since(record).differences)

    def _since(self, record: BackupRecord) -> Comparison:
        """What has changed since a backup, of what a quick snapshot reads."""
        then = next((s for s in self._job.snapshots.list(record.key) if s.id == record.snapshot), None)
        return Comparison() if then is None or self.snapshot is None else compare(then, self.snapshot)

    def _never_stable(self, trouble: str) -> JobEnded:
        return JobEnded.failed(
            Code.BACKUP_FAILED,
            f"No complete backup came within {self._job.timing.backup_timeout:g} s: {trouble}",
            "Try again; timing.backup_timeout allows more time. Nothing was written to the sensor.",
        )


class _NotWhole(Exception):
    """A file that is not there yet, or not whole."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
