"""Tags of many devices at once."""

from collections.abc import Collection, Sequence

from msgspec import structs

from sicktui.stores.config.devices import DeviceList


def tagged(
    devices: DeviceList, names: Collection[str], *, with_: Sequence[str] = (), without: Collection[str] = ()
) -> DeviceList:
    """The list with tags added to some devices and taken from them. A name that is gone is passed over.

    Raises:
        UsageError: a tag breaks a rule.
    """
    for name in names:
        if (profile := devices.profiles.get(name)) is not None:
            tags = tuple(tag for tag in dict.fromkeys((*profile.tags, *with_)) if tag not in without)
            devices = devices.replace(name, structs.replace(profile, tags=tags))
    return devices


def renamed(devices: DeviceList, old: str, new: str) -> DeviceList:
    """The list with another name for a tag; if that exists, the two groups become one.

    Raises:
        UsageError: the new name breaks a rule.
    """
    for name, profile in devices.profiles.items():
        if old in profile.tags:
            tags = tuple(dict.fromkeys(new if tag == old else tag for tag in profile.tags))
            devices = devices.replace(name, structs.replace(profile, tags=tags))
    return devices
