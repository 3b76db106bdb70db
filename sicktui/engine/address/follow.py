"""The device list follows a sensor to its new address, in one step."""

import asyncio
from typing import Final

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.model.device import Profile, Target, same_serial
from sicktui.model.errors import ConfigError, SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import names
from sicktui.stores.config.devices import DeviceList, save_devices

_TRIES: Final = 5


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
        changed = _change(context, target, serial, old, new)
    except SicktuiError as error:
        return (
            f"The device list could not be changed: {error.message} Change it with 'sicktui devices edit "
            f"{clean(target.device)} --address {new}'."
        )
    if not changed:
        return ""
    lost = [name for name, user in changed if not context.credentials.follow(name, name, user)]
    word = "profile" if len(changed) == 1 else "profiles"
    done = f"The {word} {names([clean(name) for name, _ in changed])} now has {new}."
    if len(changed) > 1:
        done = done.replace(" now has ", " now have ")
    return f"{done} Log in again: {names(lost)}." if lost else done


def _change(
    context: Context, target: Target, serial: str | None, old: str, new: str
) -> list[tuple[str, str]]:
    """The profiles that were changed, each with its user."""
    for remaining in reversed(range(_TRIES)):
        devices = context.devices()
        moving = _moving(devices, target, serial, old, new)
        if not moving:
            return []
        for name in moving:
            devices = devices.replace(name, structs.replace(devices.profiles[name], address=new))
        try:
            save_devices(context.home.devices_file, devices)
        except ConfigError:
            # Another session has just saved the list: read again, so that its change is not lost.
            if not remaining:
                raise
            continue
        default = context.settings.device.user
        return [(name, devices.profiles[name].user or default) for name in moving]
    return []


def _moving(devices: DeviceList, target: Target, serial: str | None, old: str, new: str) -> list[str]:
    found: list[str] = []
    for name, profile in devices.profiles.items():
        mine = name == target.device and not target.ad_hoc
        pinned = serial is not None and profile.serial is not None and same_serial(serial, profile.serial)
        if (mine or pinned) and profile.address == old != new:
            found.append(name)
    return found


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
    for remaining in reversed(range(_TRIES)):
        devices = context.devices()
        known = next(
            (
                each
                for each in devices.profiles.values()
                if each.serial and profile.serial and same_serial(each.serial, profile.serial)
            ),
            None,
        )
        if known is None and not add:
            return ""
        if known is None:
            words, changed = f"Added to the list as {clean(profile.name)}.", devices.add(profile)
        else:
            tags = tuple(dict.fromkeys((*known.tags, *profile.tags)))
            moved = structs.replace(known, address=profile.address, tags=tags)
            words = f"The list has it as {clean(known.name)}."
            changed = devices.replace(known.name, moved)
        try:
            save_devices(context.home.devices_file, changed)
        except ConfigError:
            if not remaining:
                raise
            continue
        if known is not None:
            user = known.user or context.settings.device.user
            context.credentials.follow(known.name, known.name, user)
        return words
    return ""
