"""One sensor of the live list: looks, and between two of them what it pushes.

Where a sensor pushes its state, the list shows a change at once and reads the sensor only slowly; everything
that has no event is found by these looks. A push of UpdateState or DeviceStatus brings the next look forward:
the list ends up with what was read, whatever was pushed.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.observe import Watch
from sicktui.model.clock import first_of
from sicktui.model.device import SERVICE_MODE, Identity, Observation, Target
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.sensor.events.kinds import Event, offers_events
from sicktui.sensor.events.messages import Pushed
from sicktui.sensor.events.watcher import EventWatch

SLOW: Final = 45.0
"""Seconds between two looks at a sensor that pushes. A look is five requests at most: 0.11 a second."""
CALM: Final = 4
"""Looks in a row that found a sensor well and idle, after which it is looked at less often."""
CALM_FACTOR: Final = 1.8
"""By how much: fifty polled sensors at rest stay below 3 % of a core, and none counts as silent."""
_TELLING: Final = frozenset({Event.UPDATE_STATE, Event.DEVICE_STATUS, Event.STATE})
"""After a change of one of these, a look is due: more may have changed with it."""

OnValue = Callable[[Identity, Pushed], object]
"""Called with the sensor that answered last, and what came."""


class LiveWatch:
    """Looks at one sensor again and again, and listens to it where it pushes.

    Args:
        context: the settings, and what is remembered of sensors.
        target: the device.
        report: called with each change between two looks, and with the same observation at each heartbeat.
        on_value: called with each value that the sensor pushes, beside its clock.
    """

    def __init__(
        self,
        context: Context,
        target: Target,
        report: Callable[[Observation], object],
        on_value: OnValue | None = None,
    ) -> None:
        self._clock = context.clock
        self._target = target
        self._report = report
        self._on_value = on_value
        self._watch = Watch(context, target)
        self._events: EventWatch | None = None
        self._listening: asyncio.Task[None] | None = None
        self._last: Observation | None = None
        self._known: Identity | None = None
        self._since: dict[Event, object] = {}
        """What was pushed since the last look began."""
        self._temperature: float | None = None
        """The last one that was pushed; no look reads it."""
        self._began = self._ended = self._clock.monotonic()
        """When the last look began and ended."""
        self._news = self._lost = self._was_live = False
        self._calm = 0
        """Looks in a row that found nothing to wait for."""
        self._signal = asyncio.Event()

    async def look(self, *, whole: bool) -> Observation:
        """Look once more. Never raises for trouble with the device.

        Args:
            whole: read also what changes rarely.
        """
        self._began = self._clock.monotonic()
        self._news = self._lost = False
        self._since.clear()
        # Between two slow looks anything may have changed.
        seen = await self._watch.look(whole=whole or self._is_live)
        self._ended = self._clock.monotonic()
        # What came during the look is at least as new; whether it is true, the next look shows.
        self._last = seen = self._with_pushed(seen)
        self._calm = self._calm + 1 if seen.is_calm else 0
        self._listen(seen)
        return seen

    async def wait(self, wake: asyncio.Event, is_over: Callable[[], bool]) -> bool:
        """Wait until the next look is due. Returns whether all is to be read in it.

        Args:
            wake: set when somebody wants a look at once.
            is_over: whether the sensor is to be left alone now; asked as often as it would be polled.
        """
        while not (self._lost or wake.is_set() or is_over()):
            left = self._due() - self._clock.monotonic()
            if left <= 0:
                break
            self._signal.clear()
            seconds = min(left, self._target.timing.poll_interval)
            await first_of(self._clock.sleep(seconds), self._signal.wait(), wake.wait())
        asked, lost, news = wake.is_set(), self._lost, self._news
        wake.clear()
        return asked or lost or news

    async def aclose(self) -> None:
        """Stop listening, and close the connections."""
        listening, self._listening, self._events = self._listening, None, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        await self._watch.aclose()

    @property
    def _is_live(self) -> bool:
        return self._events is not None and self._events.is_live

    def _due(self) -> float:
        """When the next look is due, on the monotonic clock."""
        interval = self._target.timing.poll_interval
        if self._news:
            # No sooner than it would be polled: a sensor that pushes without end costs no more than one
            # that does not push.
            return self._began + interval
        last = self._last
        settled = last is not None and last.reachable and not last.problem
        if self._is_live and settled:
            return self._ended + max(interval, SLOW)
        return self._ended + (interval * CALM_FACTOR if self._calm >= CALM else interval)

    def _listen(self, seen: Observation) -> None:
        """Listen to a sensor that has just answered; what another one offers is found out anew."""
        identity, known = seen.identity, self._known
        if identity is None:
            self._known = None
            return
        self._known = identity
        anew = known is None or not known.is_same_sensor(identity) or known.runs != identity.runs
        if self._events is None and offers_events(identity.name, identity.runs) is not False:
            self._events = self._watch.events(on_event=self._take, on_live=self._turn)
            if self._events is not None:
                self._listening = asyncio.create_task(self._events.run())
        if self._events is not None:
            self._events.answered(anew=anew)

    def _take(self, pushed: Pushed) -> None:
        """A value came."""
        if self._on_value is not None and self._known is not None and pushed.event is not Event.CLOCK:
            self._on_value(self._known, pushed)
        if pushed.event is Event.TEMPERATURE and isinstance(pushed.value, float):
            # In whole degrees, as it is shown: its last digit moves all the time.
            self._temperature = float(round(pushed.value))
        self._since[pushed.event] = pushed.value
        before = self._last
        if before is None or before.identity is None:
            return
        self._last = after = self._with_pushed(before)
        is_news = after != before or (pushed.event is Event.STATE and not pushed.registered)
        if is_news and pushed.event in _TELLING:
            self._news = True
            self._signal.set()
        if after != before or pushed.event is Event.CLOCK:
            self._report(after)

    def _turn(self, live: bool) -> None:
        """A channel has become live, or has ended."""
        if not live:
            self._lost, self._was_live = self._was_live, False
            self._since.clear()
            self._temperature = None
        else:
            self._was_live = True
        self._signal.set()

    def _with_pushed(self, seen: Observation) -> Observation:
        """An observation with what was pushed since its look began."""
        if seen.identity is None:
            return seen
        state, health = seen.update_state, seen.health
        pushed_state = self._since.get(Event.UPDATE_STATE)
        pushed_status = self._since.get(Event.DEVICE_STATUS)
        if isinstance(pushed_state, UpdateState):
            state = pushed_state
        if isinstance(pushed_status, DeviceStatus) and pushed_status is not health.status:
            # Why it is so is read by the look that follows.
            service = state is UpdateState.STARTED and pushed_status is DeviceStatus.SERVICE_MODE
            health = structs.replace(health, status=pushed_status, note=SERVICE_MODE if service else "")
        if self._temperature is not None:
            health = structs.replace(health, temperature=self._temperature)
        return structs.replace(seen, update_state=state, health=health)
