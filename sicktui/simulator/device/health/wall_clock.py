"""Date and time of a sensor. It has no battery for them (SICK's developer guide, telegram listing)."""

import time as wall
from collections.abc import Callable


class WallClock:
    """Unix time, as the sensor has it.

    Args:
        offset: seconds that it is ahead of this PC's clock.
        lost: whether it was never set: then it shows the time since power-on, in 1970.
        uptime: seconds since power-on.
    """

    def __init__(self, *, offset: float, lost: bool, uptime: Callable[[], float]) -> None:
        self._offset = offset
        self._lost = lost
        self._uptime = uptime

    @property
    def seconds(self) -> float:
        """What it shows."""
        return self._uptime() if self._lost else wall.time() + self._offset

    def booted(self, *, synchronised: bool) -> None:
        """The sensor has booted: without a time server the time is lost."""
        self._lost, self._offset = not synchronised, 0.0

    def lose(self) -> None:
        """Lose the time now."""
        self._lost = True

    def become(self, seconds: float) -> None:
        """Show this time from now on."""
        self._lost, self._offset = False, seconds - wall.time()
