"""The dashboard as a process: its first picture, its processor time at rest, its memory over a day."""

import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.place import Place, SimulatedSensor, memory, record_of, requests_of, whole_process
from benchmarks.report import Measured
from benchmarks.terminal import Terminal

PART: Final = "picture"
IDLE_PART: Final = "idle"
PUSHED_PART: Final = "pushed"
REST_PART: Final = "rest"
PUSHED_REQUESTS: Final = 0.2
DAY_PART: Final = "day"

FEW: Final = 50
MANY: Final = 500
ROUNDS: Final = 7
FIRST_BOUND: Final = 1.0
RATIO_BOUND: Final = 1.5
MANY_BOUND: Final = 1.5
_UNUSED: Final = "127.0.0.1:9"
"""Nothing listens there: the list is to be shown before any sensor has answered."""

IDLE_BOUND: Final = 3.0
SETTLING: Final = 20.0
SECONDS: Final = 30.0

DAY_BOUND: Final = 5.0
POLLS: Final = 17_280
"""Of each sensor in a day, one every five seconds."""
WARM: Final = 2_000
"""Polls until caches and free lists have the size that they keep."""
_QUICK: Final = ("--set", "timing.poll_interval=0.05", "--set", "limits.requests_per_second=1000")

_NO_HEALTH: Final = ("--set", "dashboard.health_interval=0")

_SMALLEST: Final = """
from textual.app import App
from textual.widgets import Static

class Smallest(App):
    def compose(self):
        yield Static("sensor-01")

Smallest().run()
"""


def measure() -> list[Measured]:
    """About 40 s."""
    imports, smallest, few = [], [], []
    with Place() as place:
        place.list_devices(_sensors(FEW), [_UNUSED] * FEW)
        for round_number in range(ROUNDS + 1):
            # In turns, so that whatever else slows this PC slows all of them.
            imported = whole_process([sys.executable, "-c", "import textual.app"])
            nothing = _first_picture([sys.executable, "-c", _SMALLEST], place)
            ours = _first_picture(place.command(), place)
            if round_number:  # the first round fills the disk cache
                imports.append(imported)
                smallest.append(nothing)
                few.append(ours)
    with Place() as place:
        place.list_devices(_sensors(MANY), [_UNUSED] * MANY)
        many = [_first_picture(place.command(), place) for _ in range(ROUNDS)]
    ratio = statistics.median(ours / least for ours, least in zip(few, smallest, strict=True))
    over_import = statistics.median(ours / least for ours, least in zip(few, imports, strict=True))
    return [
        Measured(
            part=PART, what='python -c "import textual.app"', value=statistics.median(imports), unit="s"
        ),
        Measured(part=PART, what="smallest program on Textual", value=statistics.median(smallest), unit="s"),
        Measured(
            part=PART, what=f"{FEW} profiles", value=statistics.median(few), unit="s", bound=FIRST_BOUND
        ),
        Measured(part=PART, what="over the import", value=over_import, bound=RATIO_BOUND),
        Measured(part=PART, what="over the smallest program", value=ratio, bound=RATIO_BOUND),
        Measured(
            part=PART, what=f"{MANY} profiles", value=statistics.median(many), unit="s", bound=MANY_BOUND
        ),
    ]


def measure_idle() -> list[Measured]:
    """About 60 s."""
    asked, used = _at_rest(_sensors(FEW), SETTLING, SECONDS, *_NO_HEALTH)
    return [
        Measured(part=IDLE_PART, what="requests to one sensor", value=asked, unit="/s"),
        Measured(
            part=IDLE_PART,
            what=f"{FEW} sensors polled, of a core",
            value=used * 100,
            unit="%",
            bound=IDLE_BOUND,
            digits=1,
        ),
    ]


def measure_pushed() -> list[Measured]:
    """About 130 s: the looks of a sensor that pushes are 45 s apart."""
    return _pushed(PUSHED_PART, "that push", 40.0, 90.0, *_NO_HEALTH)


def measure_rest() -> list[Measured]:
    """About 26 minutes: a round of readings in the background, the first of which is over after ten."""
    return _pushed(REST_PART, "that push, health read", 600.0, 900.0)


