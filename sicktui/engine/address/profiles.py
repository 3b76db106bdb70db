"""The profiles of a sensor that has moved: which they are, and how they follow. A runner does this, too."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from msgspec import structs

from sicktui.engine.job.refind import Moved
from sicktui.model.device import Profile, Target, same_serial
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address import parse_address
from sicktui.model.safe_text import clean
from sicktui.model.search.refind import for_list
from sicktui.model.wording import names
from sicktui.stores.config.devices import DeviceList, change_devices
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.shared_record import SharedRecord
from sicktui.stores.secrets.bindings import BindingsRecord, moved


def move_profiles(file: Path, target: Target, serial: str | None, old: str, new: str) -> list[Profile]:
    """Store the new address in the device's profile, and in those that pin the sensor at the old one.

    Args:
        file: the device list.
        target: the device.
        serial: the sensor's serial number.
        old: where it was, as the profile has it.
        new: where it is now.

    Returns:
        The profiles that were changed, as they are now. One that has another address or pins another sensor
        by now is left as it is.

    Raises:
        ConfigError: the list cannot be read, or was changed again and again.
        SicktuiError: it cannot be written.
    """

    def change(devices: DeviceList) -> tuple[DeviceList, list[Profile]]:
        moving = [each for each in devices.profiles.values() if _is_its(each, target, serial)]
        changed = [structs.replace(each, address=new) for each in moving if each.address == old != new]
        for each in changed:
            devices = devices.replace(each.name, each)
        return devices, changed

    return change_devices(file, change)


def _is_its(profile: Profile, target: Target, serial: str | None) -> bool:
    if serial is None or profile.serial is None:
        return profile.name == target.device and not target.ad_hoc
    return same_serial(serial, profile.serial)


def changed_words(changed: Sequence[Profile], new: str) -> str:
    """Which profiles have the new address now, as a sentence."""
    one = len(changed) == 1
    told = names([clean(each.name) for each in changed])
    return f"The profile{'' if one else 's'} {told} now {'has' if one else 'have'} {new}."


def follow_moved(home: Home, target: Target, found: Moved) -> tuple[str, str]:
    """Change the address of the sensor's profiles, and nothing else, with the places of their passwords.

    A profile that was given another address or another serial number meanwhile is left as it is.

    Args:
        home: the folders.
        target: the device, with the address that it had.
        found: the sensor, as it was seen at its new address.

    Returns:
        What was done, and what is left to do: sentences, either may be empty.
    """
    place = for_list(found.place)
    by_hand = f"'sicktui devices edit {clean(target.device, 64)} --address {clean(place)}'"
    try:
        changed = move_profiles(home.devices_file, target, found.identity.serial, target.address, place)
    except SicktuiError as error:
        return f"The device list could not be changed: {error.message}", f"Change its profile: {by_hand}."
    if not changed:
        return "", ""
    lost = []
    for profile in changed:
        there = parse_address(profile.address, profile.scheme or "http").place
        bindings = SharedRecord(home.bindings_file, BindingsRecord())
        try:
            bindings.change(partial(moved, device=profile.name, address=there))
        except SicktuiError:
            lost.append(clean(profile.name))
    advice = f"Store the password again: 'sicktui login {' '.join(lost)}'." if lost else ""
    return changed_words(changed, place), advice
