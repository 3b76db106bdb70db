"""What a day's pushes of one sensor leave in memory: its channel, what judges them, and what keeps them."""

import asyncio
import contextlib
import gc
import json
import tempfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.report import Measured
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity
from sicktui.model.health.announcing import Announcements
from sicktui.model.health.judgement import judge
from sicktui.model.health.records import DeviceHealth
from sicktui.model.health.since import redated
from sicktui.sensor.events.channel import Channel
from sicktui.sensor.events.ended import Lost
from sicktui.sensor.events.messages import Pushed
from sicktui.stores.history.history import HealthHistory
from sicktui.tui.state.health import FoundHealth

PART: Final = "pushes"
BOUND: Final = 0.1
DAY: Final = 17_280
"""Heartbeats of a day, one every five seconds; as many temperatures."""
WARM: Final = 2_000
_WHO: Final = Identity(name="picoScan", version="2.3.3.0R", serial="25420067")
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_READ_EVERY: Final = 180
"""Heartbeats from one whole reading to the next: a quarter of an hour."""


class _Time:
    """A clock that goes on by five seconds with each heartbeat."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return _BEGIN + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class _Wire:
    """Sends a day's messages as fast as they are read."""

    def __init__(self, clock: _Time, count: int) -> None:
        self.frames = self.size = 0
        self._clock = clock
        self._messages = self._day(count)

    def _day(self, count: int) -> Iterator[list[str]]:
        for number in range(count):
            self._clock.passed += 5.0
            moment = self._clock.now()
            shown = {
                "uiYear": moment.year,
                "usiMonth": moment.month,
                "usiDay": moment.day,
                "usiHour": moment.hour,
                "usiMinute": moment.minute,
                "usiSec": moment.second,
                "udiUSec": 0,
            }
            hot = number % 700 > 600
            pushed: dict[str, object] = {
                "LSPdatetime": shown,
                "CurrentTempDev": 40 + number % 97 / 10,
                "temperatureAlarmStatus": hot,
                "DeviceStatus": 5 if hot else 3,
            }
            yield [
                json.dumps(
                    {"type": "event", "event": name, "clientId": 1, "status": 0, "data": {name: value}}
                )
                for name, value in pushed.items()
            ]

    async def send(self, text: str) -> None:
        """Registrations are not looked at."""

    async def receive(self) -> list[str]:
        await asyncio.sleep(0)
        try:
            return next(self._messages)
        except StopIteration:
            raise Lost("the day is over") from None

    def close(self) -> None:
        """Nothing is open."""


class _Dashboard:
    """What keeps something of a push."""

    def __init__(self, clock: _Time, folder: Path) -> None:
        self._clock = clock
        self._found = FoundHealth(clock)
        self._announced = Announcements()
        self._history = HealthHistory(folder / "health-history.db")
        self._count = 0

    def take(self, pushed: Pushed) -> None:
        """As the dashboard does: judge, compare with before, report, and now and then keep it."""
        now = self._clock.now()
        readings = self._found.with_values("gate-1", _WHO, {pushed.event.value: pushed.raw})
        if readings is None:
            return
        before = self._found.known("gate-1", _WHO)
        report = redated(judge(readings), before.report if before else None, timestamp(now))
        found = DeviceHealth(device="gate-1", at=now, identity=_WHO, readings=readings, report=report)
        self._count += 1
        self._found.take(found, whole=self._count % _READ_EVERY == 0)
        self._announced.news("gate-1", report, self._clock.monotonic(), anew=before is None)
        if self._count % _READ_EVERY == 0:
            self._history.note(_WHO.key, now, report, _WHO.runs, device="gate-1")


def measure() -> list[Measured]:
    """About 60 s."""
    return asyncio.run(_measure())


async def _measure() -> list[Measured]:
    clock = _Time()
    with tempfile.TemporaryDirectory(prefix="sicktui-benchmark-") as folder:
        dashboard = _Dashboard(clock, Path(folder))
        tracemalloc.start()
        before = await _pushed(dashboard, clock, WARM)
        after = await _pushed(dashboard, clock, DAY)
        tracemalloc.stop()
    return [
        Measured(
            part=PART,
            what="memory that a day's pushes leave",
            value=(after - before) / 1e6,
            unit="MB",
            bound=BOUND,
            digits=3,
        )
    ]


async def _pushed(dashboard: _Dashboard, clock: _Time, count: int) -> int:
    """Push so many times. Returns the memory in use afterwards."""
    channel = Channel(_Wire(clock, count), "gate-1", dashboard.take, lambda: None)
    with contextlib.suppress(Lost):
        await channel.run()
    del channel
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