def _pushed(part: str, what: str, settling: float, seconds: float, *more: str) -> list[Measured]:
    asked, used = _at_rest(_sensors(FEW, "2.3.3.0R"), settling, seconds, *more)
    return [
        Measured(part=part, what="requests to a sensor", value=asked, unit="/s", bound=PUSHED_REQUESTS),
        Measured(
            part=part,
            what=f"{FEW} sensors {what}, of a core",
            value=used * 100,
            unit="%",
            bound=IDLE_BOUND,
            digits=1,
        ),
    ]


def _at_rest(
    sensors: tuple[SimulatedSensor, ...], settling: float, seconds: float, *more: str
) -> tuple[float, float]:
    """Requests to a sensor and seconds of a core, both a second."""
    with Place() as place:
        addresses = place.simulate(sensors)
        place.list_devices(sensors, addresses)
        with Terminal(place.command(*more), place.environ) as terminal:
            _wait_for_the_list(terminal)
            terminal.watch(settling)
            asked, before = _asked(addresses), _cpu(terminal.pid)
            terminal.watch(seconds)
            used, asked = _cpu(terminal.pid) - before, _asked(addresses) - asked
    return asked / len(addresses) / seconds, used / seconds


def _asked(addresses: Sequence[str]) -> int:
    """Requests to all of them: their average says more than any one of them."""
    return sum(requests_of(address) for address in addresses)


def measure_day() -> list[Measured]:
    """About 20 minutes: a day's polls, as fast as they come."""
    sensors = (*_sensors(3), _flapping())
    with Place() as place:
        addresses = place.simulate(sensors)
        place.list_devices(sensors, addresses)
        with Terminal(place.command(*_QUICK), place.environ) as terminal:
            _wait_for_the_list(terminal)
            _watch_polls(terminal, addresses[0], WARM)
            before = memory(terminal.pid)["VmRSS"]
            polls = _watch_polls(terminal, addresses[0], WARM + POLLS) - WARM
            grown = memory(terminal.pid)["VmRSS"] - before
    return [
        Measured(part=DAY_PART, what="polls of a sensor", value=polls, digits=0),
        Measured(
            part=DAY_PART, what="its memory after the first polls", value=before / 1e6, unit="MB", digits=1
        ),
        Measured(
            part=DAY_PART, what="grown in a day", value=grown / 1e6, unit="MB", bound=DAY_BOUND, digits=1
        ),
    ]


def _sensors(count: int, version: str = "2.3.0.0R") -> tuple[SimulatedSensor, ...]:
    return tuple(
        SimulatedSensor(name=f"sensor-{number:02}", version=version) for number in range(1, count + 1)
    )


def _flapping() -> SimulatedSensor:
    """A sensor that goes away and comes back all day, each time with its lines in the log."""
    losses: tuple[dict[str, str | int | float], ...] = tuple(
        {"name": "link_lost", "at": "UpdateState", "seconds": 0.5, "after": after, "times": 1}
        for after in range(60, POLLS, 60)
    )
    return SimulatedSensor(name="sensor-09", fault=losses)


def _watch_polls(terminal: Terminal, address: str, wanted: int) -> int:
    """Read the terminal until a sensor was polled so often. Returns how often it was."""
    while (polls := _polls(address)) < wanted:
        terminal.watch(2.0)
    return polls


def _polls(address: str) -> int:
    record = record_of(address)
    if not record:
        return 0
    kept = sum(str(request["path"]).endswith("UpdateState") for request in record)
    # The record keeps the last requests only, and numbers them from the first on.
    return round(kept * int(record[-1]["number"]) / len(record))


def _first_picture(command: list[str], place: Place) -> float:
    """Seconds from the start of the program until its first row is on the screen."""
    began = time.monotonic()
    with Terminal(command, place.environ) as terminal:
        return _wait_for_the_list(terminal) - began


def _wait_for_the_list(terminal: Terminal) -> float:
    return terminal.wait_until(lambda screen: any("sensor-01" in line for line in screen), 20.0)


def _cpu(pid: int) -> float:
    """Seconds of a core that a process has used so far."""
    if sys.platform == "win32":
        raise NotImplementedError("there is no /proc")
    else:  # noqa: RET506  what follows has no types there
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
