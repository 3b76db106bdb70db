"""What was read last of each device: ``metrics.json`` in the state folder, kept for the metrics alone."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, structs

from sicktui.model.clock import timestamp
from sicktui.model.device import Identity, Observation
from sicktui.model.health.history import TRACKED
from sicktui.model.health.records import DeviceHealth


class SeenDevice(Struct, frozen=True, kw_only=True):
    """A device as it was read last."""

    reachable: bool = False
    at: str = ""
    """When it was looked at (RFC 3339)."""
    model: str = ""
    version: str = ""
    serial: str = ""
    update_state: int | None = None
    health: str = ""
    """The state of its health; empty: it was not read yet."""
    health_at: str = ""
    findings: Mapping[str, str] = {}
    """The level of each, by code."""
    values: Mapping[str, float] = {}


class SeenDevices(Struct, frozen=True, kw_only=True):
    """All devices, by name."""

    devices: Mapping[str, SeenDevice] = {}


def with_observation(before: SeenDevice, seen: Observation, now: str) -> SeenDevice:
    """What a look at a sensor changes."""
    looked = structs.replace(before, reachable=seen.reachable, at=now)
    if seen.identity is None:
        return looked
    state = None if seen.update_state is None else seen.update_state.value
    return structs.replace(_identified(looked, seen.identity), update_state=state)


def with_health(before: SeenDevice, found: DeviceHealth) -> SeenDevice:
    """What a reading of its health changes. A sensor that could not be read keeps no state of before."""
    at, report = timestamp(found.at), found.report
    numbers = {measure.name: measure.value for measure in report.measures if measure.name in TRACKED}
    after = structs.replace(
        before,
        at=at,
        health=report.state.value,
        health_at=at,
        findings={finding.code: finding.level.value for finding in report.findings},
        values={name: float(value) for name, value in numbers.items() if isinstance(value, int | float)},
    )
    if found.identity is None:
        return structs.replace(after, reachable=before.reachable and not _is_silent(found))
    return structs.replace(_identified(after, found.identity), reachable=True)


def _is_silent(found: DeviceHealth) -> bool:
    return any(finding.code == "unreachable" for finding in found.report.findings)


def _identified(device: SeenDevice, identity: Identity) -> SeenDevice:
    return structs.replace(
        device,
        model=identity.device_type or identity.name,
        version=identity.runs,
        serial=identity.serial or "",
    )


def merged(
    seen: SeenDevices,
    observations: Iterable[Observation],
    health: Iterable[DeviceHealth],
    *,
    listed: Iterable[str],
    now: str,
) -> SeenDevices:
    """The record with what was read since; devices that are not listed any more are left out.

    Args:
        seen: the record so far.
        observations: looks at sensors.
        health: readings of their health.
        listed: the names of the device list.
        now: the time of the looks (RFC 3339).
    """
    known = set(listed)
    devices = {name: device for name, device in seen.devices.items() if name in known}
    for observation in observations:
        if observation.device in known:
            before = devices.get(observation.device, SeenDevice())
            devices[observation.device] = with_observation(before, observation, now)
    for found in health:
        if found.device in known:
            devices[found.device] = with_health(devices.get(found.device, SeenDevice()), found)
    return SeenDevices(devices=devices)
