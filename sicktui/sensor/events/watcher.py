"""Keeps one event channel to a sensor, for as long as the sensor takes it."""

import asyncio
import logging
import random
from collections.abc import Callable
from importlib import import_module
from typing import Final

from sicktui.model.clock import Clock, first_of
from sicktui.sensor.errors import SensorError
from sicktui.sensor.events.channel import Channel
from sicktui.sensor.events.ended import Lost, NotOffered
from sicktui.sensor.events.messages import Pushed
from sicktui.sensor.turns.link import Link

OnEvent = Callable[[Pushed], None]
OnLive = Callable[[bool], None]

_log = logging.getLogger(__name__)

FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 300.0
REFUSED_PAUSE: Final = 900.0
"""Seconds until a sensor without the endpoint is asked again: others may have updated its firmware."""
STEADY: Final = 60.0
"""Seconds of a connection after which the next pause begins small again."""
LIMIT: Final = 10.0
"""Seconds until a connection must be open."""
ALONE: Final = 1.0
"""Seconds for which nothing else is sent while the sensor has not answered: a silent socket delays no run."""


def pause_after(failures: int, *, refused: bool, chance: float) -> float:
    """Seconds until the next connection: growing, and not the same for fifty sensors.

    Args:
        failures: connections that failed in a row, at least 1.
        refused: whether the sensor does not offer events.
        chance: a random number from 0 to 1.
    """
    if refused:
        return REFUSED_PAUSE * (0.8 + 0.4 * chance)
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 16))
    return longest * (0.5 + 0.5 * chance)


class EventWatch:
    """The events of one sensor. Connects only after an answer of it, and never knocks at a silent one.

    Args:
        link: the connection to the sensor; the upgrade takes a turn of it, as every request does.
        clock: the time source.
        on_event: called with each value that comes.
        on_live: called with ``True`` when the sensor begins to push all that a poll would read, and with
            ``False`` when a connection ends.
        chance: random numbers from 0 to 1.
    """

    def __init__(
        self,
        link: Link,
        clock: Clock,
        *,
        on_event: OnEvent,
        on_live: OnLive,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._link = link
        self._clock = clock
        self._on_event = on_event
        self._on_live = on_live
        self._chance = chance
        self._answers = asyncio.Event()
        self._renewed = asyncio.Event()
        self._failures = 0
        self.is_live = False
        """Whether the sensor pushes all that a poll would read."""
        self.refused = False
        """Whether the last connection showed that it offers no events."""

    def answered(self, *, anew: bool = False) -> None:
        """A reading has just reached the sensor.

        Args:
            anew: it was away, or is another one, or runs other firmware: what was found out before is over.
        """
        self._answers.set()
        if anew:
            self._renewed.set()

    async def run(self) -> None:
        """Connect, listen, wait, and connect again, until cancelled. Never raises for trouble."""
        while True:
            await self._answers.wait()
            began = self._clock.monotonic()
            try:
                await self.listen()
            except (Lost, NotOffered, SensorError) as error:
                self.refused = isinstance(error, NotOffered)
                _log.debug("%s: no events: %s", self._link.label, error)
            except Exception:  # noqa: BLE001 - a bug costs the events of this sensor, and no poll
                self.refused = True
                _log.exception("events of %s", self._link.label)
            steady = self._clock.monotonic() - began >= STEADY
            self._failures = 1 if steady else self._failures + 1
            self._answers.clear()
            self._renewed.clear()
            pause = pause_after(self._failures, refused=self.refused, chance=self._chance())
            await first_of(self._clock.sleep(pause), self._renewed.wait())

    async def listen(self) -> None:
        """One connection, to its end.

        Raises:
            NotOffered: the sensor offers no events.
            Lost: there is no connection any more.
            SensorError: its address cannot be used.
        """
        # In a thread: the first import takes longer than a key may wait.
        wires = await asyncio.to_thread(import_module, "sicktui.sensor.events.wire")
        async with self._link.beside() as address:
            opening = asyncio.create_task(wires.open_wire(address, limit=LIMIT))
            try:
                await asyncio.wait({opening}, timeout=ALONE)
            except asyncio.CancelledError:
                opening.cancel()
                raise
        try:
            async with asyncio.timeout(LIMIT):
                wire = await opening
        except TimeoutError:
            raise Lost(f"no answer within {LIMIT:g} s") from None
        channel = Channel(wire, self._link.label, self._on_event, self._live)
        try:
            await channel.run()
        finally:
            self.is_live = False
            self._on_live(False)  # noqa: FBT003  the callback has one argument

    def _live(self) -> None:
        self.is_live = True
        self._on_live(True)  # noqa: FBT003  the callback has one argument
