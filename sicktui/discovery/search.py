"""Finds sensors in three ways at once.

AutoIP asks every subnet of this PC, the neighbour table is read, and the ranges that were asked for are
swept. Each hint is followed to the REST API of the sensor, and nowhere else: its address must be in a subnet
of this PC, in a range, or a target. Without broadcasts it must be in a range or a target.
"""

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from msgspec import Struct

from sicktui.discovery import sweep
from sicktui.discovery.asking import Asker, OpenSensor
from sicktui.discovery.autoip.collect import UdpTarget, collect
from sicktui.discovery.autoip.packets import PORT
from sicktui.discovery.neighbours import neighbours
from sicktui.model.clock import Clock
from sicktui.model.network.subnet import Subnet
from sicktui.model.search.records import By, NoSensor, Remark, RestAnswer, SearchState, Sighting, address_of

TICK: Final = 0.2
"""Seconds between two snapshots."""
CONFIRM_LIMIT: Final = 30.0
"""Seconds for the hints that are still to be followed when everything else is over."""
MOST_SIGHTINGS: Final = 4096
MOST_CLAIMS: Final = 8
"""Addresses that one MAC address may claim; more are not asked."""


class NamedHost(Struct, frozen=True, kw_only=True):
    """A host that is asked by name: over AutoIP by unicast, and over REST."""

    host: str
    port: int | None = None
    """Its port, for both; ``None``: the usual ones."""


class Scope(Struct, frozen=True, kw_only=True):
    """What a search covers."""

    subnets: tuple[Subnet, ...] = ()
    """The subnets of this PC."""
    broadcast: bool = True
    """Whether they are searched: by broadcast, and as the neighbour table has them."""
    networks: tuple[ipaddress.IPv4Network, ...] = ()
    """The ranges of the sweep."""
    ports: tuple[int, ...] = (80,)
    """TCP ports that are asked at every address."""
    ports_named: bool = True
    """Whether a person named them; else they are not asked beside the port of a target."""
    ports_of: dict[str, tuple[int, ...]] = {}
    """Further ports of single hosts, where the list has them."""
    targets: tuple[NamedHost, ...] = ()
    port: int = PORT
    """The UDP port of the sensors."""
    wait: float = 5.0
    """Seconds to collect answers."""
    probes: int = 32
    """Connections at once."""


