"""The temperature inside a sensor, and its alarm."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

_PERIOD: Final = 600.0
"""Seconds of one swing."""


class Temperature:
    """Degrees Celsius, which swing around a value.

    Args:
        degrees: that value.
        swing: by how much it is left in either direction.
        parameters: where ``temperatureAlarmConfiguration`` is, if the family has it.
        now: seconds.
        changed: called when it is set.
    """

    def __init__(
        self,
        degrees: float,
        *,
        swing: float,
        parameters: Callable[[], Mapping[str, Any]],
        now: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._degrees = degrees
        self._swing = swing
        self._parameters = parameters
        self._now = now
        self._changed = changed
        self._since = now()
        self._alarm = False

    def become(self, degrees: float) -> None:
        """Have this temperature from now on."""
        self._degrees, self._since = degrees, self._now()
        self._changed()

    @property
    def degrees(self) -> float:
        """``CurrentTempDev``."""
        angle = math.tau * (self._now() - self._since) / _PERIOD
        return round(self._degrees + self._swing * math.sin(angle), 1)

    @property
    def alarm(self) -> bool:
        """``temperatureAlarmStatus``: on above the upper threshold, off again below the lower one."""
        limits = self._parameters().get("temperatureAlarmConfiguration")
        if limits is None:
            return False
        above = self.degrees > limits["upperThreshold"]
        below = self.degrees < limits["lowerThreshold"]
        self._alarm = (self._alarm and not below) or above
        return self._alarm
