"""Two hundred sensors in one run: how long it takes over the ideal schedule, and what its runner needs."""

import heapq
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from benchmarks.place import Place, SimulatedSensor, memory, processor_time
from benchmarks.report import BenchmarkError, Measured
from benchmarks.runner_memory import MB, journal_bytes

PART: Final = "schedule"
SENSORS: Final = 200
BOUND: Final = 1.1
MEMORY_BOUND: Final = 110.0
JOURNAL_BOUND: Final = 60.0
SCALES: Final = {8: 1.0, 20: 2.0, 50: 4.0}
"""How many jobs, and how much longer the flashes are then, so that two cores can follow."""
PACKAGE_BYTES: Final = 1_000_000
_SETTINGS: Final = {
    "limits.requests_per_second": 20.0,
    "timing.poll_interval": 0.5,
    "timing.reconnect_interval": 0.5,
    "timing.settle": 1.0,
    "timing.autostart_wait": 0.0,
    "timing.request_timeout": 60.0,
}
_KINDS: Final = ((1.0, 1.0), (2.0, 1.0), (1.0, 3.0), (3.0, 2.0), (1.5, 1.5))
"""Seconds of flash and of reboot: sensors that take differently long."""


class Ran(Struct, frozen=True, kw_only=True):
    """One run."""

    seconds: float
    """From its ``run`` line to its ``summary`` line."""
    jobs: dict[str, float]
    """Seconds of each job."""
    peak: int
    """The most bytes that its runner had."""
    journal: int
    """The bytes of its journal."""
    busy: float
    """Seconds of a core that the runner used."""


def measure() -> list[Measured]:
    """About 6 minutes."""
    results: list[Measured] = []
    for jobs, scale in SCALES.items():
        alone = _run(_sensors(len(_KINDS), scale), jobs=len(_KINDS))
        own = [alone.jobs[f"s{number % len(_KINDS):03}"] for number in range(SENSORS)]
        ran = _run(_sensors(SENSORS, scale), jobs=jobs)
        results += _rows(
            jobs, ideal(own, jobs), ideal([ran.jobs[name] for name in sorted(ran.jobs)], jobs), ran
        )
    return results


def ideal(seconds: Sequence[float], jobs: int) -> float:
    """How long a list schedule takes: each place takes the next sensor of the list at once.

    Args:
        seconds: what each sensor takes, in the order of the list.
        jobs: the places.
    """
    places = [0.0] * jobs
    for each in seconds:
        heapq.heappush(places, heapq.heappop(places) + each)
    return max(places)


def _sensors(number: int, scale: float) -> list[SimulatedSensor]:
    kinds = [_KINDS[each % len(_KINDS)] for each in range(number)]
    return [
        SimulatedSensor(
            name=f"s{place:03}",
            flash_seconds=flash * scale,
            finished_seconds=1.0,
            reboot_seconds=reboot * scale,
        )
        for place, (flash, reboot) in enumerate(kinds)
    ]


def _run(sensors: Sequence[SimulatedSensor], *, jobs: int) -> Ran:
    summary: dict[str, Any] = {}
    took: dict[str, float] = {}
    peak, busy, began, ended = 0, 0.0, 0.0, 0.0
    with Place() as place:
        place.list_devices(sensors, place.simulate(sensors))
        update = place.update(["all"], place.package(PACKAGE_BYTES), {**_SETTINGS, "limits.jobs": jobs})
        for moment, line in update.lines():
            if update.pid:  # Both only rise, and lines come until the runner's last moment.
                peak = max(peak, memory(update.pid).get("VmHWM", 0))
                busy = max(busy, processor_time(update.pid))
            match line["kind"]:
                case "run" if not began:
                    began = moment
                case "verdict":
                    took[line["device"]] = float(line["seconds"])
                case "summary":
                    ended, summary = moment, line
        update.must_succeed(summary, len(sensors))
        return Ran(seconds=ended - began, jobs=took, peak=peak, busy=busy, journal=journal_bytes(place))


def _rows(jobs: int, own: float, as_they_took: float, ran: Ran) -> list[Measured]:
    if not own:
        raise BenchmarkError("No job has a time.")
    what = f"200 sensors, {jobs} jobs"
    return [
        Measured(part=PART, what=f"{what}: ideal schedule", value=own, unit="s", digits=1),
        Measured(part=PART, what=f"{what}: over it", value=ran.seconds / own, bound=BOUND),
        Measured(
            part=PART,
            what=f"{what}: over that of its own jobs",
            value=ran.seconds / as_they_took,
            bound=BOUND,
        ),
        Measured(part=PART, what=f"{what}: a core, a sensor", value=ran.busy / SENSORS, unit="s"),
        Measured(
            part=PART,
            what=f"{what}: runner's peak (VmHWM)",
            value=ran.peak / MB,
            unit="MB",
            bound=MEMORY_BOUND,
            digits=1,
        ),
        Measured(
            part=PART,
            what=f"{what}: journal, a sensor",
            value=ran.journal / SENSORS / 1e3,
            unit="kB",
            bound=JOURNAL_BOUND,
            digits=1,
        ),
    ]
