"""The dashboard at rest with fifty sensors: how much it writes to its terminal."""

from typing import Final

from benchmarks.place import Place, SimulatedSensor, requests_of
from benchmarks.report import Measured
from benchmarks.terminal import Terminal

BOUND: Final = 10.0
COUNT: Final = 50
PART: Final = "traffic"
SECONDS: Final = 30.0
SETTLING: Final = 20.0
"""Seconds until every sensor was read once (politely) and has answered its first polls."""

_FIFTY: Final = tuple(SimulatedSensor(name=f"sensor-{number:02}") for number in range(1, COUNT + 1))


def measure() -> list[Measured]:
    """About 60 s."""
    with Place() as place:
        addresses = place.simulate(_FIFTY)
        place.list_devices(_FIFTY, addresses)
        with Terminal(place.command(), place.environ) as terminal:
            terminal.wait_until(lambda screen: any("sensor-01" in line for line in screen), 20.0)
            terminal.watch(SETTLING)
            before, asked = terminal.written, requests_of(addresses[0])
            terminal.watch(SECONDS)
            rate = (terminal.written - before) / SECONDS / 1000
            asked = requests_of(addresses[0]) - asked
    return [
        Measured(part=PART, what="until all have answered, in all", value=before / 1000, unit="kB", digits=0),
        Measured(part=PART, what="requests to one sensor", value=asked / SECONDS, unit="/s"),
        Measured(part=PART, what=f"at rest, {COUNT} sensors polled", value=rate, unit="kB/s", bound=BOUND),
    ]
