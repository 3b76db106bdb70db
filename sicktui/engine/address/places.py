"""Looks for one sensor at given places, by its own answers."""

from typing import Final

from msgspec import Struct, structs

from sicktui.engine.context import Context
from sicktui.engine.observe import connect
from sicktui.model.device import Identity, Target
from sicktui.model.network.address import parse_address
from sicktui.sensor.errors import SensorError

_LOOK: Final = 3.0
"""Seconds that a look at one place may take."""


class Sight(Struct, frozen=True, kw_only=True):
    """What answered at one place."""

    same: bool = False
    """Whether it is the sensor that is looked for."""
    other: str = ""
    """Another sensor, by serial number or MAC address; empty if none answered."""


def at_place(target: Target, place: str) -> Target:
    """The same device at another address."""
    return structs.replace(target, address=place)


def place_of(target: Target, host: str) -> str:
    """The address of a device that moves to another host; its port stays.

    Args:
        target: the device where it is now.
        host: an IPv4 address.
    """
    port = parse_address(target.address, target.scheme).port
    default = parse_address("host", target.scheme).port
    return host if port == default else f"{host}:{port}"


def host_of(place: str) -> str:
    """The host of an address."""
    return parse_address(place).host


def is_loopback(place: str) -> bool:
    """Whether an address is this PC itself: a simulated sensor, or a tunnel."""
    return bool(parse_address(place).loopback)


async def look_at(context: Context, target: Target, place: str, wanted: Identity) -> Sight:
    """Look once whether a sensor answers at a place. Never raises for trouble with what is there."""
    timing = structs.replace(target.timing, request_timeout=min(_LOOK, target.timing.request_timeout))
    sensor = connect(context, structs.replace(target, address=place, timing=timing))
    sensor.read.steady = False
    try:
        found = await sensor.read.reread_identity(wanted)
    except SensorError:
        return Sight()
    finally:
        await sensor.aclose()
    if wanted.is_same_sensor(found):
        return Sight(same=True)
    return Sight(other=found.key or found.name)
