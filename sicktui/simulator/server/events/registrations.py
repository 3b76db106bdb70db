"""Which events a client has registered for, and when each message of them is due.

Where the developer guide is silent, the plainest way was chosen: docs/simulator.md lists it.
"""

from collections import deque
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

EVENTS: Final = (
    "DeviceStatus",
    "SCdevicestate",
    "FieldEvaluationResult",
    "perpendicularDistanceResult",
    "InputState",
    "OutputState",
    "PortState",
    "ContaminationData",
    "ContaminationResult",
    "InertialMeasurementUnit",
    "CurrentTempDev",
    "temperatureAlarmStatus",
    "UpdateState",
    "LSPdatetime",
)
"""Every event of the developer guide; a device has those whose variable it has."""
APART: Final = 0.2
"""Seconds that two registrations have to be apart."""
_MILLISECONDS: Final = 1000
_MOMENTS: Final = frozenset({"Timestamp", "timestamp", "TimeStamp", "udiSystCount", "aTimeBlock"})
"""Fields with the moment of measuring: a change of these alone does not count."""

Uint32 = Annotated[int, Meta(ge=0, le=0xFFFF_FFFF)]
Key = tuple[str, int]
"""Event and ``clientId``."""


class Throttle(Struct, frozen=True, rename="camel"):
    """How often a client wants an event at most."""

    min_output_interval_ms: Uint32 = 0


class Queue(Struct, frozen=True, rename="camel"):
    """What is kept for a client that has wanted it less often."""

    priority: Literal["HIGH", "MID", "LOW"] = "MID"
    max_size: Annotated[int, Meta(ge=1, le=1000)] = 1
    discard_if_full: Literal["OLDEST", "NEWEST"] = "OLDEST"


class Options(Struct, frozen=True):
    """The options of a registration."""

    throttle: Throttle = Throttle()
    queue: Queue = Queue()


class Call(Struct, frozen=True, rename="camel"):
    """A message of a client."""

    type: Literal["register", "deregister"]
    event: str
    client_id: Annotated[int, Meta(ge=-0x8000_0000, le=0xFFFF_FFFF)]
    options: Options = Options()


class Refused(Exception):
    """A registration is not possible."""


def understood(text: str) -> Call:
    """A client's message.

    Raises:
        Refused: it is not one.
    """
    try:
        return msgspec.json.decode(text, type=Call)
    except msgspec.DecodeError as error:
        raise Refused(str(error)) from error


def changed(before: object, after: object) -> bool:
    """Whether two values of a variable differ in more than the moment of measuring."""
    return _without_moments(before) != _without_moments(after)


def _without_moments(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_moments(part) for name, part in value.items() if name not in _MOMENTS}
    return value


class Registration:
    """One event for one ``clientId``.

    Args:
        call: what was registered.
        value: the variable's value, with which the registration was answered.
        now: when, in seconds.
    """

    def __init__(self, call: Call, value: dict[str, Any], now: float) -> None:
        self.event = call.event
        self.client_id = call.client_id
        self.priority = ("HIGH", "MID", "LOW").index(call.options.queue.priority)
        self._queue = call.options.queue
        self._interval = call.options.throttle.min_output_interval_ms / _MILLISECONDS
        self._due = now + self._interval
        self._last = value
        self._waiting: deque[dict[str, Any]] = deque()

    def see(self, value: dict[str, Any]) -> None:
        """Queue a value if it is another one than before."""
        if not changed(self._last, value):
            return
        self._last = value
        if len(self._waiting) < self._queue.max_size:
            self._waiting.append(value)
        elif self._queue.discard_if_full == "OLDEST":
            self._waiting.popleft()
            self._waiting.append(value)

    def take(self, now: float) -> dict[str, Any] | None:
        """The value that is due now, if any."""
        if not self._waiting or now < self._due:
            return None
        self._due = now + self._interval
        return self._waiting.popleft()

    def wait(self, now: float) -> float | None:
        """Seconds until the next message is due; ``None``: none is waiting."""
        return max(0.0, self._due - now) if self._waiting else None


class Registrations:
    """All registrations of one connection."""

    def __init__(self) -> None:
        self._all: dict[Key, Registration] = {}
        self._last_call: float | None = None

    def hasty(self, now: float) -> bool:
        """Whether a registration comes too soon after the last one."""
        last, self._last_call = self._last_call, now
        return last is not None and now - last < APART

    def add(self, call: Call, value: dict[str, Any], now: float) -> None:
        """Register; the same event under the same ``clientId`` is registered anew."""
        self._all[call.event, call.client_id] = Registration(call, value, now)

    def remove(self, call: Call) -> None:
        """Deregister, if it was registered."""
        self._all.pop((call.event, call.client_id), None)

    @property
    def events(self) -> set[str]:
        """Every event that somebody wants."""
        return {event for event, _ in self._all}

    def see(self, event: str, value: dict[str, Any]) -> None:
        """The value that a variable has now."""
        for registration in self._all.values():
            if registration.event == event:
                registration.see(value)

    def take(self, now: float) -> list[tuple[Registration, dict[str, Any]]]:
        """What is due now, in the order of its priority."""
        due = []
        for registration in sorted(self._all.values(), key=lambda one: one.priority):
            value = registration.take(now)
            if value is not None:
                due.append((registration, value))
        return due

    def wait(self, now: float) -> float | None:
        """Seconds until the next message is due; ``None``: none is waiting."""
        waits = [registration.wait(now) for registration in self._all.values()]
        return min((wait for wait in waits if wait is not None), default=None)
