"""Finds the sensors of the list that have left their addresses, all by one search. Reads only."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import aclosing

from msgspec import structs

from sicktui.discovery.asking import CONNECT_TIMEOUT, REPLY_TIMEOUT, OpenSensor
from sicktui.discovery.interfaces import subnets
from sicktui.discovery.search import Scope, Search
from sicktui.engine.context import Context
from sicktui.model.device import Identity, Target
from sicktui.model.errors import UsageError
from sicktui.model.network.address import parse_address
from sicktui.model.search.refind import is_at, may_refind
from sicktui.sensor.client import Sensor


def wanted(context: Context, targets: Iterable[Target]) -> dict[str, Identity]:
    """The sensors that can be looked for: by the serial number that the profile pins, else as last seen.

    Args:
        context: the settings, and what is remembered of sensors.
        targets: the devices.
    """
    found: dict[str, Identity] = {}
    for target in targets:
        if not may_refind(context.settings.discovery, target):
            continue
        seen = context.last_seen.of(target)
        identity = seen.identity if seen else Identity(name="", version="", serial=target.serial)
        if identity.key is not None:
            found[target.device] = identity
    return found


async def find_moved(context: Context, targets: Iterable[Target]) -> dict[str, str]:
    """Where sensors answer that do not answer at the address of their profile.

    AutoIP on every subnet of this PC, and the neighbour table; nothing is swept. What answers must be the
    same sensor by its own REST answers.

    Args:
        context: settings, list and clock.
        targets: the devices.

    Returns:
        The address (``host`` or ``host:port``) by device; without those that were not found.
    """
    devices = {target.device: target for target in targets}
    lost = await asyncio.to_thread(wanted, context, devices.values())
    if not lost:
        return {}
    settings = context.settings.discovery
    by_port = {_port(devices[name]): devices[name] for name in lost}
    scope = Scope(
        subnets=tuple(await asyncio.to_thread(subnets, loopback=settings.refind == "on")),
        ports=tuple(by_port),
        port=settings.port,
        wait=settings.wait,
        probes=settings.probes,
    )
    found: dict[str, str] = {}
    search = Search(scope, _opener(context, by_port), context.clock)
    async with aclosing(search.snapshots()) as snapshots:
        async for seen in snapshots:
            for answer in seen.answers:
                for name, identity in lost.items():
                    if answer.identity is not None and identity.is_same_sensor(answer.identity):
                        found[name] = answer.address
            if len(found) == len(lost):
                break
    return {name: place for name, place in found.items() if not is_at(devices[name], place)}


def _opener(context: Context, by_port: Mapping[int, Target]) -> OpenSensor:
    """Clients without a password, over HTTP or HTTPS as the device with that port has it."""
    usual = next(iter(by_port.values()))

    def open_sensor(address: str) -> Sensor:
        like = by_port.get(parse_address(address).port, usual)
        limit = min(REPLY_TIMEOUT, like.timing.request_timeout)
        timing = structs.replace(like.timing, request_timeout=limit)
        return Sensor(
            structs.replace(like, address=address, serial=None, ad_hoc=True, timing=timing),
            password=None,
            queues=context.queues,
            clock=context.clock,
            memory=None,
            connect_timeout=min(CONNECT_TIMEOUT, limit),
        )

    return open_sensor


def _port(target: Target) -> int:
    try:
        return parse_address(target.address, target.scheme).port
    except UsageError:
        return 80
