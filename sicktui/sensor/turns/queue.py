"""One request queue per address, shared by all clients in the process."""

import asyncio

from sicktui.model.clock import Clock
from sicktui.model.network.address import Address
from sicktui.sensor.turns.throttle import Throttle


class RequestQueue:
    """One address: one request at a time, within the rate limit.

    Args:
        throttle: the rate limit.
    """

    def __init__(self, throttle: Throttle) -> None:
        self.throttle = throttle
        self._lock = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def lock(self) -> asyncio.Lock:
        """Held while a client uses the sensor. A command may run several event loops, one after the other."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._lock = loop, asyncio.Lock()
        return self._lock


class RequestQueues:
    """All request queues of a process: the live list, a plan and a command share them.

    Args:
        rate: requests per second and sensor, everything included.
        clock: the time source.
        asked_ago: seconds since another process (the plan of a run) used up the rate limit; ``None`` if none
            did.
    """

    def __init__(self, rate: float, clock: Clock, *, asked_ago: float | None = None) -> None:
        self._rate = rate
        self._clock = clock
        self._asked_at = None if asked_ago is None else clock.monotonic() - asked_ago
        self._queues: dict[str, RequestQueue] = {}

    def queue(self, address: Address) -> RequestQueue:
        """The queue of an address: one for HTTP and HTTPS, since it is one sensor."""
        queue = self._queues.get(address.place)
        if queue is None:
            queue = RequestQueue(Throttle(self._rate, self._clock, asked_at=self._asked_at))
            self._queues[address.place] = queue
        return queue
