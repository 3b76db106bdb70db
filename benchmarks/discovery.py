"""How quickly a search shows what it has heard, and how long a sweep into silence takes."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import IPv4Network
from typing import Final

from benchmarks.place import Place, SimulatedSensor
from benchmarks.report import BenchmarkError, Measured
from sicktui.discovery.search import NamedHost
from sicktui.engine.context import Context, open_context
from sicktui.engine.discovery.search import Progress, SearchRequest, search

PART: Final = "search"
SWEEP_PART: Final = "sweep"
HEARD: Final = 200
"""Sensors that answer at once."""
AFTER: Final = 1.0
"""Seconds after the end of the collection until all of them are in the list, confirmed."""
SENSORS: Final = 20
SWEPT: Final = 15.0
"""Seconds for a /24 with ``SENSORS`` sensors, everything else in it silent."""
_RANGE: Final = "127.30.7."
_PIECE: Final = 65536


def measure() -> list[Measured]:
    """About 20 s."""
    with Place() as place:
        lines = place.simulated([SimulatedSensor(name=f"sensor-{n}") for n in range(HEARD)])
        targets = [_target(str(line["autoip"])) for line in lines]
        ports = tuple(_target(str(line["address"])).port or 80 for line in lines)
        request = SearchRequest(targets=tuple(targets), ports=ports, broadcast=False)
        context = _context(place)
        progress = asyncio.run(_search(context, request))
    wait = context.settings.discovery.wait
    heard = _when(progress, HEARD, confirmed=False)
    confirmed = _when(progress, HEARD, confirmed=True)
    return [
        Measured(part=PART, what=f"{HEARD} answers at once, all in the list", value=heard, unit="s"),
        Measured(
            part=PART,
            what="the same, after the collection",
            value=max(0.0, heard - wait),
            unit="s",
            bound=AFTER,
        ),
        Measured(
            part=PART,
            what="all confirmed, after the collection",
            value=max(0.0, confirmed - wait),
            unit="s",
            bound=AFTER,
        ),
        Measured(
            part=PART, what="end, after the collection", value=progress[-1].seen.seconds - wait, unit="s"
        ),
    ]


def measure_sweep() -> list[Measured]:
    """About 30 s."""
    with Place() as place:
        addresses = place.simulate([SimulatedSensor(name=f"sensor-{n}") for n in range(SENSORS)])
        context = _context(place)
        progress = asyncio.run(_sweep(context, addresses))
    found = sum(each.confirmed for each in progress[-1].found)
    if found != SENSORS:
        raise BenchmarkError(f"The sweep found {found} of {SENSORS} sensors.")
    return [
        Measured(
            part=SWEEP_PART,
            what=f"/24, {SENSORS} sensors, the rest silent",
            value=progress[-1].seen.seconds,
            unit="s",
            bound=SWEPT,
        ),
        Measured(
            part=SWEEP_PART,
            what=f"all {SENSORS} in the list",
            value=_when(progress, SENSORS, confirmed=True),
            unit="s",
        ),
    ]


def _context(place: Place) -> Context:
    return open_context(home=place.home, environ=place.environ, use_keyring=False)


def _target(place: str) -> NamedHost:
    host, _, port = place.partition(":")
    return NamedHost(host=host, port=int(port))


async def _search(context: Context, request: SearchRequest) -> list[Progress]:
    return [progress async for progress in search(context, request, own=())]


def _when(progress: list[Progress], number: int, *, confirmed: bool) -> float:
    """Seconds until this many sensors were in the list."""
    for each in progress:
        found = [one for one in each.found if one.serial and (one.confirmed or not confirmed)]
        if len(found) >= number:
            return each.seen.seconds
    raise BenchmarkError(f"Only {len(progress[-1].found)} of {number} sensors were found.")


async def _sweep(context: Context, addresses: list[str]) -> list[Progress]:
    """A subnet of loopback: some of its hosts are relays to the sensors, the others answer nothing."""
    port = free_port()
    hosts = [f"{_RANGE}{number}" for number in range(1, 255)]
    with silent(hosts[SENSORS:], port):
        async with _relays(dict(zip(hosts, addresses, strict=False)), port):
            request = SearchRequest(networks=(IPv4Network(f"{_RANGE}0/24"),), ports=(port,), broadcast=False)
            return await _search(context, request)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def silent(hosts: list[str], port: int) -> Iterator[None]:
    """Addresses that answer nothing: Linux drops a SYN to a listener whose queue is full."""
    with contextlib.ExitStack() as stack:
        for host in hosts:
            listener = stack.enter_context(socket.socket())
            listener.bind((host, port))
            listener.listen(0)
            for _ in range(2):
                filling = stack.enter_context(socket.socket())
                filling.setblocking(False)  # noqa: FBT003  as the library names it
                filling.connect_ex((host, port))
        time.sleep(0.2)
        yield


@asynccontextmanager
async def _relays(sensors: dict[str, str], port: int) -> AsyncIterator[None]:
    """Each host passes its connections on to a sensor."""
    async with contextlib.AsyncExitStack() as stack:
        for host, address in sensors.items():
            target = _target(address)

            async def relay(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: NamedHost = target
            ) -> None:
                there, back = await asyncio.open_connection(target.host, target.port)
                await asyncio.gather(_copy(reader, back), _copy(there, writer))

            await stack.enter_async_context(await asyncio.start_server(relay, host, port))
        yield


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()
