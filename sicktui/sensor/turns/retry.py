"""Retries with growing waits while a sensor is Out Of Connections."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sicktui.model.clock import Clock
from sicktui.sensor.errors import OutOfConnections

WAITS: Final = (0.5, 1.0, 2.0)
"""Seconds before each further try."""

T = TypeVar("T")


async def retry_when_busy(clock: Clock, attempt: Callable[[], Awaitable[T]]) -> T:
    """Retry ``attempt`` while the sensor is out of connections. Only for what may be sent twice.

    Raises:
        OutOfConnections: still so after the last try.
    """
    for wait in WAITS:
        try:
            return await attempt()
        except OutOfConnections:
            await clock.sleep(wait)
    return await attempt()
