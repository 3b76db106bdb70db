"""Two hundred sensors on one PC: how long a look at all of them, and a plan, takes."""

import subprocess
import time
from collections.abc import Sequence
from typing import Final

from benchmarks.discovery import free_port, silent
from benchmarks.place import Place, SimulatedSensor
from benchmarks.report import BenchmarkError, Measured

PART: Final = "fleet"
SENSORS: Final = 200
STATUS_BOUND: Final = 5.0
PLAN_BOUND: Final = 10.0
SILENT_BOUND: Final = 20.0
_NOTHING_MAY_GO: Final = 4


def measure() -> list[Measured]:
    """About 60 s."""
    sensors = [SimulatedSensor(name=f"s{number:03}") for number in range(SENSORS)]
    with Place() as place:
        package = str(place.package(100_000))
        addresses = place.simulate(sensors)
        place.list_devices(sensors, addresses)
        status = _seconds(place, "status", "all")
        plan = _seconds(place, "plan", "all", "--package", package)
        port = free_port()
        dead = [f"127.0.1.{number}" for number in range(1, SENSORS // 2 + 1)]
        with silent(dead, port):
            half = [f"{host}:{port}" for host in dead] + addresses[: SENSORS // 2]
            place.list_devices(sensors, half)
            partly = _seconds(place, "plan", "all", "--package", package)
    return [
        Measured(
            part=PART, what="status of 200 sensors", value=status, unit="s", bound=STATUS_BOUND, digits=1
        ),
        Measured(part=PART, what="plan of 200 sensors", value=plan, unit="s", bound=PLAN_BOUND, digits=1),
        Measured(
            part=PART,
            what="the same, half of them silent",
            value=partly,
            unit="s",
            bound=SILENT_BOUND,
            digits=1,
        ),
    ]


def _seconds(place: Place, *words: str) -> float:
    command: Sequence[str] = place.command(*words, "--json")
    began = time.monotonic()
    ended = subprocess.run(
        command, env=place.environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    took = time.monotonic() - began
    if ended.returncode not in (0, _NOTHING_MAY_GO):
        raise BenchmarkError(ended.stderr.decode("utf-8", "replace")[-500:])
    return took
