"""Takes what a search has found into the device list. Nothing is sent to any sensor."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.model.device import Profile, resolve, same_serial
from sicktui.model.search.names import name_for
from sicktui.model.search.records import Found, Problem
from sicktui.model.search.refind import for_list
from sicktui.stores.config.device_rules import MAX_NAME
from sicktui.stores.config.devices import DeviceList, change_devices


class Followed(NamedTuple):
    """A device whose address was changed."""

    profile: Profile
    """As it is now."""
    before: str
    """The address that it had."""
    password_kept: bool
    """Whether its stored password went with it; else it is asked for again."""


def can_add(found: Found) -> bool:
    """Whether a sensor can be added: confirmed, not in the list, and nothing is odd about it."""
    return found.confirmed and found.is_new and found.problem is None


def can_follow(found: Found) -> bool:
    """Whether the list can take the new address of a sensor: only if the sensor itself has confirmed it."""
    return found.confirmed and found.problem is Problem.MOVED and found.device is not None


def add(
    context: Context,
    found: Sequence[Found],
    *,
    tags: Sequence[str] = (),
    names: Mapping[str, str] = {},
    addresses: Mapping[str, str] = {},
) -> list[Profile]:
    """Add sensors to the list, with their serial numbers, and remember what they are.

    Those that cannot be added are left out.

    Args:
        context: the list.
        found: what a search has found.
        tags: tags for all of them.
        names: names that a person chose, by ``Found.key``; else they are made from what the sensors report.
        addresses: likewise; else where they were found.

    Returns:
        What was added.

    Raises:
        UsageError: a name or a tag is not valid, or a name is taken; nothing is added then.
        ConfigError: the list cannot be read, or was changed meanwhile.
    """

    def change(devices: DeviceList) -> tuple[DeviceList, list[tuple[Profile, Found]]]:
        added: list[tuple[Profile, Found]] = []
        for each in found:
            if not can_add(each) or _is_listed(each, devices.profiles.values()):
                continue
            taken = {*devices.profiles, *names.values()}
            profile = Profile(
                name=names.get(each.key) or name_for(each, taken, longest=MAX_NAME),
                address=addresses.get(each.key) or each.address,
                serial=each.serial,
                model=each.model,
                tags=tuple(dict.fromkeys(tags)),
            )
            devices = devices.add(profile)
            added.append((profile, each))
        return devices, added

    added = change_devices(context.home.devices_file, change)
    settings = context.settings
    for profile, each in added:
        if each.identity is not None:
            context.last_seen.note(resolve(profile, settings.device, settings.timing), each.identity)
    return [profile for profile, _ in added]


def _is_listed(found: Found, profiles: Iterable[Profile]) -> bool:
    """Whether the list has a sensor since the search: another session, or this one a moment ago."""
    return any(
        same_serial(profile.serial, found.serial)
        if profile.serial is not None and found.serial is not None
        else profile.address == found.address
        for profile in profiles
    )


def follow_moved(
    context: Context, found: Sequence[Found], *, addresses: Mapping[str, str] = {}
) -> list[Followed]:
    """Change the address of every device that a search has found, confirmed, at another one.

    Args:
        context: the list.
        found: what a search has found.
        addresses: addresses that a person chose, by ``Found.key``; else where they were found.

    Raises:
        ConfigError: the list cannot be read, or was changed meanwhile.
    """

    def change(devices: DeviceList) -> tuple[DeviceList, list[tuple[Profile, str]]]:
        moved: list[tuple[Profile, str]] = []
        for each in found:
            before = devices.profiles.get(each.device or "")
            if not can_follow(each) or before is None or not _is_its(before, each):
                continue
            address = addresses.get(each.key) or for_list(each.address)
            if address != before.address:
                after = structs.replace(before, address=address)
                devices = devices.replace(before.name, after)
                moved.append((after, before.address))
        return devices, moved

    usual = context.settings.device.user
    return [
        Followed(
            profile=profile,
            before=before,
            password_kept=context.credentials.follow(profile.name, profile.name, profile.user or usual),
        )
        for profile, before in change_devices(context.home.devices_file, change)
    ]


def _is_its(profile: Profile, found: Found) -> bool:
    """Whether the list still pins the sensor that was found: it may have been changed meanwhile."""
    return bool(profile.serial and found.serial) and same_serial(profile.serial or "", found.serial or "")
