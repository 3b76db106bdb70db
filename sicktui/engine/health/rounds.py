"""Reads the health of all listed sensors again and again: slowly, and never in the way of a run."""

import asyncio
import random
from collections.abc import Callable, Collection
from functools import partial
from math import inf
from typing import Final

from sicktui.engine.context import Context
from sicktui.engine.health.read import read_health
from sicktui.model.device import Identity, Target
from sicktui.model.health.records import DeviceHealth, Readings

FIRST: Final = 20.0
"""Seconds from the first answer of a sensor to its first reading: the list itself comes first."""
SOON: Final = 10.0
"""Seconds from a change of a sensor to its next reading: what belongs together changes together."""
AT_ONCE: Final = 4
"""Sensors that are read at the same time."""
PAUSE: Final = 1.25
"""Seconds between two variables: with 37 of them a reading takes some 50 s, and looks are not held up.

While fifty sensors that push are read for the first time, each has fewer than 0.2 requests a second.
"""
_TICK: Final = 1.0
_JITTER: Final = 0.1


class _NoLongerFree(Exception):
    """A run has taken the sensor, or it has gone away, in the middle of a reading."""


class HealthRounds:
    """Which sensor is read when.

    Args:
        context: the settings, and what is remembered of sensors.
        interval: seconds between two readings of a sensor.
        is_free: whether a sensor answers and may be read now; asked again before each variable.
        report: called with each reading.
        newer: what is known of a device and its sensor, with what was pushed while it was read.
        chance: random numbers from 0 to 1.
    """

    def __init__(
        self,
        context: Context,
        interval: float,
        is_free: Callable[[str], bool],
        report: Callable[[DeviceHealth], None],
        *,
        newer: Callable[[str, Identity], Readings | None],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._context = context
        self._interval = interval
        self._is_free = is_free
        self._report = report
        self._newer = newer
        self._chance = chance
        self._targets: dict[str, Target] = {}
        self._due: dict[str, float] = {}
        """On the monotonic clock, of each sensor that has answered; infinite while it is being read."""
        self._reading: dict[str, asyncio.Task[None]] = {}

    def answered(self, target: Target) -> None:
        """A sensor has answered: it is read soon, if it was not read yet."""
        if self._targets.get(target.device) != target:
            self._targets[target.device] = target
            self._plan(target.device, FIRST)

    def changed(self, device: str) -> None:
        """Something about a sensor has changed, and more may have changed with it: it is read soon."""
        if device in self._due:
            self._due[device] = min(self._due[device], self._context.clock.monotonic() + SOON)

    def taken(self, device: str) -> None:
        """Somebody else has just read it."""
        if device in self._due:
            self._plan(device, self._interval)

    def keep(self, devices: Collection[str]) -> None:
        """Forget all but these devices."""
        for device in [name for name in self._targets if name not in devices]:
            del self._targets[device]
            self._due.pop(device, None)

    async def run(self) -> None:
        """Read what is due, until cancelled."""
        try:
            while True:
                self._start_due()
                await self._context.clock.sleep(_TICK)
        finally:
            tasks = [*self._reading.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _start_due(self) -> None:
        for device in [name for name, task in self._reading.items() if task.done()]:
            self._reading.pop(device).result()
        now = self._context.clock.monotonic()
        waiting = sorted((due, device) for device, due in self._due.items() if due <= now)
        for _, device in waiting:
            if len(self._reading) >= AT_ONCE:
                return
            if device not in self._reading and self._is_free(device):
                self._reading[device] = asyncio.create_task(self._read(self._targets[device]))

    async def _read(self, target: Target) -> None:
        device = target.device
        self._due[device] = inf

        async def pause() -> None:
            await self._context.clock.sleep(PAUSE)
            if not self._is_free(device) or self._targets.get(device) != target:
                raise _NoLongerFree

        try:
            found = await read_health(self._context, target, pause=pause, newer=partial(self._newer, device))
        except _NoLongerFree:
            self._plan(device, SOON)
        else:
            if self._due.get(device) == inf:  # else it has changed meanwhile
                self._plan(device, self._interval)
            if self._is_free(device):
                self._report(found)

    def _plan(self, device: str, seconds: float) -> None:
        """Read it after that time, not at the same moment as its neighbours."""
        if device in self._targets:
            spread = 1.0 + _JITTER * (2.0 * self._chance() - 1.0)
            self._due[device] = self._context.clock.monotonic() + seconds * spread
