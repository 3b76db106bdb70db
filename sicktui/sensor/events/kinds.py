"""The events that are registered, and their values: those that a GET of the same name answers."""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from sicktui.model.firmware.version import parse
from sicktui.sensor.api import values
from sicktui.sensor.api.replies import Reply

_SINCE: Final = (2, 3, 1, 0)
_FAMILY: Final = "picoScan"
_SECTORS: Final = 64
"""A picoScan150 has seven; no sensor has as many as this."""
_OVER: Final = "OverTemp"


class Event(StrEnum):
    """An event, by its name on the wire."""

    UPDATE_STATE = "UpdateState"
    DEVICE_STATUS = "DeviceStatus"
    CLOCK = "LSPdatetime"
    STATE = "SCdevicestate"
    TEMPERATURE = "CurrentTempDev"
    TEMPERATURE_ALARM = "temperatureAlarmStatus"
    CONTAMINATION = "ContaminationData"
    CONTAMINATION_RESULT = "ContaminationResult"


class Kind(NamedTuple):
    """How an event is asked for and read."""

    parse: Callable[[Reply], object]
    """Its value; raises ``ProtocolError`` if it has none."""
    interval: int = 0
    """The least milliseconds between two of them; 0: each change."""


class ContaminationResult(Struct, frozen=True):
    """``ContaminationResult``: what the strategy of the sensor makes of its sectors."""

    warning: bool = field(name="bWarningActive")
    error: bool = field(name="bErrorActive")


def _convert(value: object, kind: Any, reply: Reply) -> Any:  # noqa: ANN401  the kind decides what comes back
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise reply.protocol_error(f"{reply.variable} has another form") from error


def _number(reply: Reply) -> float:
    """A finite number, such as ``CurrentTempDev`` in degrees Celsius."""
    number: float = _convert(reply.value, float, reply)
    if not math.isfinite(number):
        raise reply.protocol_error(f"{reply.variable} is not a finite number")
    return number


def _alarm(reply: Reply) -> bool:
    """``temperatureAlarmStatus``: bare by the telegram listing, ``AlarmState`` by the page on events."""
    value = reply.value
    if isinstance(value, dict) and "AlarmState" in value:
        return bool(_convert(value["AlarmState"], str, reply) == _OVER)
    return bool(_convert(value, bool, reply))


def _sectors(reply: Reply) -> tuple[int, ...]:
    """``ContaminationData``: 0 blocked, 1 clean, 2 warning, 3 error, for each sector."""
    value = reply.value
    if isinstance(value, dict) and len(value) == 1:
        [value] = value.values()
    found: list[int] = _convert(
        value, Annotated[list[Annotated[int, Meta(ge=0, le=3)]], Meta(max_length=_SECTORS)], reply
    )
    return tuple(found)


def _result(reply: Reply) -> ContaminationResult:
    result: ContaminationResult = _convert(reply.value, ContaminationResult, reply)
    return result


KINDS: Final[dict[Event, Kind]] = {
    Event.UPDATE_STATE: Kind(values.update_state),
    Event.DEVICE_STATUS: Kind(values.device_status),
    # Every second by itself: a heartbeat, where all others are silent as long as nothing changes.
    Event.CLOCK: Kind(values.clock, interval=5000),
    Event.STATE: Kind(values.count),
    # Its last digit moves all the time.
    Event.TEMPERATURE: Kind(_number, interval=5000),
    Event.TEMPERATURE_ALARM: Kind(_alarm),
    Event.CONTAMINATION: Kind(_sectors, interval=1000),
    Event.CONTAMINATION_RESULT: Kind(_result),
}
"""In the order of their registrations: what matters first."""

ESSENTIAL: Final = frozenset({Event.UPDATE_STATE, Event.DEVICE_STATUS, Event.CLOCK})
"""With these, a sensor need not be polled for its state."""


def offers_events(name: str, version: str) -> bool | None:
    """Whether a sensor has the endpoint by the guide; ``None`` where only the sensor knows.

    Args:
        name: its ``DeviceIdent`` name.
        version: the firmware that it runs.
    """
    found = parse(version)
    if not name.startswith(_FAMILY) or found is None:
        return None
    return found.numbers >= _SINCE
