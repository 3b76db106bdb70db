"""A sensor changes its state and pushes that: how long until it is on a real terminal."""

import statistics
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Final

from benchmarks.place import Place, SimulatedSensor
from benchmarks.report import Measured
from benchmarks.terminal import Terminal

PART: Final = "latency"
BOUND: Final = 300.0
COUNT: Final = 50
CHANGED: Final = 24
"""Sensors whose state changes, one after the other: those whose rows are on the screen."""
_TRIGGER: Final = "LFPmedianFilter"
"""No look reads it: the sensor stops measuring when the benchmark asks for it."""
_LIVE: Final = 30.0
"""Seconds until all of them push: eight registrations each, after the first look."""
_THREAD_SWITCH: Final = 0.0005


def measure() -> list[Measured]:
    """About 50 s."""
    sys.setswitchinterval(_THREAD_SWITCH)
    stops: dict[str, str | int | float] = {"name": "measuring_stops", "at": f"GET {_TRIGGER}"}
    sensors = tuple(
        SimulatedSensor(name=f"sensor-{number:02}", version="2.3.3.0R", fault=(stops,))
        for number in range(1, COUNT + 1)
    )
    with Place() as place:
        addresses = place.simulate(sensors)
        place.list_devices(sensors, addresses)
        with Terminal(place.command(), place.environ) as terminal:
            terminal.wait_until(_row("sensor-01", "normal"), 20.0)
            terminal.watch(_LIVE)
            taken = [
                _until_shown(terminal, sensor.name, address)
                for sensor, address in zip(sensors[:CHANGED], addresses, strict=False)
            ]
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return [
        Measured(
            part=PART, what=f"a push on the screen, median of {CHANGED}", value=cuts[49], unit="ms", digits=0
        ),
        Measured(part=PART, what="worst", value=max(taken), unit="ms", bound=BOUND, digits=0),
    ]


def _until_shown(terminal: Terminal, name: str, address: str) -> float:
    """Milliseconds from before the request that changes a sensor until its row shows it."""
    connection = HTTPConnection(address, timeout=5.0)
    try:
        began = time.monotonic()
        connection.request("GET", f"/api/{_TRIGGER}")
        shown = terminal.wait_until(_row(name, "suspended"), 20.0)
        connection.getresponse().read()
    finally:
        connection.close()
    terminal.watch(0.3)
    return (shown - began) * 1000


def _row(name: str, word: str) -> Callable[[list[str]], bool]:
    return lambda screen: any(name in line and word in line for line in screen)
