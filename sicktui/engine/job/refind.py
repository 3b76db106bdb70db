"""Follows the sensor of a job that comes back from a reboot at another address.

It looks beside the job, which goes on watching the old address: by AutoIP and the neighbour table, later in
the subnet too. What answers elsewhere must be the same sensor by serial number, else by MAC address; any
other is only asked who it is. The rules of a verdict know nothing of addresses: they judge what is read.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final, NamedTuple, Protocol, TypeVar

from msgspec import structs

from sicktui.discovery.asking import CONNECT_TIMEOUT
from sicktui.discovery.finding import find_sensor
from sicktui.discovery.interfaces import subnets
from sicktui.engine.job.record import JobRecord
from sicktui.model.clock import Clock
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Level
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.network.address import parse_address
from sicktui.model.safe_text import clean
from sicktui.model.search.refind import is_at, may_refind
from sicktui.model.settings import DiscoverySettings
from sicktui.sensor.client import Sensor
from sicktui.sensor.turns.queue import RequestQueues

SILENCE: Final = 20.0
"""Seconds without an answer after which the search begins."""
TURN: Final = 8.0
"""Seconds of one search. All jobs of a run take turns, since replies go to one socket of the port only."""
SWEEP_TURN: Final = 40.0
PAUSE: Final = 5.0
SWEEP_AFTER: Final = 0.5
"""The part of ``reconnect_timeout`` after which the subnet is swept too: a reboot may take five minutes."""
SWEEP_PAUSE: Final = 60.0

T = TypeVar("T")


class Seen(Enum):
    """What a look at the address of a job amounts to."""

    SENSOR = "sensor"
    """The sensor of the job."""
    NOTHING = "nothing"
    """Silence, or an answer that cannot be read."""
    STRANGER = "stranger"
    """Another sensor."""


class Moved(NamedTuple):
    """A sensor that was followed to another address."""

    identity: Identity
    place: str
    """``host`` or ``host:port``."""


class Finder(Protocol):
    """Finds a sensor on the network."""

    def covers(self, target: Target) -> bool:
        """Whether a sensor is looked for elsewhere at all."""
        ...

    async def find(self, target: Target, identity: Identity, *, sweep: bool) -> str | None:
        """Search for one turn. Returns its address (``host`` or ``host:port``), or ``None``.

        Args:
            target: the device, with the address that the sensor had.
            identity: the sensor.
            sweep: whether to ask every address of its subnet.
        """
        ...


class NetworkFinder:
    """Finds sensors from this PC: one per run.

    Args:
        settings: how sensors are searched for.
        queues: the request queues of the process.
        clock: the time source.
    """

    def __init__(self, settings: DiscoverySettings, queues: RequestQueues, clock: Clock) -> None:
        self._settings = settings
        self._queues = queues
        self._clock = clock
        self._turn = asyncio.Semaphore(1)

    def covers(self, target: Target) -> bool:
        """By the settings, see ``may_refind``."""
        return may_refind(self._settings, target)

    async def find(self, target: Target, identity: Identity, *, sweep: bool) -> str | None:
        """Search in a turn of the run."""

        def open_sensor(address: str) -> Sensor:
            there = structs.replace(target, address=address, serial=None, ad_hoc=True)
            limit = min(CONNECT_TIMEOUT, target.timing.request_timeout)
            return Sensor(
                there,
                password=None,
                queues=self._queues,
                clock=self._clock,
                memory=None,
                connect_timeout=limit,
            )

        async with self._turn:
            found = await find_sensor(
                serial=identity.serial,
                mac=identity.mac,
                near=_with_port(target),
                open_sensor=open_sensor,
                clock=self._clock,
                deadline=self._clock.monotonic() + (SWEEP_TURN if sweep else TURN),
                subnets=await asyncio.to_thread(subnets, loopback=self._settings.refind == "on"),
                port=self._settings.port,
                probes=self._settings.probes,
                sweep_subnet=sweep,
            )
        return found.address if found is not None else None


def _with_port(target: Target) -> str:
    """The address with its port: that of the scheme where none is written."""
    try:
        address = parse_address(target.address, target.scheme)
    except UsageError:
        return target.address
    return f"{address.host}:{address.port}"


class Refinder:
    """Follows the sensor of one job.

    Args:
        finder: searches, where it covers the device; else the sensor is expected where it was.
        target: the device.
        sensor: its connection, which follows it.
        record: where a new address is logged.
        clock: the time source.
    """

    def __init__(
        self, finder: Finder, target: Target, sensor: Sensor, record: JobRecord, clock: Clock
    ) -> None:
        self._finder = finder if finder.covers(target) else None
        self._target = target
        self._sensor = sensor
        self._record = record
        self._clock = clock
        self._place = target.address
        self._proven: Identity | None = None
        """Who it is, where it was seen at its new address."""
        self._silent_since: float | None = None
        self._search: asyncio.Task[str | None] | None = None
        self._searched = False

    @property
    def words(self) -> str:
        """Where the sensor is now and was before, as a sentence for its verdict; empty if it stayed."""
        if self._place == self._target.address:
            lost = self._searched and self._silent_since is not None
            return " It was not found elsewhere in the subnets of this PC." if lost else ""
        return f" It answers at {clean(self._place)} now; before, it was at {clean(self._target.address)}."

    @property
    def moved(self) -> Moved | None:
        """Where the sensor itself was seen last; ``None`` if it stayed, or was not seen there."""
        if self._place == self._target.address or self._proven is None:
            return None
        return Moved(identity=self._proven, place=self._place)

    async def watch(
        self, identity: Identity | None, look: Callable[[], Awaitable[T]], judge: Callable[[T], Seen]
    ) -> T:
        """Look at the sensor where it is known to be, and look again if it was found elsewhere meanwhile.

        Args:
            identity: the sensor; one without serial number and MAC address cannot be found.
            look: looks at it.
            judge: what a look amounts to.
        """
        seen = await look()
        if self._finder is None or identity is None or identity.key is None:
            return seen
        now = self._clock.monotonic()
        what = judge(seen)
        if what is Seen.SENSOR:
            self._proven = identity
            await self.aclose()
            self._silent_since = None
            return seen
        self._proven = None if what is Seen.STRANGER else self._proven
        self._silent_since = now if self._silent_since is None else self._silent_since
        if self._search is None and (what is Seen.STRANGER or now - self._silent_since >= self._delay):
            self._searched = True
            self._search = asyncio.create_task(self._until_found(self._finder, identity, now))
        if what is Seen.STRANGER and self._search is not None:
            await self._record.log(
                Level.WARNING,
                f"Another sensor answers at {clean(self._place)}: looking for {identity.key} elsewhere for "
                f"up to {self._left(now):.0f} s.",
            )
            # A verdict on a sensor that may be elsewhere waits as long as one on a silent sensor.
            await asyncio.wait({self._search})
        place = self._found()
        if place is None or is_at(structs.replace(self._target, address=self._place), place):
            return seen
        await self._follow(place, identity)
        seen = await look()
        self._proven = identity if judge(seen) is Seen.SENSOR else None
        return seen

    async def aclose(self) -> None:
        """Stop looking."""
        search, self._search = self._search, None
        if search is not None:
            search.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(search, return_exceptions=True)

    @property
    def _delay(self) -> float:
        return min(SILENCE, self._target.timing.reconnect_timeout / 4)

    def _left(self, now: float) -> float:
        since = now if self._silent_since is None else self._silent_since
        return max(0.0, since + self._target.timing.reconnect_timeout - now)

    def _found(self) -> str | None:
        """Where the search has found it; once it is over, the next silence may begin another."""
        search = self._search
        if search is None or not search.done():
            return None
        self._search = None
        return search.result()

    async def _until_found(self, finder: Finder, identity: Identity, began: float) -> str | None:
        """Search until it is found or the time for its return is over."""
        limit = self._target.timing.reconnect_timeout
        end = began + self._left(began)
        sweep_at = end - limit * (1 - SWEEP_AFTER)
        while (now := self._clock.monotonic()) < end:
            sweep = now >= sweep_at
            if sweep:
                sweep_at = now + SWEEP_PAUSE
            near = structs.replace(self._target, address=self._place)
            place = None
            # An interface may be down for a moment; the next search shows it.
            with contextlib.suppress(OSError, SicktuiError):
                place = await finder.find(near, identity, sweep=sweep)
            if place is not None:
                return place
            await self._clock.sleep(min(PAUSE, limit / 10))
        return None

    async def _follow(self, place: str, identity: Identity) -> None:
        before, self._place = self._place, place
        await self._sensor.move(place)
        await self._record.log(
            Level.WARNING,
            f"The sensor answers at {clean(place)} now, not at {clean(before)}: found by its {identity.key}.",
        )
