"""The events that are registered, and their values: those that a GET of the same name answers."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sicktui.model.firmware.version import parse
from sicktui.model.health import parsing
from sicktui.model.variable import Unreadable
from sicktui.sensor.api import values
from sicktui.sensor.api.replies import Reply

_SINCE: Final = (2, 3, 1, 0)
_FAMILY: Final = "picoScan"


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


def _as(parse: Callable[[Any], object]) -> Callable[[Reply], object]:
    """The parser of a reply, where that of the bare value is the health's."""

    def read(reply: Reply) -> object:
        try:
            return parse(reply.value)
        except Unreadable as why:
            raise reply.protocol_error(f"{reply.variable}: {why}") from None

    return read


KINDS: Final[dict[Event, Kind]] = {
    Event.UPDATE_STATE: Kind(values.update_state),
    Event.DEVICE_STATUS: Kind(values.device_status),
    # Every second by itself: a heartbeat, where all others are silent as long as nothing changes.
    Event.CLOCK: Kind(values.clock, interval=5000),
    Event.STATE: Kind(values.count),
    # Its last digit moves all the time.
    Event.TEMPERATURE: Kind(_as(parsing.temperature), interval=5000),
    Event.TEMPERATURE_ALARM: Kind(_as(parsing.alarm)),
    Event.CONTAMINATION: Kind(_as(parsing.sector_codes), interval=1000),
    Event.CONTAMINATION_RESULT: Kind(_as(parsing.contamination_result)),
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
