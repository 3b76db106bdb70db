"""The runner of fifty sensors is killed: how long until somebody sees live again how far each of them is."""

import os
import time
from datetime import UTC, datetime
from typing import Any, Final

from benchmarks.place import KILL, Place, SimulatedSensor, is_alive
from benchmarks.report import BenchmarkError, Measured
from benchmarks.terminal import Terminal

BOUND: Final = 3.0
LIVE_BOUND: Final = 2.0
COUNT: Final = 50
PART: Final = "recovery"
SETTINGS: Final = {"limits.jobs": COUNT, "timing.autostart_wait": 0.0}
_IN_ONE: Final = 60.0
"""Seconds in which fifty sensors have come to their flash."""
_ROWS: Final = 3
"""Rows of the panel that must show what their sensor does."""

_FIFTY: Final = tuple(
    SimulatedSensor(name=f"sensor-{number:02}", flash_seconds=120.0) for number in range(1, COUNT + 1)
)


def measure() -> list[Measured]:
    """About 60 s."""
    with Place() as place:
        place.list_devices(_FIFTY, place.simulate(_FIFTY))
        update = place.update(["all"], place.package(2_000_000), SETTINGS, "--detach")
        run = next(str(line["run"]) for _, line in update.lines() if line["kind"] == "run")
        _until_flashing(place, run)
        live = _dashboard(place)
        if not is_alive(update.pid):
            raise BenchmarkError("The update ended before its runner was to be killed.")
        first, everyone = _resume(place, run, update.pid)
    return [
        Measured(
            part=PART, what="dashboard beside the run, until live", value=live, unit="s", bound=LIVE_BOUND
        ),
        Measured(part=PART, what="SIGKILL, resume, news of a sensor", value=first, unit="s", bound=BOUND),
        Measured(part=PART, what=f"news of all {COUNT}", value=everyone, unit="s", bound=None),
    ]


def _until_flashing(place: Place, run: str) -> None:
    attached = place.call("runs", ["attach", run], {})
    flashing: set[str] = set()
    deadline = time.monotonic() + _IN_ONE
    for arrived, line in attached.lines():
        if line["kind"] == "update_state" and line["value"] == 1:
            flashing.add(line["device"])
        if len(flashing) == COUNT:
            return
        if arrived > deadline:
            break
    raise BenchmarkError(f"Only {len(flashing)} of {COUNT} sensors came to their flash.\n{place.errors()}")


def _dashboard(place: Place) -> float:
    """Seconds from the start of a dashboard until its panel shows what the sensors of the run do."""
    began = time.monotonic()
    with Terminal(place.command(), place.environ) as terminal:
        return terminal.wait_until(_shows_the_run, 20.0) - began


def _shows_the_run(screen: list[str]) -> bool:
    # In the list and in the panel, line by line: the flash, and the sensor's own Started.
    return sum("flash" in line and "Started" in line for line in screen) >= _ROWS


def _resume(place: Place, run: str, pid: int) -> tuple[float, float]:
    """Kill the runner and resume the run: seconds until news of the first sensor, and of all."""
    killed, moment = time.monotonic(), datetime.now(UTC)
    os.kill(pid, KILL)
    resumed = place.call("runs", ["resume", run], SETTINGS)
    heard: dict[str, float] = {}
    for arrived, line in resumed.lines():
        if _is_news(line, moment):
            heard.setdefault(line["device"], arrived - killed)
        if len(heard) == COUNT:
            return min(heard.values()), max(heard.values())
    raise BenchmarkError(f"Only {len(heard)} of {COUNT} sensors were heard of again.\n{place.errors()}")


def _is_news(line: dict[str, Any], since: datetime) -> bool:
    """Whether the state came from the sensor itself; anything else may come from the journal."""
    return line["kind"] == "update_state" and datetime.fromisoformat(line["ts"]) > since
