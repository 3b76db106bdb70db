"""From the words on a command line to devices."""

from collections.abc import Iterable, Sequence
from typing import Final

from sicktui.model.device import Profile, Target, resolve
from sicktui.model.errors import UsageError
from sicktui.model.network.address import parse_address
from sicktui.model.settings import Settings
from sicktui.model.suggest import nearest
from sicktui.stores.config.devices import DeviceList

ALL: Final = "all"


def choose(words: Sequence[str], devices: DeviceList, settings: Settings) -> list[Target]:
    """The devices that ``words`` mean, each once, in the order given.

    A word is a profile's name, ``@tag``, ``all``, or an address (``host.name``, ``host:port``).

    Raises:
        UsageError: a word is not known (the message suggests the nearest one), or not a valid address.
    """
    chosen: dict[str, Target] = {}
    for word in words:
        for target in _meaning(word, devices, settings):
            chosen.setdefault(target.device, target)
    return list(chosen.values())


def _meaning(word: str, devices: DeviceList, settings: Settings) -> Iterable[Target]:
    profiles = devices.profiles
    if word in profiles:
        return [_target(profiles[word], settings)]
    if word == ALL:
        if not profiles:
            raise UsageError(
                "The device list is empty.",
                advice="Add a device with 'sicktui devices add NAME ADDRESS', or name an address.",
            )
        return [_target(profile, settings) for profile in profiles.values()]
    if word.startswith("@"):
        return _tagged(word[1:], devices, settings)
    if _is_address(word):
        return [_ad_hoc(word, devices, settings)]
    raise UsageError(
        f"No device is called {word!r}{nearest(word, profiles)}.",
        advice="'sicktui devices list' shows the names; an address without a profile is written host:port.",
    )


def _tagged(tag: str, devices: DeviceList, settings: Settings) -> list[Target]:
    members = [profile for profile in devices.profiles.values() if tag in profile.tags]
    if not members:
        tags = {known for profile in devices.profiles.values() for known in profile.tags}
        raise UsageError(
            f"No device has the tag {tag!r}{nearest(tag, tags)}.",
            advice="'sicktui devices list' shows every device with its tags.",
        )
    return [_target(profile, settings) for profile in members]


def _target(profile: Profile, settings: Settings) -> Target:
    return resolve(profile, settings.device, settings.timing)


def _ad_hoc(word: str, devices: DeviceList, settings: Settings) -> Target:
    """A sensor by its address. Segment and pin of the profile with this address hold all the same."""
    # An invalid address is wrong use, not a sensor that cannot be reached.
    place = parse_address(word).place_on_pc
    listed = [each for each in devices.profiles.values() if parse_address(each.address).place_on_pc == place]
    profile = Profile(
        name=word,
        address=word,
        segment=next((each.segment for each in listed if each.segment), None),
        pin=next((each.pin for each in listed if each.pin), None),
    )
    return resolve(profile, settings.device, settings.timing, ad_hoc=True)


def _is_address(word: str) -> bool:
    """Whether a word that does not name a profile looks like an address.

    A bare word without dot or colon is more likely a mistyped name than a host.
    """
    return word == "localhost" or "." in word or ":" in word
