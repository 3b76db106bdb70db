"""Makes a sensor create its backup file, and waits until it has."""

from msgspec import Struct

from sicktui.engine.backup.download import StableDownload, pause_of
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.job.waiting import poll_for
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.snapshot import read_checksum, silent_only_here, take_snapshot
from sicktui.engine.parameters.variables import affordable, variables
from sicktui.engine.plan.base import FLASHING
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.enums import Code, Level, UpdateState
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


class Offer(Struct, frozen=True, kw_only=True):
    """What a sensor offered before it was triggered."""

    sha256: str | None = None
    readable: bool = True
    """``False``: there may have been a file, but it could not be downloaded."""

    def may_be(self, file: Downloaded) -> bool:
        """Whether a file may be the one from before the trigger."""
        return not self.readable or self.sha256 == file.sha256

    @property
    def nothing(self) -> bool:
        """Whether there was no file for certain."""
        return self.readable and self.sha256 is None


class Creation:
    """Creates the backup file of one sensor.

    Args:
        job: the job.
        identity: who the sensor is.
        download: fetches the file that the sensor offers before the trigger.
        again: an earlier runner of this run has triggered a backup already.
    """

    def __init__(self, job: Job, identity: Identity, download: StableDownload, *, again: bool) -> None:
        self.before = Offer()
        """What the sensor offered before the last trigger."""
        self.triggered = False
        """Whether the sensor has accepted ``CreateParameterBackup``: then it supports backups."""
        self.checksum: str | None = None
        """``MD5Parameters`` while the file was made; ``None`` where it changed meanwhile."""
        self.hours: int | None = None
        """``OpHours`` while the file was made."""
        self.snapshot: Snapshot | None = None
        self._job = job
        self._identity = identity
        self._download = download
        self._again = again

    async def run(self) -> None:
        """Remember what the sensor offers, trigger its backup, and wait until it reports the end.

        Raises:
            NotSupported: it has no parameter backup.
            JobEnded: it reports failure, or nothing.
            SensorError: anything else.
        """
        if self._again:
            # A sensor writes one backup at a time, and refuses a second meanwhile.
            await self._finished()
        self.before = await self._offered()
        if self._again:
            await self._still_free()
        self.checksum = await read_checksum(self._job.sensor, self._identity.name)
        await self._trigger()
        # Here and not before: meanwhile the sensor writes its file.
        self.snapshot = await self._take_snapshot()
        self.hours = await self._hours()
        await self._wait()

    async def repeat(self, old: Downloaded) -> None:
        """Trigger the backup again, because the sensor still offers an old file.

        Raises:
            JobEnded: it reports failure, or nothing; or another sensor answers, or one that is flashing.
        """
        self.before = Offer(sha256=old.sha256)
        await self._still_free()
        await self._trigger()
        await self._wait()

    async def check_unchanged(self) -> None:
        """Read ``MD5Parameters`` once more: it counts only if nothing has changed while the file was made."""
        if self.checksum is None:
            return
        if await read_checksum(self._job.sensor, self._identity.name) != self.checksum:
            self.checksum = None
            await self._job.record.log(
                Level.WARNING, "Someone changed a parameter while the backup was made."
            )

    async def _offered(self) -> Offer:
        for attempt in (1, 2):
            try:
                return Offer(sha256=(await self._download.once()).sha256)
            except (Unreachable, OutOfConnections, LocalFileError):
                raise
            except NotSupported:
                return Offer()
            except AccessDenied:
                break  # perhaps the password is wrong: it is not tried more often than it must
            except SensorError:
                # A sensor that has never made a backup may report that in many ways.
                if attempt == 1:
                    await self._job.clock.sleep(pause_of(self._job))
        return Offer(readable=False)

    async def _still_free(self) -> None:
        """Return if the same sensor answers and no firmware update is under way: it may get the passphrase.

        Raises:
            JobEnded: otherwise; nothing was sent.
        """
        sensor, known = self._job.sensor, self._identity
        now = await sensor.read.reread_identity(known)
        if not known.is_same_sensor(now):
            raise JobEnded.failed(
                Code.OTHER_DEVICE,
                f"Another sensor answers at {self._job.target.address} than when the backup was begun "
                f"({now.key or now.name} instead of {known.key or known.name}).",
                "Check the address and try again. Nothing was written to the sensor.",
            )
        if await read_update_state(sensor) is UpdateState.STARTED:
            raise JobEnded.failed(FLASHING.code, FLASHING.message, FLASHING.advice)

    async def _trigger(self) -> None:
        job = self._job
        try:
            async with job.record.acting("create_backup"):
                await job.sensor.backups.create(job.passphrase)
            self.triggered = True
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

    async def _hours(self) -> int | None:
        """It only helps to order backups, so it may fail in any way while the sensor answers otherwise."""
        try:
            return await self._job.sensor.read.operating_hours()
        except OutOfConnections:
            raise
        except Unreachable:
            await silent_only_here(self._job.sensor)
            return None
        except SensorError:
            return None

    async def _take_snapshot(self) -> Snapshot:
        job, family, version = self._job, self._identity.name, self._identity.version
        names = affordable(family, job.spec.settings.limits.requests_per_second, version)
        return await take_snapshot(
            job.sensor,
            self._identity,
            scope="full" if len(names) == len(variables(family, "full", version)) else "essential",
            device=job.target.device,
            taken=timestamp(job.clock.now()),
            by=str(job.spec.operator),
            run=job.spec.run,
            checksum=self.checksum,
            names=names,
        )

    async def _wait(self) -> None:
        if await self._finished() is False:
            raise JobEnded.failed(
                Code.BACKUP_FAILED,
                "The sensor reports that it could not create its parameter backup (Result false).",
                "Try again; if it fails again, restart the sensor. Nothing was written to it.",
            )

    async def _finished(self) -> bool | None:
        """Wait until the sensor reports the end. Returns whether it succeeded; ``None``: it never reports it.

        Then the download waits until the file is there and stable.
        """
        job, limit = self._job, self._job.timing.backup_timeout
        status = await poll_for(
            job.clock,
            limit,
            pause_of(job),
            job.sensor.backups.create_status,
            done=lambda status: status is None or status.finished,
        )
        if status is None or status.finished:
            return status.ok if status else None
        raise JobEnded.failed(
            Code.BACKUP_FAILED,
            f"The backup is still pending after {limit:g} s.",
            "Try again; if it is pending again, restart the sensor. Nothing was written to it.",
        )
