"""Replacing a sensor: what a restore copies to the new one, what it does not, and the device list."""

from typing import Final

from msgspec import structs

from sicktui.engine.parameters.compare import equal, shown
from sicktui.engine.parameters.variables import NETWORK
from sicktui.engine.parameters.write import location_limit
from sicktui.model.device import Identity, Profile
from sicktui.model.run.plan import RestoreOrder
from sicktui.model.safe_text import clean
from sicktui.sensor.transport.redaction import STARS
from sicktui.stores.config.devices import DeviceList, change_devices
from sicktui.stores.disk.home import Home

_LEFT_BEHIND: Final = "passwords and user levels, certificates, counters."
NOT_CARRIED: Final = f"Not copied: network settings, {_LEFT_BEHIND}"


def moved_words(before: dict[str, object], now: dict[str, object]) -> str:
    """Which network settings the restore changed, unexpectedly; empty if none."""
    moved = [
        f"{name} was {shown(before[name])} and is now {shown(now[name])}"
        for name in sorted(before.keys() & now.keys())
        if not equal(before[name], now[name])
    ]
    if not moved:
        return ""
    return (
        f" The backup changed network settings: {'; '.join(moved)}. They may take effect at the next "
        "restart. Write the old values back ('sicktui set'), or look for the sensor at its new address then."
    )


def carried_words(order: RestoreOrder, before: dict[str, object], now: dict[str, object]) -> str:
    """What the new sensor did not get, and which network settings differ from the old one's."""
    if moved_words(before, now):
        return f" Not copied: {_LEFT_BEHIND}"
    different = [
        f"{name} stays {shown(now[name])} (the old sensor had {shown(order.values[name])})"
        for name in sorted(NETWORK & order.values.keys() & now.keys())
        if order.values[name] != now[name]
    ]
    return f" {NOT_CARRIED}" + (f" {'; '.join(different)}." if different else "")


def wanted_location(order: RestoreOrder, identity: Identity) -> str | None:
    """The ``LocationName`` that the new sensor is to have; ``None`` if the old one's is not known.

    Text from a sensor or a file: it is sent to a sensor only if it is harmless, fits, and is all of it: where
    a sensor echoed a secret, the stored text has stars in its place.
    """
    name = order.values.get("LocationName", order.location)
    if not isinstance(name, str) or not name or clean(name) != name or STARS in name:
        return None
    return name if len(name) <= location_limit(identity.name) else None


def take_the_place(home: Home, device: str, identity: Identity) -> str:
    """Store the new sensor's serial number in the device's profile; name and address stay.

    Returns:
        What was done, in words.

    Raises:
        SicktuiError: the device list cannot be read or written.
    """
    words: list[str] = []

    def change(devices: DeviceList) -> tuple[DeviceList, list[Profile]]:
        profile = devices.profiles.get(device)
        words[:] = [_serial_words(device, profile, identity.serial)]
        if profile is None or profile.serial == identity.serial:
            return devices, []
        changed = structs.replace(profile, serial=identity.serial)
        return devices.replace(device, changed), [changed]

    change_devices(home.devices_file, change)
    return words[0]


def _serial_words(device: str, profile: Profile | None, serial: str | None) -> str:
    if profile is None:
        return f"{clean(device)} is not in the device list, so nothing was changed there."
    if profile.serial == serial:
        return f"The profile {clean(device)} has serial number {serial}."
    if serial is None:
        return f"The profile {clean(device)} has no serial number now: the new sensor does not report one."
    before = f" instead of {profile.serial}" if profile.serial else ""
    return f"The profile {clean(device)} now has serial number {serial}{before}."
