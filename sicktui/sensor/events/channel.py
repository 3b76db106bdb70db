"""One connection, from its first registration to its end."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

from sicktui.sensor.events.ended import Lost, NotOffered
from sicktui.sensor.events.kinds import ESSENTIAL, KINDS, Event
from sicktui.sensor.events.messages import Declined, Dropped, Pushed, read, registration

_log = logging.getLogger(__name__)

APART: Final = 0.25
"""Seconds between an answer and the next registration; below 0.2 the sensor resets the connection."""
ANSWER: Final = 2.0
"""Seconds to wait for the answer to a registration. The next one follows an answer: two of them that meet on
their way would come too close together."""
SILENCE: Final = 12.5
"""Seconds without an event after which a connection counts as dead: two heartbeats and a half."""
QUIET: Final = 330.0
"""The same where the sensor offers no heartbeat; the guide asks for 300 at least."""

WINDOW: Final = 10.0
MOST_FRAMES: Final = 500
"""In a window. A sensor at rest sends about ten, one that changes all the time some fifty."""
MOST_BYTES: Final = 4 * 1024 * 1024


class TextWire(Protocol):
    """What a channel speaks over."""

    frames: int
    size: int

    async def send(self, text: str) -> None:
        """Send one message."""
        ...

    async def receive(self) -> list[str]:
        """The messages that came meanwhile."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Channel:
    """Registers for every event, and hands over what comes.

    Args:
        wire: an open connection; it is closed at the end.
        label: the sensor's address, for the log.
        on_event: called with each value.
        on_live: called once, when the sensor pushes all that a poll would read.
    """

    def __init__(
        self,
        wire: TextWire,
        label: str,
        on_event: Callable[[Pushed], None],
        on_live: Callable[[], None],
    ) -> None:
        self._wire = wire
        self._label = label
        self._on_event = on_event
        self._on_live = on_live
        self._answered: set[Event] = set()
        self._declined: set[Event] = set()
        self._answer = asyncio.Event()
        self._time = asyncio.get_running_loop().time
        self._heard = self._time()
        self._marks = deque([(self._heard, 0, 0)])
        """Moments of the window with the counts of the wire then."""
        self.is_live = False
        """Whether the sensor pushes all that a poll would read."""

    async def run(self) -> None:
        """Read until the connection ends, or is to be given up.

        Raises:
            NotOffered: the sensor does not speak as the guide has it, or sends without end.
            Lost: the connection ended, or there was nothing in it for too long.
        """
        registrar = asyncio.create_task(self._register())
        try:
            while True:
                await self._receive()
        finally:
            registrar.cancel()
            self._wire.close()
            # Its own trouble is that of the connection, which the reading reports.
            await asyncio.gather(registrar, return_exceptions=True)

    async def _register(self) -> None:
        for event in KINDS:
            self._answer.clear()
            await self._wire.send(registration(event))
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER):
                    await self._answer.wait()
            await asyncio.sleep(APART)

    async def _receive(self) -> None:
        limit = QUIET if Event.CLOCK in self._declined else SILENCE
        try:
            async with asyncio.timeout_at(self._heard + limit):
                texts = await self._wire.receive()
        except TimeoutError:
            raise Lost(f"no event for {limit:g} s") from None
        self._measure()
        for text in texts:
            self._take(text)

    def _take(self, text: str) -> None:
        match read(text, self._label):
            case Dropped(why=why):
                _log.debug("%s: an event was dropped: %s", self._label, why)
            case Declined(event=event, why=why):
                _log.debug("%s: %s is not pushed: %s", self._label, event, why)
                self._declined.add(event)
                self._answer.set()
            case Pushed() as pushed:
                self._heard = self._time()
                if pushed.registered:
                    self._answered.add(pushed.event)
                    self._answer.set()
                self._on_event(pushed)
                if not self.is_live and self._answered >= ESSENTIAL:
                    self.is_live = True
                    self._on_live()

    def _measure(self) -> None:
        """Give up a sensor that sends without end: polling it costs less."""
        now, marks = self._time(), self._marks
        marks.append((now, self._wire.frames, self._wire.size))
        while marks[0][0] < now - WINDOW:
            marks.popleft()
        _, frames, size = marks[0]
        if self._wire.frames - frames > MOST_FRAMES or self._wire.size - size > MOST_BYTES:
            raise NotOffered("the sensor sends events without end")
