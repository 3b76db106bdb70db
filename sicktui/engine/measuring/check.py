"""Gathers the evidence about whether one sensor measures. Reads only, a handful of requests."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Any, Final

from sicktui.discovery.interfaces import subnets
from sicktui.engine.measuring.receivers import LONGEST, CannotListen, Receivers
from sicktui.engine.parameters.snapshot import read_variables
from sicktui.model.clock import Clock
from sicktui.model.device import Identity
from sicktui.model.families import LRS, MULTI100, PICO120, PICO150, family_of
from sicktui.model.measuring.evidence import MOVING, PACE, Evidence, moving, promise_of
from sicktui.model.measuring.receiving import Way, way_of
from sicktui.model.measuring.stream import Heard
from sicktui.model.network.address import is_ip_address, parse_address
from sicktui.sensor.client import Sensor

_BETWEEN: Final = 1.0
"""Seconds between two readings of a moment of measuring: fifteen revolutions at least."""
_HAVE_MOMENTS: Final = (PICO150, MULTI100, LRS)
"""Families with both variables of ``MOVING``."""


async def listen_for(
    receivers: Receivers,
    settings: Mapping[str, Any],
    address: str,
    serial: str | None,
    *,
    seconds: float = LONGEST,
) -> Evidence:
    """Listen for a sensor's stream, if it comes to this PC. Sends nothing; never raises for trouble.

    Args:
        receivers: the ports of this process.
        settings: the sensor's settings of its stream, as they were read.
        address: the sensor's address.
        serial: its serial number.
        seconds: how long to listen at most.
    """
    host = parse_address(address).host
    mine, hosts = await asyncio.gather(asyncio.to_thread(subnets), asyncio.to_thread(_hosts, host))
    way = way_of(settings, mine, is_loopback=any(each.startswith("127.") for each in hosts))
    heard, why_not = await _listen(receivers, way, serial, hosts, seconds)
    return Evidence(way=way, heard=heard, why_not=why_not)


async def _listen(
    receivers: Receivers, way: Way, serial: str | None, hosts: frozenset[str], seconds: float
) -> tuple[Heard | None, str]:
    if not way.is_here:
        return None, ""
    try:
        return await receivers.listen(way, serial=serial, hosts=hosts, seconds=seconds), ""
    except CannotListen as error:
        return None, error.message


async def check_measuring(
    sensor: Sensor,
    identity: Identity,
    clock: Clock,
    receivers: Receivers,
    *,
    address: str,
    settings: Mapping[str, Any],
) -> Evidence:
    """All evidence about one sensor.

    Args:
        sensor: the sensor.
        identity: who it is.
        clock: the time source.
        receivers: the ports of this process.
        address: where it is.
        settings: the settings of its stream, as they were just read.

    Raises:
        SensorError: it does not answer any more.
    """
    evidence = await listen_for(receivers, settings, address, identity.serial)
    promise = None
    if evidence.heard is not None and family_of(identity.name) in (PICO150, PICO120):
        pace, _ = await read_variables(sensor, PACE, tolerant=True)
        promise = promise_of(pace, identity.name)
    is_proven = evidence.heard is not None and evidence.heard.is_proven
    return Evidence(
        way=evidence.way,
        heard=evidence.heard,
        why_not=evidence.why_not,
        promise=promise,
        moved=() if is_proven else await _moved(sensor, identity, clock),
    )


async def _moved(sensor: Sensor, identity: Identity, clock: Clock) -> tuple[str, ...]:
    """The variables whose moment of measuring is another one a second later."""
    family = family_of(identity.name)
    names = tuple(MOVING) if family is None or family in _HAVE_MOMENTS else ()
    first = moving((await read_variables(sensor, names, tolerant=True))[0])
    if not first:
        return ()
    await clock.sleep(_BETWEEN)
    second = moving((await read_variables(sensor, tuple(first), tolerant=True))[0])
    return tuple(name for name, moment in first.items() if second.get(name, moment) > moment)


def _hosts(host: str) -> frozenset[str]:
    """The IPv4 addresses of a host; empty: it cannot be resolved."""
    if is_ip_address(host):
        return frozenset({host})
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(str(entry[4][0]) for entry in found)
