"""The rate limit of one sensor.

Sensors stop answering for a while under many requests. A sliding window limits them to
``max(1, floor(rate))`` requests within ``max(1, floor(rate)) / rate`` seconds.
"""

import math
from collections import deque
from typing import Final

from sicktui.model.clock import Clock

_LEAST_WAIT: Final = 0.001
"""Seconds; keeps a wait that rounds to nothing from spinning."""
_IN_TROUBLE: Final = 2.0
"""The rate is divided by this for a sensor in trouble: at the default rate, once a second."""
_OF_A_PLAN: Final = 12
"""Requests that a plan sends to one sensor at most."""


class Permit:
    """The right to send one request."""

    __slots__ = ("at",)

    def __init__(self, at: float) -> None:
        self.at = at
        """When the request counts as made, on the clock's monotonic scale."""


class Throttle:
    """Hands out permits, never more than the rate allows. Only one caller may use it at a time.

    Args:
        rate: requests per second, above zero.
        clock: the time source.
        asked_at: when another process (the plan of a run) used up the rate limit, on the clock's monotonic
            scale; ``None`` if none did.
    """

    def __init__(self, rate: float, clock: Clock, *, asked_at: float | None = None) -> None:
        self._burst = max(1, math.floor(rate))
        self._period = self._burst / rate
        self._clock = clock
        self._pause = _IN_TROUBLE / rate
        self._not_before = float("-inf")
        self._permits: deque[Permit] = deque()
        if asked_at is not None:
            self._permits.extend(Permit(asked_at) for _ in range(min(self._burst, _OF_A_PLAN)))

    async def reserve(self, count: int = 1) -> list[Permit]:
        """Wait until ``count`` requests may go back to back, and take their permits.

        Where the window is smaller than ``count``, they wait until it is empty, and the next
        requests wait longer.
        """
        tolerated = max(0, self._burst - count)
        while True:
            now = self._clock.monotonic()
            while self._permits and self._permits[0].at + self._period <= now:
                self._permits.popleft()
            free_at = self._not_before
            if len(self._permits) > tolerated:
                free_at = max(free_at, self._permits[len(self._permits) - tolerated - 1].at + self._period)
            elif free_at <= now:
                break
            await self._clock.sleep(max(_LEAST_WAIT, free_at - now))
        taken = [Permit(now + max(0, index + 1 - self._burst) * self._period) for index in range(count)]
        self._permits.extend(taken)
        return taken

    def used(self, permit: Permit) -> None:
        """Count a permit from now on.

        The sensor counts arrivals, not departures: a request that was slow to connect arrives
        later than its permit was taken, and the one behind it must not come too early for that.
        """
        permit.at = max(permit.at, self._clock.monotonic())

    def spare(self) -> None:
        """Pause after a request without an answer."""
        self._not_before = self._clock.monotonic() + self._pause

    def give_back(self, permits: list[Permit]) -> None:
        """Return permits that were not needed."""
        for permit in permits:
            self._permits.remove(permit)
