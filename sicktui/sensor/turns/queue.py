"""Who speaks with a sensor, and how often: one line per address, whoever in this process uses it."""

import asyncio

from sicktui.model.address import Address
from sicktui.model.clock import Clock
from sicktui.sensor.turns.throttle import Throttle


class RequestQueue:
    """One address: one request at a time, never more often than allowed.

    Args:
        throttle: how often.
    """

    def __init__(self, throttle: Throttle) -> None:
        self.throttle = throttle
        self._lock = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def lock(self) -> asyncio.Lock:
        """Held by whose turn it is. A command may run one event loop after the other, each with its own."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._lock = loop, asyncio.Lock()
        return self._lock


class RequestQueues:
    """The lines of one process, kept for as long as it lives: the live list, a plan and a command share them.

    Args:
        rate: requests per second and sensor, everything included.
        clock: where time comes from.
        asked_ago: seconds since another process (the plan of a run) has asked the sensors, as often as is
            allowed; ``None`` if none has.
    """

    def __init__(self, rate: float, clock: Clock, *, asked_ago: float | None = None) -> None:
        self._rate = rate
        self._clock = clock
        self._asked_at = None if asked_ago is None else clock.monotonic() - asked_ago
        self._queues: dict[Address, RequestQueue] = {}

    def queue(self, address: Address) -> RequestQueue:
        """The line to a sensor."""
        queue = self._queues.get(address)
        if queue is None:
            queue = RequestQueue(Throttle(self._rate, self._clock, asked_at=self._asked_at))
            self._queues[address] = queue
        return queue
