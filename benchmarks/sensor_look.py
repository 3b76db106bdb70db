"""The CPU time of one look at a sensor, beside that of the same four requests through the pool of httpx."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Final

import httpx

from benchmarks.place import Place, SimulatedSensor, record_of, requests_of
from benchmarks.report import BenchmarkError, Measured
from sicktui.engine.context import open_context
from sicktui.engine.observe import Watch
from sicktui.engine.targets import choose

BOUND: Final = 0.9
LOOKS: Final = 40
PART: Final = "look"
ROUNDS: Final = 15


def measure() -> list[Measured]:
    """About 15 s."""
    with Place() as place:
        address = place.simulate([SimulatedSensor(name="sensor")])[0]
        now, through_httpx = asyncio.run(_measure(place, address))
    return [
        Measured(part=PART, what="CPU of one look", value=statistics.median(now) * 1000, unit="ms"),
        Measured(
            part=PART,
            what="its requests, httpx's own pool",
            value=statistics.median(through_httpx) * 1000,
            unit="ms",
        ),
        Measured(
            part=PART,
            what="a look over them",
            value=statistics.median(mine / other for mine, other in zip(now, through_httpx, strict=True)),
            bound=BOUND,
        ),
    ]


async def _measure(place: Place, address: str) -> tuple[list[float], list[float]]:
    """Seconds of CPU per look: as it is, and only its requests with a bare transport of httpx."""
    context = open_context(
        home=place.home,
        overrides=["limits.requests_per_second=10000"],
        environ=place.environ,
        use_keyring=False,
    )
    [target] = choose([address], context.devices(), context.settings)
    watch = Watch(context, target)
    asked: list[str]

    async def look() -> None:
        observation = await watch.look()
        if not observation.reachable:
            raise BenchmarkError(f"The sensor does not answer: {observation.problem}")

    async def ask() -> None:
        for url in asked:
            request = httpx.Request("GET", url, headers={"Connection": "close"})
            response = await transport.handle_async_request(request)
            await response.aread()
            await response.aclose()

    now: list[float] = []
    through_httpx: list[float] = []
    try:
        async with httpx.AsyncHTTPTransport(trust_env=False) as transport:
            await look()  # the first one asks for more
            before = await asyncio.to_thread(requests_of, address)
            await look()
            of_a_look = (await asyncio.to_thread(record_of, address))[before:]
            asked = [f"http://{address}{entry['path']}" for entry in of_a_look]
            for round_number in range(ROUNDS + 1):
                # In turns, so that whatever else slows this PC slows both.
                taken, beside = await _cpu_of(look), await _cpu_of(ask)
                if round_number:  # the first round imports what is imported late
                    now.append(taken)
                    through_httpx.append(beside)
    finally:
        await watch.aclose()
    return now, through_httpx


async def _cpu_of(what: Callable[[], Awaitable[None]]) -> float:
    began = time.process_time()
    for _ in range(LOOKS):
        await what()
    return (time.process_time() - began) / LOOKS
