"""The first contact of a resumed restore: a sensor may be away, because it reboots for what was sent."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sicktui.engine.job.job import Job
from sicktui.engine.job.refind import Seen
from sicktui.engine.job.waiting import retry_for
from sicktui.model.device import Identity
from sicktui.model.enums import Level
from sicktui.sensor.errors import Unreachable

T = TypeVar("T")


async def once_back(job: Job, attempt: Callable[[], Awaitable[T]], *, sent: bool) -> T:
    """Attempt something; where the restore was sent, for as long as a sensor may be away for it.

    Args:
        job: the job.
        attempt: what is attempted.
        sent: whether an earlier process may have sent the restore.

    Raises:
        Unreachable: the sensor does not answer.
    """
    try:
        return await attempt()
    except Unreachable:
        if not sent:
            raise
    limit, pause = job.timing.reconnect_timeout, job.timing.reconnect_interval
    await job.record.log(
        Level.INFO, f"The sensor does not answer. It may be rebooting; waiting up to {limit:.0f} s for it."
    )
    return await retry_for(job.clock, limit, pause, attempt, on=Unreachable)


async def who_answers(job: Job, *, sent: bool) -> Identity:
    """Who answers, at the address where the sensor is by now.

    Args:
        job: the job.
        sent: whether an earlier process may have sent the restore.

    Raises:
        SensorError: it does not answer, or cannot be read.
    """
    planned = job.item.identity
    if planned is None:
        return await once_back(job, job.sensor.read.identity, sent=sent)
    if not sent:
        return await job.sensor.read.reread_identity(planned)

    async def look() -> Identity | Unreachable:
        try:
            return await job.sensor.read.reread_identity(planned)
        except Unreachable as error:
            return error

    def judge(seen: Identity | Unreachable) -> Seen:
        if isinstance(seen, Unreachable):
            return Seen.NOTHING
        return Seen.SENSOR if planned.is_same_sensor(seen) else Seen.STRANGER

    async def watch() -> Identity:
        seen = await job.refinder.watch(planned, look, judge)
        if isinstance(seen, Unreachable):
            raise seen
        return seen

    return await once_back(job, watch, sent=sent)
