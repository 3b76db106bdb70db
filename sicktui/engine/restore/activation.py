"""Brings a backup to a sensor and lets the sensor take it over, whatever way it has to say how that went.

A restore may be done again: the same file with the same passphrase ends in the same parameters. So what was
interrupted is repeated, but only once the sensor says that it is not at it any more.
"""

from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.identity import other_device
from sicktui.engine.job.job import Job
from sicktui.engine.restore.readback import POLL, Readback
from sicktui.engine.restore.results import rejection
from sicktui.model.device import Identity
from sicktui.model.enums import Code, Level
from sicktui.sensor.api.backups import RestoreReply
from sicktui.sensor.errors import (
    DeviceError,
    NotSupported,
    ProtocolError,
    SensorError,
    Unreachable,
    UploadInterrupted,
)

UNTOUCHED: Final = "No parameter was changed."
_LOOK: Final = (
    "Read its parameters ('sicktui get', 'sicktui diff'), then restore again: doing it twice does no harm."
)


class Outcome(Struct, frozen=True, kw_only=True):
    """How a restore ended that the sensor did not refuse."""

    told: bool
    """Whether the sensor said that it worked; else it says nothing, and only reading back can tell."""
    seen: bool = False
    """Whether a parameter was seen to become what the backup has."""
    failed: tuple[str, ...] = ()
    """``ParametersFailedToRestore``, as clean text."""


class Activation:
    """Uploads and activates one backup.

    Args:
        job: the job.
        file: the run's own copy of the backup.
        passphrase: the one that it was made with.
        readback: knows what the sensor should say afterwards.
        identity: who the sensor is.
    """

    def __init__(self, job: Job, file: Path, passphrase: str, readback: Readback, identity: Identity) -> None:
        self._job = job
        self._identity = identity
        self._file = file
        self._passphrase = passphrase
        self._readback = readback

    async def upload(self) -> None:
        """``PUT parameterbackup``. Once more if the connection broke: half a file changes nothing.

        Raises:
            JobEnded: it could not be brought there; no parameter was changed.
        """
        try:
            try:
                await self._put()
            except (UploadInterrupted, Unreachable):
                await answers(self._job, self._identity)
                await self._put()
        except NotSupported as error:
            raise JobEnded.failed(
                Code.NOT_SUPPORTED, f"This sensor has no parameter backup: {error.message}", UNTOUCHED
            ) from error
        except SensorError as error:
            raise JobEnded.failed(error.code, error.message, f"{error.advice} {UNTOUCHED}".strip()) from error

    async def _put(self) -> None:
        async with self._job.record.acting("put_backup"):
            await self._job.sensor.backups.upload(self._file)

    async def run(self) -> Outcome:
        """``RestoreParameterBackup``, and what comes of it.

        Raises:
            JobEnded: the sensor refuses it, or what became of it is not known.
        """
        reply = await self._send()
        if reply is None:
            reply = await self._after_a_break()
        if reply.finished and reply.ok is False:
            raise rejection(reply)
        status = await self.settled()
        said = reply if status is None else status
        if said.ok is False:
            raise rejection(said)
        if said.ok:
            return Outcome(told=True, failed=said.failed)
        return await self._silent()

    async def _send(self) -> RestoreReply | None:
        """Send it. ``None``: no reply that can be read, so it may have happened or not."""
        job = self._job
        try:
            async with job.record.acting("restore"):
                return await job.sensor.backups.restore(self._passphrase)
        except (Unreachable, ProtocolError):
            return None
        except DeviceError as error:
            raise JobEnded.failed(
                Code.RESTORE_REJECTED,
                f"The sensor does not restore the backup: {error.message}",
                f"{error.advice} {UNTOUCHED}".strip(),
            ) from error
        except SensorError as error:
            raise JobEnded.failed(error.code, error.message, f"{error.advice} {UNTOUCHED}".strip()) from error

    async def _after_a_break(self) -> RestoreReply:
        await answers(self._job, self._identity)
        await self.settled()
        if self._readback.visible and await self._readback.taken_over(self._job.timing.restore_wait):
            return RestoreReply(finished=True, ok=None)
        await self._job.record.log(
            Level.WARNING,
            "No reply to the restore came that can be read: the sensor is asked once more.",
        )
        await self.upload()
        reply = await self._send()
        if reply is None:
            raise JobEnded.unknown(
                Code.INTERRUPTED,
                "Twice no reply to the restore came that can be read: what became of it is not known.",
                _LOOK,
            )
        return reply

    async def _silent(self) -> Outcome:
        """Wait for a sensor that gives no result, until the parameters tell."""
        job = self._job
        await job.clock.sleep(job.timing.restore_wait)
        if not self._readback.visible:
            return Outcome(told=False)
        if await self._readback.taken_over(job.timing.backup_timeout):
            return Outcome(told=False, seen=True)
        raise JobEnded.failed(
            Code.RESTORE_REJECTED,
            "The sensor gives no result of the restore, and no parameter has become what the backup says "
            f"within {job.timing.backup_timeout:g} s.",
            "The usual reasons: another passphrase, another model, a damaged file, firmware older than the "
            "backup's. Nothing that can be read was changed; should it show only after a restart of the "
            "sensor, compare then with 'sicktui diff'.",
        )

    async def settled(self) -> RestoreReply | None:
        """Wait while the sensor is still restoring; ``None`` where it does not tell.

        Raises:
            JobEnded: it stays pending, or it does not answer any more.
        """
        job = self._job
        timing = job.timing
        deadline = job.clock.monotonic() + max(timing.backup_timeout, timing.restore_wait)
        while True:
            await job.clock.sleep(min(POLL, timing.poll_interval))
            try:
                status = await job.sensor.backups.restore_status()
            except Unreachable:
                await answers(job, self._identity)
                continue
            if status is None or status.finished:
                return status
            if job.clock.monotonic() >= deadline:
                raise JobEnded.unknown(
                    Code.RESTORE_REJECTED,
                    f"The restore is still pending after {timing.backup_timeout:g} s.",
                    f"Restart the sensor. {_LOOK}",
                )


async def answers(job: Job, before: Identity) -> None:
    """Wait until the sensor answers: it may restart to take parameters over.

    Meanwhile its address may have gone to another one, which must not get what was meant for the first.

    Raises:
        JobEnded: it does not, or another one does.
    """
    deadline = job.clock.monotonic() + job.timing.reconnect_timeout
    while True:
        try:
            identity = await job.sensor.read.reread_identity(before)
        except SensorError as error:
            if job.clock.monotonic() >= deadline:
                raise JobEnded.unknown(
                    Code.NO_RETURN,
                    f"The sensor does not answer any more during the restore: {error.message}",
                    "Check its power and cable; its network settings may have changed with the restore "
                    "('sicktui discover' finds it by its serial number).",
                ) from error
        else:
            if not before.is_same_sensor(identity):
                raise other_device(job, before, identity)
            return
        await job.clock.sleep(job.timing.reconnect_interval)
