"""The device list follows a sensor to its new address, in one step."""

import asyncio

from msgspec import structs

from sicktui.engine.address.profiles import changed_words, move_profiles
from sicktui.engine.context import Context
from sicktui.model.device import Profile, Target, same_serial
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import names
from sicktui.stores.config.devices import DeviceList, change_devices


def follow(context: Context, target: Target, serial: str | None, old: str, new: str) -> str:
    """Store the new address in the profiles of a sensor: the device's, and those that pin it at the old one.

    Args:
        context: the device list and the credentials.
        target: the device.
        serial: the sensor's serial number.
        old: where it was, as the profile has it.
        new: where it is now.

    Returns:
        What was done or what keeps it from being done, as a sentence; empty where nothing is to do.
    """
    try:
        changed = move_profiles(context.home.devices_file, target, serial, old, new)
    except SicktuiError as error:
        return (
            f"The device list could not be changed: {error.message} Change it with 'sicktui devices edit "
            f"{clean(target.device)} --address {new}'."
        )
    if not changed:
        return ""
    usual = context.settings.device.user
    lost = [
        each.name
        for each in changed
        if not context.credentials.follow(each.name, each.name, each.user or usual)
    ]
    done = changed_words(changed, new)
    return f"{done} Log in again: {names(lost)}." if lost else done


async def enlist(context: Context, profile: Profile, *, add: bool) -> str:
    """Add a new sensor to the list; where its serial number is there, its address is changed instead.

    Args:
        context: the device list and the credentials.
        profile: the new sensor.
        add: whether one that is not in the list is added.

    Returns:
        What was done, as a sentence; empty if nothing was.

    Raises:
        SicktuiError: the list cannot be read or written, or the name is another sensor's.
    """
    return await asyncio.to_thread(_enlist, context, profile, add=add)


def _enlist(context: Context, profile: Profile, *, add: bool) -> str:
    known: list[Profile] = []

    def change(devices: DeviceList) -> tuple[DeviceList, list[str]]:
        known[:] = [
            each
            for each in devices.profiles.values()
            if each.serial and profile.serial and same_serial(each.serial, profile.serial)
        ][:1]
        for each in known:
            tags = tuple(dict.fromkeys((*each.tags, *profile.tags)))
            there = structs.replace(each, address=profile.address, tags=tags)
            return devices.replace(each.name, there), [f"The list has it as {clean(each.name)}."]
        if not add:
            return devices, []
        return devices.add(profile), [f"Added to the list as {clean(profile.name)}."]

    done = change_devices(context.home.devices_file, change)
    for each in known:
        context.credentials.follow(each.name, each.name, each.user or context.settings.device.user)
    return "".join(done)
