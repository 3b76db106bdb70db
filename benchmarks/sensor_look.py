"""The CPU time of one look at a sensor, beside what it costs when httpcore searches for sniffio each time."""

import asyncio
import statistics
import sys
import time
from typing import Final

from benchmarks.place import Place, SimulatedSensor
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
        now, searching = asyncio.run(_measure(place, address))
    return [
        Measured(part=PART, what="CPU of one look", value=statistics.median(now) * 1000, unit="ms"),
        Measured(
            part=PART,
            what="the same, sniffio searched for",
            value=statistics.median(searching) * 1000,
            unit="ms",
        ),
        Measured(
            part=PART,
            what="a look over one that searches",
            value=statistics.median(mine / other for mine, other in zip(now, searching, strict=True)),
            bound=BOUND,
        ),
    ]


async def _measure(place: Place, address: str) -> tuple[list[float], list[float]]:
    """Seconds of CPU per look: as it is, and with the search that ``lean_httpx`` prevents."""
    context = open_context(
        home=place.home,
        overrides=["limits.requests_per_second=10000"],
        environ=place.environ,
        use_keyring=False,
    )
    [target] = choose([address], context.devices(), context.settings)
    watch = Watch(context, target)
    now: list[float] = []
    searching: list[float] = []
    try:
        for round_number in range(ROUNDS + 1):
            # In turns, so that whatever else slows this PC slows both.
            taken = await _looks(watch)
            del sys.modules["sniffio"]
            try:
                slower = await _looks(watch)
            finally:
                sys.modules["sniffio"] = None  # type: ignore[assignment]  # what makes its import fail at once
            if round_number:  # the first round imports what is imported late
                now.append(taken)
                searching.append(slower)
    finally:
        await watch.aclose()
    return now, searching


async def _looks(watch: Watch) -> float:
    began = time.process_time()
    for _ in range(LOOKS):
        observation = await watch.look()
        if not observation.reachable:
            raise BenchmarkError(f"The sensor does not answer: {observation.problem}")
    return (time.process_time() - began) / LOOKS
