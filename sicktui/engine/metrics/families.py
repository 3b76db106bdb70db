"""What is known of the devices, backups and runs of this PC, as families of samples. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from sicktui.engine.metrics.exposition import Family, Sample
from sicktui.engine.metrics.seen import SeenDevice, SeenDevices
from sicktui.model.health.records import HealthState
from sicktui.model.run.event import Summarised

_VALUES: Final = {
    "temperature": ("temperature_celsius", "Temperature inside the sensor."),
    "operating_hours": ("operating_hours", "Operating hours in the life of the sensor."),
    "power_on_count": ("power_ons", "How often the sensor was switched on."),
    "clock_offset": ("clock_offset_seconds", "How far the sensor's clock is ahead of this PC's."),
    "device_status": ("device_status", "DeviceStatus."),
    "device_state": ("device_state", "SCdevicestate."),
}


class LastRun(Struct, frozen=True, kw_only=True):
    """The last run of an operation that is over."""

    finished: str
    summary: Summarised


class KnownDevices(Struct, frozen=True, kw_only=True):
    """All that the file is made of."""

    devices: Mapping[str, str]
    """The addresses of the device list, by name."""
    seen: SeenDevices
    backups: Mapping[str, str] = {}
    """When the newest backup of each device was taken (RFC 3339)."""
    runs: Sequence[LastRun] = ()
    with_addresses: bool = False
    now: datetime


def families(known: KnownDevices) -> list[Family]:
    """The families, in the order of the file."""
    return [*_sensors(known), *_health(known), *_backups(known), *_runs(known), _written(known)]


def _rows(known: KnownDevices) -> Iterator[tuple[str, SeenDevice]]:
    for name in known.devices:
        found = known.seen.devices.get(name)
        if found is not None:
            yield name, found


def _sensors(known: KnownDevices) -> Iterator[Family]:
    rows = list(_rows(known))
    yield _family(
        "sensor_reachable",
        "Whether the sensor answered when it was last looked at.",
        [Sample(labels={"device": name}, value=device.reachable) for name, device in rows],
    )
    yield _family(
        "sensor_seen_timestamp_seconds",
        "When the sensor was last looked at.",
        [Sample(labels={"device": name}, value=_seconds(device.at)) for name, device in rows if device.at],
    )
    yield _family(
        "sensor_info",
        "Model, firmware and serial number of the sensor that answered last.",
        [Sample(labels=_info(known, name, device), value=1) for name, device in rows if device.version],
    )
    yield _family(
        "sensor_update_state",
        "UpdateState.",
        [
            Sample(labels={"device": name}, value=device.update_state)
            for name, device in rows
            if device.update_state is not None
        ],
    )


def _info(known: KnownDevices, name: str, device: SeenDevice) -> dict[str, str]:
    labels = {"device": name, "model": device.model, "version": device.version, "serial": device.serial}
    return labels | ({"address": known.devices[name]} if known.with_addresses else {})


def _health(known: KnownDevices) -> Iterator[Family]:
    rows = [(name, device) for name, device in _rows(known) if device.health]
    yield _family(
        "sensor_health",
        "1 for the state of the sensor's health, 0 for the others.",
        [
            Sample(labels={"device": name, "state": state.value}, value=device.health == state.value)
            for name, device in rows
            for state in HealthState
        ],
    )
    yield _family(
        "sensor_health_timestamp_seconds",
        "When the health of the sensor was last read.",
        [Sample(labels={"device": name}, value=_seconds(device.health_at)) for name, device in rows],
    )
    yield _family(
        "sensor_finding",
        "1 for each finding, by the code of its rule.",
        [
            Sample(labels={"device": name, "code": code, "level": level}, value=1)
            for name, device in rows
            for code, level in device.findings.items()
        ],
    )
    for value, (metric, about) in _VALUES.items():
        yield _family(
            f"sensor_{metric}",
            about,
            [
                Sample(labels={"device": name}, value=device.values[value])
                for name, device in rows
                if value in device.values
            ],
        )


def _backups(known: KnownDevices) -> Iterator[Family]:
    yield _family(
        "backup_timestamp_seconds",
        "When the newest backup of the device was taken.",
        [Sample(labels={"device": name}, value=_seconds(taken)) for name, taken in known.backups.items()],
    )


def _runs(known: KnownDevices) -> Iterator[Family]:
    yield _family(
        "last_run_devices",
        "Devices of the last run of an operation, by verdict.",
        [
            Sample(labels={"operation": run.summary.operation.value, "verdict": verdict.value}, value=number)
            for run in known.runs
            for verdict, number in run.summary.verdicts.items()
        ],
    )
    runs = [({"operation": run.summary.operation.value}, run) for run in known.runs]
    yield _family(
        "last_run_exit_code",
        "Exit code of the last run of an operation.",
        [Sample(labels=labels, value=run.summary.exit_code) for labels, run in runs],
    )
    yield _family(
        "last_run_end_timestamp_seconds",
        "When the last run of an operation ended.",
        [Sample(labels=labels, value=_seconds(run.finished)) for labels, run in runs],
    )


def _written(known: KnownDevices) -> Family:
    return _family(
        "metrics_written_timestamp_seconds",
        "When sicktui wrote this file.",
        [Sample(value=round(known.now.timestamp(), 3))],
    )


def _family(name: str, about: str, samples: Sequence[Sample]) -> Family:
    return Family(name=f"sicktui_{name}", about=about, samples=samples)


def _seconds(moment: str) -> float:
    return round(datetime.fromisoformat(moment).timestamp(), 3)
