"""Listens for the measured data of one sensor, where its own settings send them to this PC."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

from sicktui.discovery.interfaces import subnets
from sicktui.engine.measuring.receivers import LONGEST, CannotListen, Receivers
from sicktui.model.measuring.evidence import MeasuringEvidence
from sicktui.model.measuring.receiving import Way, way_of
from sicktui.model.measuring.stream import Heard
from sicktui.model.network.address import is_ip_address, parse_address


async def listen_for(
    receivers: Receivers,
    settings: Mapping[str, Any],
    address: str,
    serial: str | None,
    *,
    seconds: float = LONGEST,
) -> MeasuringEvidence:
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
    return MeasuringEvidence(way=way, heard=heard, why_not=why_not)


async def _listen(
    receivers: Receivers, way: Way, serial: str | None, hosts: frozenset[str], seconds: float
) -> tuple[Heard | None, str]:
    if not way.is_here:
        return None, ""
    try:
        return await receivers.listen(way, serial=serial, hosts=hosts, seconds=seconds), ""
    except CannotListen as error:
        return None, error.message


def _hosts(host: str) -> frozenset[str]:
    """The IPv4 addresses of a host; empty: it has none, or cannot be resolved."""
    if is_ip_address(host):
        return frozenset() if ":" in host else frozenset({host})
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(str(entry[4][0]) for entry in found)
