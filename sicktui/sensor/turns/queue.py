"""One request queue per address, shared by all clients in the process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from sicktui.model.clock import Clock
from sicktui.model.network.address import Address
from sicktui.sensor.turns.throttle import CountStore, Throttle, Turn

_log: Final = logging.getLogger("sicktui.sensor")


class RequestQueue:
    """One address: one request at a time, within the rate limit.

    Args:
        throttle: the rate limit.
    """

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle
        self._lock = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def turn(self, count: int = 1) -> AsyncIterator[Turn]:
        """Wait until no other client asks the sensor and this number of requests may go back to back."""
        async with self._own_turn, self._throttle.turn(count) as turn:
            yield turn

    @property
    def _own_turn(self) -> asyncio.Lock:
        """Held while a client uses the sensor. A command may run several event loops, one after the other."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._lock = loop, asyncio.Lock()
        return self._lock


class RequestQueues:
    """All request queues of a process: the live list, a plan and a command share them.

    Args:
        rate: requests per second and sensor on average, everything included.
        clock: the time source.
        shared: makes the place where the processes of this PC share a sensor's rate limit, by the sensor's
            place; ``None``: this process is alone (tests with another clock).
    """

    def __init__(
        self, rate: float, clock: Clock, *, shared: Callable[[str], CountStore] | None = None
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._shared = shared
        self._queues: dict[str, RequestQueue] = {}
        self._reported = False

    def queue(self, address: Address) -> RequestQueue:
        """The queue of an address: one for HTTP and HTTPS, since it is one sensor."""
        place = address.place_on_pc
        queue = self._queues.get(place)
        if queue is None:
            kept = None if self._shared is None else self._shared(place)
            queue = RequestQueue(Throttle(self._rate, self._clock, kept, self._report))
            self._queues[place] = queue
        return queue

    def _report(self, reason: str) -> None:
        if not self._reported:
            self._reported = True
            _log.warning(
                "Cannot share the rate limit of the sensors with other processes of this PC: %s. This "
                "process observes limits.requests_per_second alone.",
                reason,
            )
