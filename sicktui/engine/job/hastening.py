"""Ends a wait of a job early where the sensor pushes a change of its state.

A push does not count as evidence: it brings the next look forward, within the rate limit. What is judged is
what the looks read, so a channel that is wrong, floods or is silent changes no verdict, and no wait gets
longer by it.
"""

import asyncio
from typing import Final

from sicktui.model.clock import Clock, first_of
from sicktui.model.device import Identity
from sicktui.sensor.client import Sensor
from sicktui.sensor.events.kinds import Event, offers_events
from sicktui.sensor.events.messages import Pushed

MOST: Final = 12
"""Waits that are ended early in one job. A flash and a restore have three changes each."""
SHORTEST: Final = 0.25
"""Seconds that a wait lasts all the same: several changes at once are one look."""
_TELLING: Final = frozenset({Event.UPDATE_STATE, Event.DEVICE_STATUS})


class Hastener:
    """The waits of one job.

    Args:
        sensor: the sensor of the job.
        clock: the time source.
    """

    def __init__(self, sensor: Sensor, clock: Clock) -> None:
        self._sensor = sensor
        self._clock = clock
        self._hint = asyncio.Event()
        self._left = MOST
        self._listening: asyncio.Task[None] | None = None

    async def wait(self, seconds: float, identity: Identity | None) -> None:
        """Wait for a time, or until the sensor has pushed a change since the last wait.

        Listening begins with the first wait. A connection that ends is one more change (a reboot breaks
        it), and no second one is made.

        Args:
            seconds: how long at most.
            identity: who the sensor is; ``None`` where nothing is to end the wait.
        """
        if identity is None or self._left <= 0 or not offers_events(identity.name, identity.runs):
            await self._clock.sleep(seconds)
            return
        if self._listening is None:
            self._listen()
        began = self._clock.monotonic()
        await first_of(self._clock.sleep(seconds), self._hint.wait())
        if self._hint.is_set():
            self._left -= 1
            waited = self._clock.monotonic() - began
            await self._clock.sleep(max(0.0, min(seconds, SHORTEST) - waited))
            self._hint.clear()
            if self._left <= 0:
                await self.aclose()

    async def aclose(self) -> None:
        """Stop listening."""
        listening, self._listening, self._left = self._listening, None, 0
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def _listen(self) -> None:
        events = self._sensor.events(on_event=self._take, on_live=self._turn)
        if events is None:
            self._left = 0
            return
        # Once: without a further answer it makes no second connection.
        events.answered()
        self._listening = asyncio.create_task(events.run())

    def _take(self, pushed: Pushed) -> None:
        if pushed.event in _TELLING and not pushed.registered:
            self._hint.set()

    def _turn(self, live: bool) -> None:
        if not live:
            self._hint.set()
