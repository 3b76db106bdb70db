"""The clocks that tests hand to the code."""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sicktui.model.clock import Clock, SystemClock
from tests.support.skipping_loop import SkippingLoop

START: Final = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class ManualClock:
    """A clock that only moves when a test or a sleep moves it; waiting takes no time."""

    def __init__(self, elapsed: float = 0.0, start: datetime = START) -> None:
        self.elapsed = elapsed
        """Seconds since ``start``."""
        self.start = start
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.elapsed

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds
        await asyncio.sleep(0)


class ShiftedClock(SystemClock):
    """The PC's clock, this many days ahead."""

    def __init__(self, days: float) -> None:
        self._ahead = timedelta(days=days)

    def now(self) -> datetime:
        return super().now() + self._ahead


class JumpingClock:
    """A PC whose wall clock is set forth and back all the time: by a server, by hand, by a dead battery."""

    def __init__(self, clock: Clock) -> None:
        days = (0, 400, -400, 1, -9000, 3)
        self._jumps: Iterator[int] = itertools.cycle(days)
        self.monotonic = clock.monotonic
        self.sleep = clock.sleep

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=next(self._jumps))


class SkippingClock:
    """The loop's time, for everything that is handed a clock."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._start = datetime.now(UTC) - timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def clock_of_the_loop() -> Clock:
    """The clock that goes with the loop that runs: its own time where it skips the waiting."""
    return SkippingClock() if isinstance(asyncio.get_running_loop(), SkippingLoop) else SystemClock()
