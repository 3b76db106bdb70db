"""Carries out what a sensor can feel of a restore, once each, and reports what became of it.

The intention is on disk before the act, the outcome after it. No act is repeated here.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from sicktui.engine.job.job import Job
from sicktui.engine.job.past import PENDING
from sicktui.engine.job.record import ActHandle
from sicktui.engine.restore.machine import Save
from sicktui.engine.restore.readback import Readback
from sicktui.model.restore.observations import (
    RestoreAct,
    RestoreBefore,
    RestoreEnded,
    RestoreReading,
    RestoreReply,
)
from sicktui.model.update.observations import Outcome
from sicktui.sensor.errors import (
    NotSupported,
    OutOfConnections,
    SensorError,
    Unreachable,
    UploadInterrupted,
    is_unsure,
    may_have_acted,
)
from sicktui.sensor.turns.retry import back_off, retry_when_busy


async def put(job: Job, file: Path, readback: Readback) -> RestoreEnded:
    """``PUT parameterbackup``: the sensor does not use the file yet.

    Args:
        job: the job.
        file: the run's own copy of the backup.
        readback: looks at the sensor before the file is sent once more.

    Raises:
        JournalError: the intention cannot be written down; nothing was sent.
        JobEnded: the run was cancelled before; nothing was sent.
    """

    async def send() -> None:
        await job.sensor.backups.upload(file, readback.must_rest)

    async with job.record.acting("put_backup") as record:
        return await _carried_out(job, RestoreAct.PUT, send, record)


async def restore(job: Job, passphrase: str, readback: Readback, before: RestoreReading) -> RestoreEnded:
    """``RestoreParameterBackup``.

    Args:
        job: the job.
        passphrase: of the backup.
        readback: looks at the sensor before the call is sent once more.
        before: what was read before it: a resumed job must know.

    Raises:
        JournalError: the intention cannot be written down; nothing was sent.
    """

    async def send() -> RestoreReply:
        return await job.sensor.backups.restore(passphrase, readback.must_rest)

    pending = before.result is not None and not before.result.finished
    async with job.record.acting(
        "restore", outcome=PENDING if pending else "", before=RestoreBefore.of(before)
    ) as record:
        return await _carried_out(job, RestoreAct.RESTORE, send, record)


async def save(job: Job, act: Save, readback: Readback) -> RestoreEnded:
    """``WriteEeprom`` or ``PersistParameters``; a sensor that has no connection free is asked again.

    It is looked at before each further call.

    Raises:
        JournalError: the intention cannot be written down; nothing was sent.
    """
    refusal: SensorError | None = None

    async def attempt() -> bool:
        nonlocal refusal
        if refusal is not None:
            await readback.must_rest(refusal)
        try:
            return await job.sensor.parameters.persist(readback.must_rest)
        except OutOfConnections as error:
            refusal = error
            raise

    async def send() -> None:
        if not await retry_when_busy(job.clock, attempt):
            raise NotSupported("The sensor has no call to save its parameters.")

    async with job.record.acting("persist", ", ".join(act.left_out), outcome=act.basis.value) as record:
        return await _carried_out(job, RestoreAct.SAVE, send, record)


async def _carried_out(
    job: Job, act: RestoreAct, send: Callable[[], Awaitable[RestoreReply | None]], record: ActHandle
) -> RestoreEnded:
    try:
        ended = RestoreEnded(act=act, outcome=Outcome.TAKEN, reply=await send())
    except SensorError as error:
        ended = RestoreEnded(
            act=act, outcome=_outcome(act, error), code=error.code, why=error.message, advice=error.advice
        )
        await back_off(job.clock, error)
    record.ended(ended.outcome is Outcome.TAKEN, outcome=ended.outcome.value, detail=ended.why)
    return ended


def _outcome(act: RestoreAct, error: SensorError) -> Outcome:
    if isinstance(error, NotSupported):
        return Outcome.ABSENT
    if isinstance(error, UploadInterrupted | Unreachable):
        return Outcome.OPEN
    if act is RestoreAct.SAVE:
        return Outcome.ODD if may_have_acted(error) else Outcome.REFUSED
    if isinstance(error, OutOfConnections) and not error.outcome_unknown:
        return Outcome.REFUSED
    return Outcome.ODD if is_unsure(error) else Outcome.REFUSED
