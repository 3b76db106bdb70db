"""Retries with growing waits: of a sensor that is busy, and of a read that got a bad reply."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sicktui.model.clock import Clock
from sicktui.sensor.errors import DeviceError, OutOfConnections, ProtocolError, SensorError, Unreachable
from sicktui.sensor.turns.bucket import LONGEST_WAIT

WAITS: Final = (0.5, 1.0, 2.0)
"""Seconds before each further try of a sensor that is busy."""
BAD_REPLY_WAITS: Final = (1.0, 2.0)
"""Seconds before each further try after a bad reply: three tries over some seconds."""
TOO_MANY_HTTP: Final = 429
_SERVER_ERROR: Final = 500
_NOT_IMPLEMENTED: Final = 501

T = TypeVar("T")


async def retry_when_busy(clock: Clock, attempt: Callable[[], Awaitable[T]]) -> T:
    """Retry ``attempt`` while the sensor is out of connections. Only for what may be sent twice.

    Raises:
        OutOfConnections: still so after the last try; at once where an act may have been done all the same.
    """
    for wait in WAITS:
        try:
            return await attempt()
        except OutOfConnections as error:
            if error.outcome_unknown:
                raise
            await clock.sleep(_pause(wait, error))
    return await attempt()


async def back_off(clock: Clock, error: SensorError) -> None:
    """Wait as long as HTTP 429 asks, before anything else is sent to the sensor."""
    if error.http_status == TOO_MANY_HTTP:
        await clock.sleep(_pause(WAITS[0], error))


async def retry_when_limited(
    clock: Clock, attempt: Callable[[], Awaitable[T]], look: Callable[[SensorError], Awaitable[None]]
) -> T:
    """Retry what was refused for its rate (HTTP 429). Only for what may be sent twice.

    Args:
        clock: the time source.
        attempt: the act.
        look: looks at the sensor before a repetition, and raises to forbid it.

    Raises:
        OutOfConnections: still so after the last try; also for another reason, which leaves it open whether
            something was done.
    """
    for wait in WAITS:
        try:
            return await attempt()
        except SensorError as error:
            if error.http_status != TOO_MANY_HTTP:
                raise
            await clock.sleep(_pause(wait, error))
            await look(error)
    return await attempt()


async def retry_bad_reply(clock: Clock, attempt: Callable[[], Awaitable[T]]) -> T:
    """Retry ``attempt`` after a reply that is not a sensor's, or a server error. Only for reads.

    One bad reply proves nothing: something between this PC and the sensor may have sent it.

    Raises:
        SensorError: that of the last try.
    """
    for wait in BAD_REPLY_WAITS:
        try:
            return await attempt()
        except SensorError as error:
            if not is_bad_reply(error):
                raise
            await clock.sleep(wait)
    return await attempt()


def is_bad_reply(error: SensorError) -> bool:
    """Whether a read may succeed at once if it is tried again: nonsense, HTTP 5xx, a lost connection."""
    if isinstance(error, Unreachable):
        return error.broke_off
    if isinstance(error, DeviceError):
        status = error.http_status or 0
        return status >= _SERVER_ERROR and status != _NOT_IMPLEMENTED
    return isinstance(error, ProtocolError)


def _pause(least: float, error: SensorError) -> float:
    """Seconds to wait: what the sensor asks for (``Retry-After``), within bounds."""
    return max(least, min(error.retry_after or 0.0, LONGEST_WAIT))
