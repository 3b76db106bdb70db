"""The rate limit of one sensor, which the processes of this PC share.

Sensors stop answering for a while under many requests, from whatever process. So what was sent is kept where
every process finds it (a ``CountStore``), and only the process that holds the place asks. Without one
(tests with another clock), or where it cannot be used, the process keeps its own count.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from sicktui.model.clock import Clock
from sicktui.sensor.turns.bucket import Bucket, RequestPace

_LEAST_WAIT: Final = 0.001
"""Seconds; keeps a wait that rounds to nothing from spinning."""
_FIRST_PAUSE: Final = 0.002
_LONGEST_PAUSE: Final = 0.05
"""Seconds between two tries to take a place that another process holds: growing."""
_PATIENCE: Final = 30.0
"""Seconds without any news after which its holder is taken for stuck (a stopped process)."""
_CONNECTS_WITHIN: Final = 1.0
"""Seconds for a connection; then other processes need not wait: nothing has reached the sensor."""

Change = Callable[[Bucket], Bucket]


class CountStore(Protocol):
    """Where the count of one sensor is kept for all processes. Each method raises ``OSError``."""

    def take(self) -> bool:
        """Take it for this process alone; ``False``: another one has it."""
        ...

    def release(self) -> None:
        """Let others have it. The end of the process does so too."""
        ...

    def load(self) -> bytes:
        """What was kept; empty if nothing was."""
        ...

    def store(self, data: bytes) -> None:
        """Keep it. Only while it is taken."""
        ...

    def changed(self) -> int:
        """Another number after each change, also by another process."""
        ...


class Throttle:
    """Hands out turns, never more than the rate allows. Only one task may use it at a time.

    Args:
        rate: requests per second on average, above zero.
        clock: the time source.
        place: where other processes find the count; ``None``: it is this process's own.
        on_own: called with the reason where the place cannot be used.
    """

    def __init__(
        self,
        rate: float,
        clock: Clock,
        place: CountStore | None = None,
        on_own: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._pace = RequestPace(rate)
        self._clock = clock
        self._place = place
        self._on_own = on_own
        self._bucket = Bucket()
        self._later: list[Change] = []
        self._unsaved = False
        self._patience = _PATIENCE
        self._taken = False

    @asynccontextmanager
    async def turn(self, count: int = 1) -> "AsyncIterator[Turn]":
        """Wait until no other process asks the sensor and this number of requests may go back to back."""
        await self._reserve(count)
        turn = Turn(self, count)
        try:
            yield turn
        finally:
            turn.end()

    async def _reserve(self, count: int) -> None:
        while True:
            await self.take()
            bucket = self._now(self._load())
            wait = bucket.wait(count, self._pace)
            if wait <= 0:
                self._keep(bucket.take(count))
                return
            # Not while it is held: a process that is stopped in its sleep would stop all others.
            self.release()
            await self._clock.sleep(max(_LEAST_WAIT, wait))

    async def take(self) -> None:
        """Wait until no other process asks the sensor. One that is stuck is not waited for twice."""
        pause, seen, since = _FIRST_PAUSE, None, self._clock.monotonic()
        while not self._taken and self._place is not None:
            try:
                if self._place.take():
                    self._taken, self._patience = True, _PATIENCE
                    break
                changed = self._place.changed()
            except OSError as error:
                self._on_own(error.strerror or str(error))
                break
            now = self._clock.monotonic()
            if changed != seen:
                seen, since = changed, now
            if now - since >= self._patience:
                self._patience = 0.0
                self._on_own("another process holds the sensor's turn and does not go on")
                break
            await self._clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def release(self) -> None:
        """Let other processes ask the sensor."""
        if self._taken and self._place is not None:
            self._taken = False
            with suppress(OSError):
                self._place.release()

    @property
    def taken(self) -> bool:
        """Whether other processes wait for this one."""
        return self._taken

    def change(self, change: Change) -> None:
        """Change the count, now or, while another process has it, with the next turn."""
        held = self._taken
        if not held and self._place is not None:
            try:
                self._taken = self._place.take()
            except OSError:
                self._taken = False
            if not self._taken:
                self._later.append(change)
                self._bucket = change(self._now(self._bucket))
                return
        self._keep(change(self._now(self._load())))
        if not held:
            self.release()

    def trouble(self, asked: float = 0.0) -> None:
        """Pause after a request without an answer."""
        self.change(lambda bucket: bucket.trouble(self._pace, asked))

    def too_many(self, asked: float) -> None:
        """Pause, and allow no burst: the sensor was asked too often."""
        self.change(lambda bucket: bucket.trouble(self._pace, asked).too_many(self._pace))

    def _now(self, bucket: Bucket) -> Bucket:
        return bucket.seen(self._clock.monotonic(), self._pace)

    def _load(self) -> Bucket:
        if not self._taken or self._place is None:
            return self._bucket
        try:
            bucket = self._now(Bucket.decode(self._place.load()))
        except OSError as error:
            self._on_own(error.strerror or str(error))
            return self._bucket
        for change in self._later:
            bucket = change(bucket)
        self._later.clear()
        return bucket.at_least(self._now(self._bucket)) if self._unsaved else bucket

    def _keep(self, bucket: Bucket) -> None:
        self._bucket = bucket
        if self._taken and self._place is not None:
            try:
                self._place.store(bucket.encode())
                self._unsaved = False
            except OSError as error:
                self._unsaved = True
                self._on_own(error.strerror or str(error))


class Turn:
    """The right to send some requests, one after the other. From ``Throttle.turn``."""

    def __init__(self, throttle: Throttle, count: int) -> None:
        self.throttle = throttle
        self._unused = count

    def used(self) -> None:
        """One request has arrived."""
        pending, self._unused = self._unused, self._unused - 1
        self.throttle.change(lambda bucket: bucket.arrived(pending))

    def share(self) -> None:
        """Let other processes ask the sensor while a file is on its way, which may take minutes."""
        self.throttle.release()

    @asynccontextmanager
    async def connecting(self) -> AsyncIterator[None]:
        """While a connection is made: a sensor that is away does not hold up other processes."""
        if not self.throttle.taken:
            yield
            return
        timer = asyncio.get_running_loop().call_later(_CONNECTS_WITHIN, self.throttle.release)
        try:
            yield
        finally:
            timer.cancel()
        await self.throttle.take()

    def end(self) -> None:
        """Return what was not sent."""
        if self._unused > 0:
            unused, self._unused = self._unused, 0
            self.throttle.change(lambda bucket: bucket.give_back(unused))
        self.throttle.release()
