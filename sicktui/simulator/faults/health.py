"""Faults of a sensor's state: too hot, contaminated, without time, not measuring.

With ``at`` they come with a request to it, else they are there from the start.
"""

from typing import Any, ClassVar, Final

import msgspec

from sicktui.simulator.device.device import Device
from sicktui.simulator.device.state import Effect
from sicktui.simulator.faults.base import Behaviour, fault
from sicktui.simulator.faults.wire import WireFault
from sicktui.simulator.network.http import Reply, Request

_LICENSED: Final = (
    "ContaminationConfig",
    "ContaminationData",
    "ContaminationResult",
    "ContaminationActiveSectors",
    "InertialMeasurementUnit",
    "PerformanceProfileNumber",
)


class HealthFault(Behaviour):
    """A state that begins at the start, or at a request."""

    uses: ClassVar[tuple[str, ...]] = ("at",)
    default_times = 1

    def on_start(self, device: Device) -> None:
        """Begin now, unless it is for a request."""
        if self.fault.at is None and self.strikes(device):
            self.begin(device)

    def on_request(self, device: Device, request: Request) -> Effect | None:
        """Begin before the request is answered."""
        if self.fault.at is not None and self.strikes(device, request):
            self.begin(device)
        return None

    def begin(self, device: Device) -> None:
        """Change the state."""
        raise NotImplementedError

    def numbers(self, *default: int) -> list[int]:
        """``value`` as numbers: one, a list, or the default."""
        value = self.fault.value
        given = value if isinstance(value, tuple) else (value,)
        return [number for number in given if isinstance(number, int)] or list(default)


@fault("too_hot")
class TooHot(HealthFault):
    """Has ``value`` degrees Celsius inside (default 70)."""

    uses = ("at", "value")

    def begin(self, device: Device) -> None:
        """Heat up."""
        device.health.temperature.become(float(self.numbers(70)[0]))


@fault("contaminated")
class Contaminated(HealthFault):
    """Has the ``ContaminationData`` ``value`` (a list; default 1 2 3 2 1); further sectors are clean."""

    uses = ("at", "value")

    def begin(self, device: Device) -> None:
        """Get dirty."""
        device.health.contamination.become(self.numbers(1, 2, 3, 2, 1))


@fault("blocked_sectors")
class BlockedSectors(HealthFault):
    """Has something right in front of the sectors ``value`` (a list, from 1; default 2 and 3)."""

    uses = ("at", "value")

    def begin(self, device: Device) -> None:
        """Blocked, and the others clean."""
        device.health.contamination.block(self.numbers(2, 3))


@fault("clock_lost")
class ClockLost(HealthFault):
    """Shows the time since power-on, in 1970."""

    def begin(self, device: Device) -> None:
        """Forget the time."""
        device.health.clock.lose()


@fault("measuring_stops")
class MeasuringStops(HealthFault):
    """Stops measuring; with ``value`` standby it goes there."""

    uses = ("at", "value")

    def begin(self, device: Device) -> None:
        """As by ``mStopMeasure`` or ``mStandby``."""
        device.health.measuring = "standby" if self.fault.value == "standby" else "stopped"


@fault("cola_login")
class ColaLogin(HealthFault):
    """Is busy, since somebody is logged in by CoLa, until its next boot."""

    def begin(self, device: Device) -> None:
        """SOPAS ET, or a driver."""
        device.health.cola_login = True


@fault("licence_absent")
class LicenceAbsent(HealthFault):
    """Lacks the variables ``value`` (a name or a list; default those of contamination, IMU and profiles)."""

    uses = ("at", "value")

    def begin(self, device: Device) -> None:
        """They are Not Found."""
        value = self.fault.value
        names = value if isinstance(value, tuple) else (_LICENSED if value is None else (value,))
        device.hidden |= {str(name) for name in names}


@fault("odd_values")
class OddValues(WireFault):
    """Answers a read of ``at`` with numbers that are ``value`` (default NaN; Infinity, 1e999, text, huge)."""

    uses = ("at", "value")
    default_at = "GET CurrentTempDev"
    acting = True

    def alter(self, reply: Reply) -> Reply:
        """The true answer with other numbers in its data."""
        payload = dict(reply.payload or {})
        return Reply(
            http_status=reply.http_status,
            body=with_numbers(
                payload | {"data": marked(payload.get("data"))}, str(self.fault.value or "NaN")
            ),
        )


_MARK: Final = "a number"
_SPELLED: Final = {"text": '"warm [b]\\u001b[2J"', "huge": "9" * 400}


def marked(value: Any) -> object:  # noqa: ANN401  any JSON
    """A value in which every number is marked."""
    if isinstance(value, dict):
        return {name: marked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [marked(part) for part in value]
    return _MARK if isinstance(value, int | float) and not isinstance(value, bool) else value


def with_numbers(message: object, number: str) -> bytes:
    """JSON, or nearly so, in which every marked number reads ``number``."""
    return msgspec.json.encode(message).replace(f'"{_MARK}"'.encode(), _SPELLED.get(number, number).encode())
