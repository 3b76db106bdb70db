"""Reads a sensor for the backup machine, and sends its one call: what comes of both are observations."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from sicktui.engine.backup.download import download, download_whole
from sicktui.engine.backup.freshness import Freshness
from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.job import Job
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.snapshot import read_checksum, silent_only_here, take_snapshot
from sicktui.engine.parameters.variables import affordable, variables
from sicktui.model.backup.age import Seen
from sicktui.model.backup.evidence import (
    BackupEvidence,
    BackupLooked,
    BackupWant,
    Called,
    Fetched,
    Offer,
    Offered,
    ParametersRead,
)
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.enums import Code, Level, UpdateState
from sicktui.model.errors import UsageError
from sicktui.model.snapshot import Snapshot
from sicktui.model.update.observations import Outcome
from sicktui.sensor.api.transfers import Downloaded
from sicktui.sensor.api.variables import OPERATING_HOURS
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    LocalFileError,
    NotSupported,
    OutOfConnections,
    SensorError,
    Unreachable,
    is_unsure,
)
from sicktui.sensor.turns.retry import back_off

BeforeTheEnd = Callable[[], Awaitable[object]] | None


class LastLook(NamedTuple):
    """A look at who a sensor is and at its state; moments of the job's clock."""

    identity: Identity
    state: UpdateState | None
    """``None`` where it has none."""
    began: float
    at: float


