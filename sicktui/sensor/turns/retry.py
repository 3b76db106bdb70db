"""Waits when a sensor says that it is Out Of Connections, a few times and ever longer."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sicktui.model.clock import Clock
from sicktui.sensor.errors import OutOfConnections

WAITS: Final = (0.5, 1.0, 2.0)
"""Seconds before each further try."""

T = TypeVar("T")


async def retry_when_busy(clock: Clock, attempt: Callable[[], Awaitable[T]]) -> T:
    """Try, and try again while the sensor has no connection to spare.

    Only for what may be asked twice.

    Raises:
        OutOfConnections: still so after the last try.
    """
    for wait in WAITS:
        try:
            return await attempt()
        except OutOfConnections:
            await clock.sleep(wait)
    return await attempt()
