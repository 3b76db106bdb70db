"""Sensors that fall silent or answer with errors: what the others lose, and what reaches these meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.place import Place, SimulatedSensor, record_of
from benchmarks.report import BenchmarkError, Measured

PART: Final = "outage"
DELAY_BOUND: Final = 1.0
RATE_BOUND: Final = 1.0
GOOD: Final = 8
SETTINGS: Final[Mapping[str, float]] = {
    "limits.jobs": 20,
    "limits.max_failures": 20,
    "timing.autostart_wait": 0.0,
    "timing.settle": 3.0,
    # The silent ones are given up after a while; how often they are asked is the default.
    "timing.request_timeout": 3.0,
    "timing.reconnect_timeout": 25.0,
}
_ALWAYS: Final = {"at": "*", "when": "flashing", "times": "always"}
_OUTAGES: Final[Mapping[str, dict[str, str | int | float]]] = {
    # The plan's read is answered, the runner's first one never.
    "silent-from-the-start": {"name": "hang", "at": "DeviceIdent", "after": 1, "times": "always"},
    "silent-in-its-flash": {"name": "hang", **_ALWAYS},
    "errors-in-its-flash": {"name": "http_503", **_ALWAYS},
    "cut-off-in-its-flash": {"name": "cut_reply", **_ALWAYS},
}


def measure() -> list[Measured]:
    """About 110 s."""
    good = [
        SimulatedSensor(name=f"sensor-{number}", flash_seconds=15.0, reboot_seconds=5.0)
        for number in range(GOOD)
    ]
    bad = [
        SimulatedSensor(name=name, flash_seconds=30.0, reboot_seconds=5.0, fault=(fault,))
        for name, fault in _OUTAGES.items()
    ]
    alone, _ = _run(good)
    beside, requests = _run([*good, *bad])
    delay = max(beside[sensor.name] - alone[sensor.name] for sensor in good)
    struck = {name: _struck(requests[name]) for name in _OUTAGES}
    for name, seconds in struck.items():
        if not seconds:
            raise BenchmarkError(f"The outage of {name} did not come about.")
    return [
        Measured(
            part=PART, what=f"slowest of {GOOD} sensors alone", value=max(alone.values()), unit="s", digits=1
        ),
        Measured(
            part=PART,
            what=f"most that one loses beside {len(bad)} bad ones",
            value=delay,
            unit="s",
            bound=DELAY_BOUND,
        ),
        Measured(
            part=PART,
            what="most requests in one second of outage",
            value=max(_most_in_a_second(seconds) for seconds in struck.values()),
            bound=RATE_BOUND,
            digits=0,
        ),
        Measured(
            part=PART,
            what="requests in all four outages",
            value=sum(len(seconds) for seconds in struck.values()),
            digits=0,
        ),
    ]


def _run(sensors: Sequence[SimulatedSensor]) -> tuple[dict[str, float], dict[str, list[dict[str, Any]]]]:
    """Update all: the seconds of each sensor's job, and every request that each has had."""
    with Place() as place:
        addresses = place.simulate(sensors)
        place.list_devices(sensors, addresses)
        update = place.update(["all"], place.package(2_000_000), SETTINGS, "--no-backup")
        verdicts = {line["device"]: line for _, line in update.lines() if line["kind"] == "verdict"}
        for sensor in sensors:
            if sensor.name not in _OUTAGES and verdicts[sensor.name]["verdict"] != "succeeded":
                raise BenchmarkError(f"{sensor.name} ended with {verdicts[sensor.name]}.\n{place.errors()}")
        records = {
            sensor.name: record_of(address) for sensor, address in zip(sensors, addresses, strict=True)
        }
    return {name: float(line["seconds"]) for name, line in verdicts.items()}, records


def _struck(requests: Sequence[Mapping[str, Any]]) -> list[float]:
    """When a sensor was asked during its outage."""
    return [request["seconds"] for request in requests if request["fault"]]


def _most_in_a_second(moments: Sequence[float]) -> int:
    return max(sum(start <= moment < start + 1.0 for moment in moments) for start in moments)
