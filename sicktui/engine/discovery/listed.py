"""The device list as a search compares it: with the IP addresses of its names."""

import asyncio
import socket
from collections.abc import Iterable
from concurrent.futures import wait
from typing import Final

from sicktui.engine.context import Context
from sicktui.model.device import Profile
from sicktui.model.network.address import parse_address
from sicktui.model.network.subnet import is_ipv4
from sicktui.model.search.records import Listed
from sicktui.model.settings import Scheme
from sicktui.sensor.transport.names import begin_look_up

NAME_LIMIT: Final = 2.0
"""Seconds for the names of all devices together."""


async def listed(context: Context, profiles: Iterable[Profile]) -> list[Listed]:
    """Every entry of the list.

    Args:
        context: the settings, for the usual scheme.
        profiles: the entries.
    """
    return await asyncio.to_thread(_listed, list(profiles), context.settings.device.scheme)


def _listed(profiles: list[Profile], scheme: Scheme) -> list[Listed]:
    places = [parse_address(profile.address, profile.scheme or scheme) for profile in profiles]
    begun = {
        place.host: begin_look_up(place.host, place.port)
        for place in places
        if not is_ipv4(place.host) and ":" not in place.host
    }
    wait(begun.values(), timeout=NAME_LIMIT)
    hosts = {place.host: place.host for place in places if is_ipv4(place.host)}
    for name, looked_up in begun.items():
        if looked_up.done() and looked_up.exception() is None:
            found = [entry[4][0] for entry in looked_up.result() if entry[0] is socket.AF_INET]
            hosts.update({name: found[0]} if found else {})
    return [
        Listed(
            name=profile.name,
            address=profile.address,
            host=hosts.get(place.host, ""),
            port=place.port,
            serial=profile.serial,
        )
        for profile, place in zip(profiles, places, strict=True)
    ]
