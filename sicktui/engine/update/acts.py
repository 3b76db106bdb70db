"""Carries out what a sensor can feel of an update, once each, and reports what came of it.

The intention is on disk before the act, the outcome after it. No act is repeated here.
"""

from typing import Final

from sicktui.engine.job.job import Job
from sicktui.model.enums import Code, Step
from sicktui.model.errors import SicktuiError
from sicktui.model.update.observations import Act, Ended, Outcome, Renewed
from sicktui.sensor.api.replies import is_refused
from sicktui.sensor.errors import (
    LocalFileError,
    NotSupported,
    OutOfConnections,
    ProtocolError,
    SensorError,
    Unreachable,
    UploadInterrupted,
)
from sicktui.sensor.turns.retry import TOO_MANY_HTTP, back_off

_SERVER_ERROR: Final = 500
_AGAIN: Final = "Check the cable and the network between this PC and the sensor, then update it again."


async def put(job: Job) -> Ended:
    """Send the package.

    Raises:
        JournalError: the intention cannot be written down; nothing was sent.
        JobEnded: the run was cancelled before; nothing was sent.
    """
    package, file = job.spec.package, job.package_file
    if package is None or file is None:
        raise AssertionError("an update without a package")
    left, refusal = 0, None

    def progress(sent: int, total: int) -> None:
        nonlocal left
        left = max(left, sent)
        job.record.progress(Step.UPLOAD, sent, total)

    async with job.record.acting("put_update") as record:
        try:
            await job.sensor.firmware.upload(file, package.size, progress)
        except SensorError as error:
            refusal = error
            left = max(left, error.sent) if isinstance(error, UploadInterrupted) else left
            outcome = _of_put(job, error, left)
            ended = _ended(Act.PUT, outcome, error, sent=left, whole=left >= package.size)
        else:
            ended = Ended(act=Act.PUT, outcome=Outcome.TAKEN, sent=package.size, whole=True)
        record.ended(ended.outcome is Outcome.TAKEN, outcome=ended.outcome.value, sent=left, detail=ended.why)
    if refusal is not None:
        await back_off(job.clock, refusal)
    return ended


async def trigger(job: Job, path: int) -> Ended:
    """Send RunFirmwareUpdate.

    Args:
        job: the job.
        path: which of the paths that this sensor may have.

    Raises:
        JournalError: the intention cannot be written down; nothing was sent.
    """
    refusal = None
    async with job.record.acting("run_firmware_update") as record:
        try:
            paths = await job.sensor.firmware.trigger_paths()
            if path < len(paths):
                await job.sensor.firmware.trigger(paths[path])
                ended = Ended(act=Act.TRIGGER, outcome=Outcome.TAKEN)
            else:
                ended = Ended(
                    act=Act.TRIGGER,
                    outcome=Outcome.ABSENT,
                    code=Code.NOT_SUPPORTED,
                    why="The sensor does not know RunFirmwareUpdate.",
                )
        except SensorError as error:
            refusal = error
            ended = _ended(Act.TRIGGER, _of_trigger(error), error)
        record.ended(ended.outcome is Outcome.TAKEN, outcome=ended.outcome.value, detail=ended.why)
    if refusal is not None:
        await back_off(job.clock, refusal)
    return ended


async def renew(job: Job) -> Renewed:
    """Get a fresh session token."""
    try:
        await job.sensor.access.open_session()
    except SensorError as error:
        return barred(error)
    return Renewed(ok=True)


def barred(error: SicktuiError) -> Renewed:
    """No further act is possible, because of an error."""
    return Renewed(ok=False, code=error.code or "", why=error.message, advice=error.advice)


def _of_put(job: Job, error: SensorError, left: int) -> Outcome:
    if isinstance(error, UploadInterrupted):
        return Outcome.OPEN if left else Outcome.NONE
    if isinstance(error, Unreachable):
        return Outcome.NONE
    if is_refused(error):
        # Where there are no tokens, a fresh one cannot help.
        return Outcome.REFUSED if job.sensor.capabilities.tokens is False else Outcome.NO_TOKEN
    if error.http_status == TOO_MANY_HTTP:
        # It may have been taken all the same: the machine waits as after a reply that was lost.
        return Outcome.OPEN if left else Outcome.NONE
    if isinstance(error, ProtocolError) or (error.http_status or 0) >= _SERVER_ERROR:
        return Outcome.ODD
    return Outcome.REFUSED


def _of_trigger(error: SensorError) -> Outcome:
    if isinstance(error, NotSupported):
        return Outcome.ABSENT
    if isinstance(error, Unreachable | OutOfConnections):
        return Outcome.OPEN
    if error.outcome_unknown or (error.http_status or 0) >= _SERVER_ERROR:
        return Outcome.ODD
    return Outcome.REFUSED


def _ended(act: Act, outcome: Outcome, error: SensorError, *, sent: int = 0, whole: bool = False) -> Ended:
    advice = _AGAIN if isinstance(error, UploadInterrupted) else error.advice
    code = Code.STORAGE_ERROR if isinstance(error, LocalFileError) else error.code
    return Ended(
        act=act, outcome=outcome, sent=sent, whole=whole, code=code, why=error.message, advice=advice
    )