class Search:
    """One search. ``snapshots`` runs it.

    Args:
        scope: what it covers.
        open_sensor: makes a client for an address.
        clock: the time source.
    """

    def __init__(self, scope: Scope, open_sensor: OpenSensor, clock: Clock) -> None:
        self._scope = scope
        self._clock = clock
        self._asker = Asker(open_sensor, scope.probes)
        self._sightings: dict[tuple[str, str, str], Sighting] = {}
        self._claims: dict[str, int] = {}
        self._hosts: set[str] = set()
        """The addresses of the hints."""
        self._silent: set[tuple[str, int]] = set()
        """What the sweep asked without an answer, and no hint names so far."""
        self._answers: dict[str, RestAnswer] = {}
        self._refusals: dict[str, RestAnswer] = {}
        self._asked: set[tuple[str, int]] = set()
        self._asks: set[asyncio.Task[None]] = set()
        self._unknown = 0
        """Hints that are being followed, and not identified so far."""
        self._all_known = asyncio.Event()
        self._errors: list[BaseException] = []
        self._remarks: list[Remark] = []
        self._total = sweep.size_of(scope.networks, scope.ports)
        self._unsent = 0
        self._began = clock.monotonic()
        self._version = 0

    async def snapshots(self) -> AsyncGenerator[SearchState, None]:
        """Search, and report how far it is every ``TICK`` seconds; the last one is ``done``."""
        self._began = self._clock.monotonic()
        work = asyncio.create_task(self._run())
        try:
            while not work.done():
                tick = asyncio.create_task(self._clock.sleep(TICK))
                await asyncio.wait({work, tick}, return_when=asyncio.FIRST_COMPLETED)
                tick.cancel()
                if not work.done():
                    yield self._snapshot()
            await work
            yield self._snapshot(done=True)
        finally:
            for task in (work, *self._asks):
                task.cancel()
            await asyncio.gather(work, *self._asks, return_exceptions=True)

    def _snapshot(self, *, done: bool = False) -> SearchState:
        return SearchState(
            sightings=tuple(self._sightings.values()),
            answers=tuple(self._answers.values()),
            refusals=dict(self._refusals),
            subnets=self._scope.subnets,
            probed=len(self._asked),
            total=self._total,
            unsent=self._unsent,
            remarks=tuple(self._remarks),
            seconds=self._clock.monotonic() - self._began,
            version=self._version,
            done=done,
        )

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as ways:
            ways.create_task(self._listen())
            ways.create_task(self._look_at_neighbours())
            ways.create_task(self._sweep())
            for target in self._scope.targets:
                ports = (*(() if target.port is None else (target.port,)), *self._ports(target.host))
                for port in ports:
                    self._ask(target.host, port, By.SWEEP)
        await self._look_at_neighbours()  # The sweep and the answers have filled the table.
        await self._finish_asking()
        if self._errors:
            raise self._errors[0]

    async def _finish_asking(self) -> None:
        """Wait for the hints that are still being followed."""
        deadline = self._clock.monotonic() + CONFIRM_LIMIT
        while self._asks:
            left = deadline - self._clock.monotonic()
            if left <= 0:
                self._remarks.append(
                    Remark(
                        code="not_all_asked",
                        message="Too many addresses answered to ask each of them over REST: "
                        "the rest is unconfirmed.",
                    )
                )
                return
            tick = asyncio.create_task(self._clock.sleep(left))
            await asyncio.wait({tick, *self._asks}, return_when=asyncio.FIRST_COMPLETED)
            tick.cancel()

    # The three ways

    async def _listen(self) -> None:
        scope = self._scope
        subnets = scope.subnets if scope.broadcast else ()
        targets = [UdpTarget(target.host, target.port or scope.port) for target in scope.targets]
        if not subnets and not targets:
            return
        self._remarks += await collect(
            subnets=subnets,
            targets=targets,
            port=scope.port,
            wait=scope.wait,
            clock=self._clock,
            on_sighting=self._take,
        )

    async def _look_at_neighbours(self) -> None:
        for host, mac in await neighbours():
            if self._scope.broadcast or self._is_named(host):
                self._take(Sighting(by=By.NEIGHBOUR, host=host, mac=mac))

    async def _sweep(self) -> None:
        scope = self._scope

        async def probe(host: str, port: int) -> None:
            if (host, port) not in self._asked:
                self._asked.add((host, port))
                await self._complete(await self._who(host, port, By.SWEEP))

        await sweep.sweep(sweep.places(scope.networks, scope.ports), probe, at_once=scope.probes)

    # Hints

    def _take(self, sighting: Sighting) -> None:
        """Note a hint, and follow it if its address may be asked."""
        known = (sighting.by, sighting.key, sighting.host)
        if known in self._sightings or len(self._sightings) >= MOST_SIGHTINGS:
            return
        claims = self._claims[sighting.key] = self._claims.get(sighting.key, 0) + 1
        if claims > MOST_CLAIMS:
            return
        self._sightings[known] = sighting
        self._hosts.add(sighting.host)
        self._version += 1
        if not self._may_ask(sighting):
            return
        for port in self._ports(sighting.host):
            if (sighting.host, port) in self._silent:
                self._refuse(
                    RestAnswer(
                        address=address_of(sighting.host, port), host=sighting.host, refusal=NoSensor.SILENT
                    )
                )
            self._ask(sighting.host, port, sighting.by)

    def _ports(self, host: str) -> Sequence[int]:
        scope = self._scope
        named = [target.port for target in scope.targets if target.host == host]
        only = tuple(port for port in named if port is not None)
        usual = (
            scope.ports_named
            or scope.broadcast
            or not named
            or None in named
            or any(ipaddress.IPv4Address(host) in network for network in scope.networks)
        )
        ports = scope.ports if usual else only
        return tuple(dict.fromkeys((*ports, *scope.ports_of.get(host, ()))))

    def _may_ask(self, sighting: Sighting) -> bool:
        """Whether its address is in a subnet of this PC, in a range, or a target."""
        host = sighting.host
        if self._is_named(host):
            return True
        if not self._scope.broadcast or (sighting.by is By.BROADCAST and not sighting.interface):
            return False  # a target that reports another address than its own
        return any(subnet.has_host(host) for subnet in self._scope.subnets)

    def _is_named(self, host: str) -> bool:
        """Whether an address is a target or in a range."""
        address = ipaddress.IPv4Address(host)
        return any(host == target.host for target in self._scope.targets) or any(
            address in network for network in self._scope.networks
        )

    def _ask(self, host: str, port: int, by: By) -> None:
        if (host, port) in self._asked:
            return
        self._asked.add((host, port))
        task = asyncio.create_task(self._follow(host, port, by))
        self._asks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._asks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._errors.append(error)

    async def _follow(self, host: str, port: int, by: By) -> None:
        """Ask the address of a hint, and note what it answers."""
        self._unknown += 1
        try:
            answer = await self._who(host, port, by)
        finally:
            self._unknown -= 1
            if not self._unknown:
                self._all_known.set()
        if answer is not None and self._unknown:
            # Who they all are comes before what they are called.
            self._all_known.clear()
            await self._all_known.wait()
        await self._complete(answer)

    async def _who(self, host: str, port: int, by: By) -> RestAnswer | None:
        """Who answers at an address; ``None`` if no sensor does."""
        answer = await self._asker.who(host, port, by)
        if answer.identity is not None:
            self._note(answer)
            return answer
        self._unsent += answer.refusal is NoSensor.UNSENT
        if answer.refusal is NoSensor.SILENT and host not in self._hosts:
            self._silent.add((host, port))
        else:
            self._refuse(answer)
        return None

    async def _complete(self, answer: RestAnswer | None) -> None:
        if answer is not None:
            heard = any(s.by is By.BROADCAST and s.host == answer.host for s in self._sightings.values())
            self._note(await self._asker.complete(answer, heard=heard))

    def _refuse(self, answer: RestAnswer) -> None:
        """Note that an address has no sensor; what came first of a host's ports counts."""
        if answer.host in self._hosts:
            self._version += 1
        self._refusals.setdefault(answer.host, answer)

    def _note(self, answer: RestAnswer) -> None:
        self._answers[answer.address] = answer
        self._version += 1
