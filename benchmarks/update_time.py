"""Eight sensors side by side: how long the whole takes, over what the slowest one needs by itself."""

from typing import Final

from benchmarks.place import PACKAGE_BYTES, Place, SimulatedSensor
from benchmarks.report import Measured

BOUND: Final = 1.15
PART: Final = "update"
POLL: Final = 1.0
SETTLE: Final = 3.0
TIMING: Final = {
    "timing.poll_interval": POLL,
    "timing.reconnect_interval": POLL,
    "timing.settle": SETTLE,
    # The simulated sensors wait for their trigger, as those of the vendor's OpenAPI files do.
    "timing.autostart_wait": 0.0,
}


def _sensor(number: int, generation: str, link_rate: float, flash: float, reboot: float) -> SimulatedSensor:
    return SimulatedSensor(
        name=f"sensor-{number}",
        generation=generation,
        link_rate=link_rate,
        flash_seconds=flash,
        finished_seconds=2.0,
        reboot_seconds=reboot,
    )


SENSORS: Final = (
    _sensor(1, "picoscan-2.3.3", 0.8e6, 28.0, 12.0),
    _sensor(2, "picoscan-2.3.3", 1.0e6, 28.0, 10.0),
    _sensor(3, "picoscan-2.2.1", 0.9e6, 26.0, 12.0),
    _sensor(4, "picoscan-2.2.1", 1.6e6, 24.0, 11.0),
    _sensor(5, "auth-article", 1.2e6, 26.0, 10.0),
    _sensor(6, "auth-article", 2.0e6, 20.0, 9.0),
    _sensor(7, "firmware-article", 1.0e6, 25.0, 12.0),
    _sensor(8, "firmware-article", 1.5e6, 22.0, 8.0),
)


def own_floor(sensor: SimulatedSensor, poll: float = POLL, settle: float = SETTLE) -> float:
    """What an update of this sensor takes at least: upload, flash, reboot, one poll, settle."""
    upload = PACKAGE_BYTES / sensor.link_rate
    return upload + sensor.flash_seconds + sensor.finished_seconds + sensor.reboot_seconds + poll + settle


def measure() -> list[Measured]:
    """About 100 s."""
    with Place() as place:
        addresses = place.simulate(SENSORS)
        update = place.update(addresses, place.package(), TIMING)
        started = ended = update.began
        summary = {}
        for arrived, line in update.lines():
            if line["kind"] == "run" and line["state"] == "running":
                started = arrived
            elif line["kind"] == "summary":
                ended, summary = arrived, line
        update.must_succeed(summary, len(SENSORS))
    floor = max(own_floor(sensor) for sensor in SENSORS)
    return [
        Measured(part=PART, what="slowest sensor's own floor", value=floor, unit="s", digits=1),
        Measured(part=PART, what="run, over the floor", value=(ended - started) / floor, bound=BOUND),
        Measured(part=PART, what="command with its plan, over the floor", value=(ended - update.began) / floor),
    ]
