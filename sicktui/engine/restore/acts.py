"""Carries out what a sensor can feel of a restore, once each, and reports what became of it.

The intention is on disk before the act, the outcome after it. No act is repeated here.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from sicktui.engine.job.job import Job
from sicktui.engine.job.record import ActHandle
from sicktui.engine.restore.machine import Save
from sicktui.engine.restore.readback import Readback
from sicktui.model.enums import UpdateState
from sicktui.model.restore.evidence import RestoreAct, RestoreEnded, RestoreLooked, RestoreReply, RestoreWant
from sicktui.model.update.observations import Outcome
from sicktui.sensor.errors import (
    NotSupported,
    OutOfConnections,
    SensorError,
    Unreachable,
    UploadInterrupted,
    is_unsure,
)
from sicktui.sensor.turns.retry import retry_when_busy


async def put(job: Job, file: Path) -> RestoreEnded:
    """``PUT parameterbackup``: the sensor does not use the file yet.

    Raises:
        JournalError: the intention cannot be written down; nothing was sent.
        JobEnded: the run was cancelled before; nothing was sent.
    """

    async def send() -> None:
        await job.sensor.backups.upload(file)

    async with job.record.acting("put_backup") as record:
        return await _carried_out(RestoreAct.PUT, send, record)


async def restore(job: Job, passphrase: str, readback: Readback) -> RestoreEnded:
    """``RestoreParameterBackup``. The sensor is read before the call is sent in another form.

    Raises:
        JournalError: the intention cannot be written down; nothing was sent.
    """

    async def must_rest(refusal: SensorError) -> None:
        seen = await readback.look(frozenset({RestoreWant.WHO}))
        if not isinstance(seen, RestoreLooked) or seen.reading.stranger:
            raise refusal
        if seen.reading.state is UpdateState.STARTED:
            raise refusal

    async def send() -> RestoreReply:
        return await job.sensor.backups.restore(passphrase, must_rest)

    async with job.record.acting("restore") as record:
        return await _carried_out(RestoreAct.RESTORE, send, record)


async def save(job: Job, act: Save) -> RestoreEnded:
    """``WriteEeprom`` or ``PersistParameters``; a sensor that has no connection free is asked again.

    Raises:
        JournalError: the intention cannot be written down; nothing was sent.
    """

    async def send() -> None:
        if not await retry_when_busy(job.clock, job.sensor.parameters.persist):
            raise NotSupported("The sensor has no call to save its parameters.")

    async with job.record.acting("persist", ", ".join(act.left_out), outcome=act.basis.value) as record:
        return await _carried_out(RestoreAct.SAVE, send, record)


async def _carried_out(
    act: RestoreAct, send: Callable[[], Awaitable[RestoreReply | None]], record: ActHandle
) -> RestoreEnded:
    try:
        ended = RestoreEnded(act=act, outcome=Outcome.TAKEN, reply=await send())
    except SensorError as error:
        ended = RestoreEnded(
            act=act, outcome=_outcome(error), code=error.code, why=error.message, advice=error.advice
        )
    record.ended(ended.outcome is Outcome.TAKEN, outcome=ended.outcome.value, detail=ended.why)
    return ended


def _outcome(error: SensorError) -> Outcome:
    if isinstance(error, NotSupported):
        return Outcome.ABSENT
    if isinstance(error, UploadInterrupted | Unreachable):
        return Outcome.OPEN
    if isinstance(error, OutOfConnections):
        return Outcome.REFUSED
    return Outcome.ODD if is_unsure(error) else Outcome.REFUSED