class BackupObserver:
    """One sensor during its backup.

    Args:
        job: the job.
        identity: who the sensor is.
        partial: the path that the file is written to.
        before_the_end: awaited before the last look at who it is.
    """

    def __init__(self, job: Job, identity: Identity, partial: Path, before_the_end: BeforeTheEnd) -> None:
        self.file: Downloaded | None = None
        """The last complete file; its bytes are at ``partial``."""
        self.checksum: str | None = None
        """``MD5Parameters`` while the file was made; ``None`` where it changed meanwhile."""
        self.hours: int | None = None
        """``OpHours`` while the file was made."""
        self.snapshot: Snapshot | None = None
        """What was read of the sensor while it made the file."""
        self.known: LastLook | None = None
        """Who answered last, and whether it flashed."""
        self.freshness = Freshness(job, identity, partial)
        self._job = job
        self._identity = identity
        self._partial = partial
        self._before_the_end = before_the_end
        self._checked = False

    async def look(self, wants: frozenset[BackupWant]) -> BackupLooked:
        """Read what is wanted; who the sensor is comes last.

        Raises:
            SensorError: it cannot be read.
        """
        sensor, known = self._job.sensor, self._identity
        if BackupWant.CHECKSUM in wants:
            await self._read_checksum()
        if BackupWant.RESULT in wants:
            return BackupLooked(wants=wants, result=await sensor.backups.create_status())
        if BackupWant.WHO not in wants:
            return BackupLooked(wants=wants)
        if BackupWant.CHECKSUM in wants and self._before_the_end is not None:
            await self._before_the_end()
        began = self._job.clock.monotonic()
        now = await sensor.read.reread_identity(known)
        state = await read_update_state(sensor)
        self.known = LastLook(now, state, began, self._job.clock.monotonic())
        moved = f"Its firmware changed from {known.version} to {now.version} during the backup."
        return BackupLooked(
            wants=wants,
            stranger="" if known.is_same_sensor(now) else stranger(self._job, known, now),
            moved=moved if now.version != known.version else "",
            state=state,
        )

    async def remember(self) -> Offered:
        """Which file the sensor offers before the call.

        Raises:
            SensorError: the sensor is gone.
        """
        try:
            found = await download(self._job, self._partial)
            return Offered(offer=Offer(sha256=found.sha256, stamp=found.stamp))
        except (Unreachable, OutOfConnections, LocalFileError):
            raise
        except NotSupported:
            return Offered(offer=Offer())
        except AccessDenied:
            # Perhaps the password is wrong: it is not tried more often than it must.
            return Offered(offer=Offer(readable=False))
        except SensorError:
            return Offered(offer=None)

    async def create(self) -> Called:
        """``CreateParameterBackup``. The intention is on disk before it, the outcome after it.

        Raises:
            NotSupported: the sensor has no parameter backup.
            JobEnded: the passphrase cannot be sent.
            SensorError: the call was refused before it could be carried out.
        """
        job = self._job
        async with job.record.acting("create_backup") as record:
            try:
                await job.sensor.backups.create(job.passphrase)
            except UsageError as error:
                raise JobEnded.failed(
                    Code.BACKUP_FAILED, error.message, "Choose a shorter passphrase."
                ) from error
            except SensorError as error:
                unsure = is_unsure(error)
                if not (unsure or isinstance(error, DeviceError)):
                    raise
                outcome = Outcome.ODD if unsure else Outcome.REFUSED
                called = Called(outcome=outcome, why=error.message, advice=error.advice)
                await back_off(job.clock, error)
            else:
                called = Called(outcome=Outcome.TAKEN)
            record.ended(called.outcome is Outcome.TAKEN, outcome=called.outcome.value, detail=called.why)
        if called.outcome is Outcome.ODD:
            await job.record.log(Level.WARNING, f"{called.why} Waiting for a backup all the same.")
        return called

    async def read_parameters(self) -> ParametersRead:
        """Take a snapshot. Here and not before: meanwhile the sensor writes its file."""
        job, family, version = self._job, self._identity.name, self._identity.version
        names = affordable(family, job.spec.settings.limits.requests_per_second, version)
        self.snapshot = await take_snapshot(
            job.sensor,
            self._identity,
            scope="full" if len(names) == len(variables(family, "full", version)) else "essential",
            device=job.target.device,
            taken=timestamp(job.clock.now()),
            by=str(job.spec.operator),
            run=job.spec.run,
            checksum=self.checksum,
            names=names,
            recognise=False,  # the machine asks who it is before it keeps anything
        )
        self.hours = await self._hours()
        return ParametersRead()

    async def fetch(self) -> Fetched:
        """Download the file.

        Raises:
            JobEnded: it comes so slowly that it might never end.
            SensorError: the sensor is gone, or refuses the file.
        """
        begun = self._job.clock.monotonic()
        found = await download_whole(self._job, self._partial)
        if isinstance(found, str):
            return Fetched(begun=begun, trouble=found)
        self.file = found
        return Fetched(begun=begun, sha256=found.sha256, size=found.size, stamp=found.stamp)

    async def compare(self, evidence: BackupEvidence) -> Seen:
        """Compare the file, which may be the one from before, with the sensor.

        Raises:
            SensorError: the sensor is gone.
        """
        sha256 = evidence.file.sha256 if evidence.file else ""
        seen = await self.freshness.compare(sha256, self.checksum, self.snapshot, evidence.triggers)
        return structs.replace(seen, rewritten=evidence.rewritten)

    async def _read_checksum(self) -> None:
        """The second time, it counts only if nothing has changed while the file was made."""
        if self.checksum is None and self._checked:
            return
        before, self.checksum = self.checksum, await read_checksum(self._job.sensor, self._identity.name)
        if self._checked and self.checksum != before:
            self.checksum = None
            await self._job.record.log(
                Level.WARNING, "Someone changed a parameter while the backup was made."
            )
        self._checked = True

    async def _hours(self) -> int | None:
        """It only helps to order backups, so it may fail in any way while the sensor answers otherwise."""
        try:
            return await self._job.sensor.read.optional(OPERATING_HOURS)
        except OutOfConnections:
            raise
        except Unreachable:
            await silent_only_here(self._job.sensor)
            return None
        except SensorError:
            return None


def stranger(job: Job, known: Identity, now: Identity) -> str:
    """That another sensor answers, in words."""
    return (
        f"Another sensor answers at {job.target.address} than when the backup was begun "
        f"({now.key or now.name} instead of {known.key or known.name})."
    )
