"""The network around this PC, as its interfaces, AutoIP, ARP and TCP show it."""

import asyncio
import contextlib
from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Final

from sicktui.discovery.autoip.collect import UdpTarget, collect
from sicktui.discovery.autoip.setting import set_address
from sicktui.discovery.confirmed import confirmed_ago
from sicktui.discovery.finding import find_sensor
from sicktui.discovery.interfaces import subnets
from sicktui.discovery.neighbours import mac_at
from sicktui.engine.context import Context
from sicktui.engine.discovery.opening import opener
from sicktui.engine.discovery.search import request_of
from sicktui.engine.job.waiting import Deadline
from sicktui.model.network.address import Address
from sicktui.model.network.addressing import Ipv4Config
from sicktui.model.network.subnet import Subnet
from sicktui.model.search.records import Sighting

_PORTS: Final = (80, 443)
_STALE: Final = 10.0
"""Seconds in which a system notices that the device of an old entry has gone."""
_RECENT: Final = 10.0
_REACHABLE: Final = 60.0
"""The same where it has heard the device only just now."""
_CONNECT: Final = 1.5
"""Seconds for a connection: one repetition of a lost packet, and its answer."""


class ThisPc:
    """The real network.

    Args:
        context: the settings and the clock.
        targets: hosts that are asked by unicast, beside the broadcasts: ``IP`` or ``IP:PORT``.
        broadcast: whether this PC's subnets are asked by broadcast.

    Raises:
        UsageError: a target is not valid, or there is neither a target nor a broadcast.
    """

    def __init__(self, context: Context, *, targets: Sequence[str] = (), broadcast: bool = True) -> None:
        self._context = context
        self._settings = context.settings.discovery
        asked = request_of((), (), targets, broadcast=broadcast)
        asked.check()
        self._targets = [UdpTarget(each.host, each.port or self._settings.port) for each in asked.targets]
        self._broadcast = broadcast
        self._begun = context.clock.monotonic()

    @property
    def simulated(self) -> bool:
        """Whether sensors of this PC itself are asked."""
        return any(Address(target.host, target.port).loopback for target in self._targets)

    async def networks(self) -> Sequence[IPv4Network]:
        """The IPv4 subnets of this PC, itself included."""
        found = await asyncio.to_thread(subnets, loopback=True)
        return [subnet.network for subnet in found]

    async def occupant(self, host: str, port: int, own: str | None = None) -> str:
        """What shows that another device has it: a TCP port, or ARP. On loopback, an open port only."""
        loopback = bool(Address(host, port).loopback)
        cached = None if loopback else await mac_at(host)
        ports = dict.fromkeys((port,) if loopback else (*_PORTS, port))
        shown = [found for found in await asyncio.gather(*(_try(host, each) for each in ports)) if found]
        if shown and not (loopback and all(found.refused for found in shown)):
            return next((found.words for found in shown if not found.refused), shown[0].words)
        return "" if loopback else await self._arp(host, own, cached)

    async def _arp(self, host: str, own: str | None, cached: str | None) -> str:
        """What ARP shows of a device that is silent on TCP.

        An entry of the table may be of a device that has gone or moved, so it counts once an answer is
        recent, and newer than the first look of this program. Linux asks again within 8 s, and where it has
        just heard the device, within another 45 s. Where the age is not shown, an entry that stays counts.

        Args:
            host: the address.
            own: the MAC address that does not count.
            cached: the MAC address that the table had before anything was sent.
        """
        clock = self._context.clock
        until, longest = Deadline(clock, _STALE), Deadline(clock, _REACHABLE)
        while (mac := await mac_at(host)) and mac != own:
            fresh = f"a device with the MAC address {mac} answers ARP there"
            if mac != cached:
                return fresh
            ago = await asyncio.to_thread(confirmed_ago, host)
            if ago is not None and ago < min(_RECENT, clock.monotonic() - self._begun):
                return fresh
            if ago is None and until.over:
                return f"the neighbour table of this PC has the MAC address {mac} for it"
            if longest.over:
                break
            await _try(host, _PORTS[0])
            await clock.sleep(1.0)
        return ""

    async def find(self, serial: str | None, mac: str | None, near: str, seconds: float) -> str | None:
        """Search by AutoIP, the neighbour table and the subnet around ``near``."""
        clock = self._context.clock
        found = await find_sensor(
            serial=serial,
            mac=mac,
            near=near,
            open_sensor=opener(self._context),
            clock=clock,
            deadline=clock.monotonic() + seconds,
            subnets=await self._subnets(),
            port=self._settings.port,
            probes=self._settings.probes,
        )
        return found.address if found else None

    async def search(self, seconds: float) -> Sequence[Sighting]:
        """Search by AutoIP on every interface."""
        heard: dict[tuple[str, str], Sighting] = {}

        def hear(sighting: Sighting) -> None:
            heard.setdefault((sighting.key, sighting.host), sighting)

        await collect(
            subnets=await self._subnets(),
            targets=self._targets,
            port=self._settings.port,
            wait=seconds,
            clock=self._context.clock,
            on_sighting=hear,
        )
        return tuple(heard.values())

    async def assign(self, mac: str, config: Ipv4Config, *, binary: bool) -> bool:
        """Ask one sensor by AutoIP, on every interface."""
        return await set_address(
            mac=mac,
            config=config,
            binary=binary,
            subnets=await self._subnets(),
            targets=self._targets,
            port=self._settings.port,
            clock=self._context.clock,
        )

    async def _subnets(self) -> list[Subnet]:
        return await asyncio.to_thread(subnets) if self._broadcast else []


class _Shown:
    """What one TCP port shows."""

    def __init__(self, words: str, *, refused: bool) -> None:
        self.words = words
        self.refused = refused


async def _try(host: str, port: int) -> _Shown | None:
    """Whether something answers on a TCP port, be it with a refusal."""
    try:
        async with asyncio.timeout(_CONNECT):
            _, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return _Shown(f"a device refuses connections to TCP port {port} there", refused=True)
    except (OSError, TimeoutError):
        return None
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return _Shown(f"a device answers on TCP port {port} there", refused=False)
