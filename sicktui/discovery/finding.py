"""Finds one sensor again that has left its address, and takes no other sensor for it."""

import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Any, Final

from sicktui.discovery import sweep
from sicktui.discovery.asking import Asker, OpenSensor
from sicktui.discovery.autoip.collect import collect
from sicktui.discovery.autoip.packets import PORT
from sicktui.discovery.neighbours import neighbours
from sicktui.model.clock import Clock
from sicktui.model.device import Identity, same_serial
from sicktui.model.errors import UsageError
from sicktui.model.network.address import parse_address
from sicktui.model.network.subnet import Subnet, is_ipv4
from sicktui.model.search.records import By, RestAnswer, Sighting

FIND_WAIT: Final = 3.0
"""Seconds that one search for a known sensor collects answers."""
FIND_PAUSE: Final = 2.0
SWEEP_EVERY: Final = 60.0
"""Seconds between two sweeps for a known sensor: each asks every other sensor of its subnet too."""
MOST_ASKED: Final = 64
"""Hints that are followed together; a network full of forged answers must not take the memory."""
_SWEPT_PREFIX: Final = 24


async def find_sensor(
    *,
    serial: str | None,
    mac: str | None,
    near: str,
    open_sensor: OpenSensor,
    clock: Clock,
    deadline: float,
    subnets: Sequence[Subnet],
    port: int = PORT,
    probes: int = 32,
    broadcast: bool = True,
    sweep_subnet: bool = True,
) -> RestAnswer | None:
    """Find one sensor that has left its address: by AutoIP and the neighbour table, then in its subnet.

    Args:
        serial: its serial number; decides, where it is known.
        mac: its MAC address; ``None`` if it is not known.
        near: the address that it had (``host`` or ``host:port``). Its port is asked everywhere, and its
            subnet (that of this PC, or 254 addresses around it) is swept.
        open_sensor: makes a client for an address. It needs no password.
        clock: the time source.
        deadline: when to give up, on the clock's monotonic scale.
        subnets: the subnets of this PC, see ``interfaces.subnets``.
        port: the UDP port of the sensors.
        probes: connections at once.
        broadcast: whether to ask by broadcast; else the neighbour table and the sweep must do.
        sweep_subnet: whether to ask every address of its subnet too.

    Returns:
        Where it answers over REST, as itself; ``None`` if it does not until then.
    """
    found: asyncio.Future[RestAnswer] = asyncio.get_running_loop().create_future()
    wanted = Identity(name="", version="", serial=serial, mac=mac)
    finder = _Finder(wanted, near, Asker(open_sensor, probes), clock, subnets=tuple(subnets), found=found)
    work = asyncio.create_task(finder.run(port=port, probes=probes, broadcast=broadcast, sweeps=sweep_subnet))
    limit = asyncio.create_task(clock.sleep(deadline - clock.monotonic()))
    try:
        waited: set[asyncio.Future[Any]] = {work, limit, found}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if found.done():
            return found.result()
        if work.done():
            await work  # It ends by an error only.
        return None
    finally:
        for task in (work, limit, *finder.asks):
            task.cancel()
        await asyncio.gather(work, limit, *finder.asks, return_exceptions=True)


class _Finder:
    """Looks for one sensor until it is found."""

    def __init__(
        self,
        wanted: Identity,
        near: str,
        asker: Asker,
        clock: Clock,
        *,
        subnets: tuple[Subnet, ...],
        found: asyncio.Future[RestAnswer],
    ) -> None:
        self.asks: set[asyncio.Task[None]] = set()
        self._wanted = wanted
        self._asker = asker
        self._clock = clock
        self._subnets = subnets
        self._found = found
        self._network: ipaddress.IPv4Network | None = None
        self._port = 80
        try:
            place = parse_address(near)
        except UsageError:
            return  # not an address any more: the subnets of this PC remain
        self._port = place.port
        if is_ipv4(place.host):
            self._network = _around(place.host, subnets)

    async def run(self, *, port: int, probes: int, broadcast: bool, sweeps: bool) -> None:
        """Look until this is cancelled."""
        swept_at = float("-inf")
        while True:
            for host, mac in await neighbours():
                if mac == self._wanted.mac:
                    self._ask(host, By.NEIGHBOUR)
            if broadcast:
                await collect(
                    subnets=self._subnets,
                    targets=(),
                    port=port,
                    wait=FIND_WAIT,
                    clock=self._clock,
                    on_sighting=self._hear,
                )
            due = self._clock.monotonic() - swept_at >= SWEEP_EVERY
            if sweeps and self._network is not None and due:
                swept_at = self._clock.monotonic()
                await sweep.sweep(sweep.places([self._network], [self._port]), self._probe, at_once=probes)
            await self._clock.sleep(FIND_PAUSE)

    def _hear(self, sighting: Sighting) -> None:
        reply = sighting.reply
        if reply is None:
            return
        if self._wanted.serial and reply.serial:
            fits = same_serial(self._wanted.serial, reply.serial)
        else:
            fits = self._wanted.mac is not None and self._wanted.mac == reply.mac
        if fits:
            self._ask(sighting.host, By.BROADCAST)

    def _ask(self, host: str, by: By) -> None:
        """Ask the address of a hint, if it is in a subnet of this PC or near the old one."""
        near = self._network is not None and ipaddress.IPv4Address(host) in self._network
        if len(self.asks) >= MOST_ASKED or not (
            near or any(subnet.has_host(host) for subnet in self._subnets)
        ):
            return
        task = asyncio.create_task(self._probe(host, self._port, by))
        self.asks.add(task)
        task.add_done_callback(self.asks.discard)

    async def _probe(self, host: str, port: int, by: By = By.SWEEP) -> None:
        if self._found.done():
            return
        answer = await self._asker.who(host, port, by)
        if (
            answer.identity is not None
            and self._wanted.key is not None
            and self._wanted.is_same_sensor(answer.identity)
            and not self._found.done()
        ):
            self._found.set_result(answer)


def _around(host: str, subnets: Sequence[Subnet]) -> ipaddress.IPv4Network:
    """The subnet to sweep for a sensor that was at ``host``: at most 24 bits."""
    prefix = max([_SWEPT_PREFIX, *(subnet.prefix for subnet in subnets if host in subnet)])
    return ipaddress.IPv4Network((host, prefix), strict=False)
