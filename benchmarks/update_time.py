"""Eight sensors side by side: how long the whole takes, over what the slowest one needs by itself."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from benchmarks.place import PACKAGE_BYTES, Call, Place, SimulatedSensor
from benchmarks.report import BenchmarkError, Measured
from sicktui.model.settings import Timing

BOUND: Final = 1.15
PART: Final = "update"
FAST_PART: Final = "overhead"
POLITE_PART: Final = "politeness"
OVER_FLOOR: Final = 3.0
OVER_FLOOR_WITH_BACKUP: Final = 8.0
PLAN_BOUND: Final = 3.0
POLL: Final = 1.0
SETTLE: Final = 3.0
TIMING: Final[Mapping[str, float]] = {
    "timing.poll_interval": POLL,
    "timing.reconnect_interval": POLL,
    "timing.settle": SETTLE,
    # The simulated sensors wait for their trigger, as those of the vendor's OpenAPI files do.
    "timing.autostart_wait": 0.0,
}
_HURRIED: Final = 20.0
"""Requests a second with which politeness costs next to nothing."""
_FINISHED: Final = 2.0


def _fleet(scale: float) -> tuple[SimulatedSensor, ...]:
    """Two sensors of each API generation; the first is the slowest. ``scale`` makes all of them faster."""
    table = (
        ("picoscan-2.3.3", 0.8e6, 26.0, 10.0),
        ("picoscan-2.3.3", 1.0e6, 26.0, 9.0),
        ("picoscan-2.2.1", 0.9e6, 24.0, 10.0),
        ("picoscan-2.2.1", 1.6e6, 22.0, 9.0),
        ("auth-article", 1.2e6, 24.0, 8.0),
        ("auth-article", 2.0e6, 18.0, 7.0),
        ("firmware-article", 1.0e6, 23.0, 10.0),
        ("firmware-article", 1.5e6, 20.0, 6.0),
    )
    return tuple(
        SimulatedSensor(
            name=f"sensor-{number}",
            generation=generation,
            link_rate=link_rate * scale,
            flash_seconds=flash / scale,
            finished_seconds=_FINISHED,
            reboot_seconds=reboot / scale,
        )
        for number, (generation, link_rate, flash, reboot) in enumerate(table, 1)
    )


def own_floor(sensor: SimulatedSensor) -> float:
    """What an update of this sensor takes at least: upload, flash, reboot, one poll, settle."""
    upload = PACKAGE_BYTES / sensor.link_rate
    return upload + sensor.flash_seconds + sensor.finished_seconds + sensor.reboot_seconds + POLL + SETTLE


class Timed(Struct, frozen=True, kw_only=True):
    """How long a call took, in seconds."""

    run: float
    """From the arrival of its ``run`` line to that of its ``summary`` line."""
    command: float
    """From its start to its ``summary`` line: the program's start and the plan included."""


def measure() -> list[Measured]:
    """About 100 s."""
    sensors = _fleet(1.0)
    with Place() as place:
        addresses = place.simulate(sensors)
        backup = _timed(place, place.call("backup", addresses, TIMING), len(sensors))
        update = _timed(place, _update(place, addresses, TIMING), len(sensors))
    floor = max(own_floor(sensor) for sensor in sensors)
    return [
        Measured(part=PART, what="slowest sensor's own floor", value=floor, unit="s", digits=1),
        Measured(part=PART, what="run, over the floor", value=update.run / floor, bound=BOUND),
        Measured(part=PART, what="command with its plan, over the floor", value=update.command / floor),
        Measured(part=PART, what="backup of the eight beforehand", value=backup.run, unit="s", digits=1),
    ]


def measure_overhead() -> list[Measured]:
    """About 45 s."""
    sensors = _fleet(2.0)
    settings = {**TIMING, "limits.requests_per_second": _HURRIED}
    with Place() as place:
        update = _timed(place, _update(place, place.simulate(sensors), settings), len(sensors))
    floor = max(own_floor(sensor) for sensor in sensors)
    return [
        Measured(part=FAST_PART, what="slowest sensor's own floor", value=floor, unit="s", digits=1),
        Measured(part=FAST_PART, what="run at 20 requests/s, over the floor", value=update.run / floor),
    ]


def measure_politeness() -> list[Measured]:
    """About 100 s: every setting at its default, on sensors that start by themselves."""
    link_rate, flash, reboot = 2e6, 3.0, 3.0
    sensors = [
        SimulatedSensor(
            name=f"sensor-{number}",
            link_rate=link_rate,
            flash_seconds=flash,
            finished_seconds=0.0,
            reboot_seconds=reboot,
            autostart_after=0.0,
        )
        for number in range(1, 9)
    ]
    floor = PACKAGE_BYTES / link_rate + flash + reboot + Timing().settle
    results = [Measured(part=POLITE_PART, what="the floor of each sensor", value=floor, unit="s", digits=1)]
    for words, bound, more in (
        ("over the floor", OVER_FLOOR, ["--no-backup"]),
        ("over the floor, with a backup", OVER_FLOOR_WITH_BACKUP, []),
    ):
        with Place() as place:
            addresses = place.simulate(sensors)
            call = place.update(addresses, place.package(), {}, *more)
            timed = _timed(place, call, len(sensors))
        over = timed.run - floor
        plan = timed.command - timed.run
        results += [
            Measured(part=POLITE_PART, what=words, value=over, unit="s", bound=bound, digits=1),
            Measured(part=POLITE_PART, what=f"{words}, ratio", value=timed.run / floor),
            Measured(
                part=POLITE_PART,
                what="plan and start before",
                value=plan,
                unit="s",
                bound=PLAN_BOUND,
                digits=1,
            ),
        ]
    return results


def _update(place: Place, addresses: Sequence[str], settings: Mapping[str, float]) -> Call:
    # The floor has no backup in it; what one costs is measured beside.
    return place.update(addresses, place.package(), settings, "--no-backup")


def _timed(place: Place, call: Call, count: int) -> Timed:
    started: float | None = None
    summary: dict[str, Any] = {}
    ended = call.began
    for ended, line in call.lines():
        if line["kind"] == "run" and started is None:
            started = ended
        elif line["kind"] == "summary":
            summary = line
            break
    if started is None:
        raise BenchmarkError(f"No run came about.\n{place.errors()}")
    call.must_succeed(summary, count)
    return Timed(run=ended - started, command=ended - call.began)
