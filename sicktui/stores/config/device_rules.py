"""What names, tags and other fields of devices may look like. Addresses: ``model/network/address.py``.

A name must never be mistaken for something else that a command line takes in its place: an
address, ``@tag``, ``all``, an option. And it is part of names elsewhere (keyring entries).
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

from sicktui.model.device import Profile, plain_fingerprint
from sicktui.model.errors import UsageError
from sicktui.model.firmware.version import is_comparable
from sicktui.model.network.address import ADDRESS_RULE, address_problem, is_ip_address
from sicktui.model.safe_text import clean
from sicktui.model.settings import Timing
from sicktui.stores.config.schema import KeyProblem, to_record
from sicktui.stores.config.toml import dotted

MAX_NAME: Final = 64
MAX_TAG: Final = 32
MAX_NOTE: Final = 1000
NAME_RULE: Final = (
    "A name has 1 to 64 printable characters without ':' and '/', begins with none of '@', '-' and space, "
    "ends with no space, and is neither 'all' nor an IP address."
)
FINGERPRINT_RULE: Final = (
    "Write the certificate's SHA-256: 64 hex digits, with or without colons. SHA-1 is too weak."
)
TAG_RULE: Final = "A tag has 1 to 32 letters, digits, '-', '_' or '.'."
SEGMENT_RULE: Final = "A segment has 1 to 32 letters, digits, '-', '_' or '.'."
PIN_RULE: Final = "Write it as the sensor reports it, e.g. 2.3.0.0R."

_TAG: Final = re.compile(r"[\w.-]{1,32}")


def is_tag(text: str) -> bool:
    """Whether a text can be a tag."""
    return bool(_TAG.fullmatch(text))


def check_profile(profile: Profile) -> None:
    """Refuse a profile that could not be used or distinguished from others.

    Raises:
        UsageError: names the broken rule.
    """
    if problem := name_problem(profile.name):
        raise UsageError(problem, advice=NAME_RULE)
    for keys, problem, advice in profile_problems(profile):
        where = f" ({dotted(keys)})" if len(keys) > 1 else ""
        raise UsageError(f"Device {clean(profile.name)!r}{where}: {problem}.", advice=advice)


def name_problem(name: str) -> str:
    """What is wrong with a device's name; empty if nothing is."""
    told = f"The device name {clean(name, MAX_NAME)!r}"
    if not name:
        return "The device name is empty."
    if len(name) > MAX_NAME:
        return f"{told} is too long."
    if clean(name, MAX_NAME) != name:
        return f"{told} contains characters that cannot be printed."
    if name[0] in "@- " or name[-1] == " ":
        return f"{told} begins or ends with a character that has another meaning."
    if ":" in name or "/" in name:
        return f"{told} contains ':' or '/'."
    if name.casefold() == "all" or is_ip_address(name):
        return f"{told} already means something else."
    return ""


def profile_problems(profile: Profile) -> Iterable[tuple[tuple[str, ...], str, str]]:
    """What is wrong with the rest of a profile: the key, the problem, the advice."""
    if problem := address_problem(profile.address):
        yield ("address",), problem, ADDRESS_RULE
    for tag in profile.tags:
        if not is_tag(tag):
            yield ("tags",), f"{clean(tag, MAX_TAG)!r} is not a valid tag", TAG_RULE
    yield from _fleet_problems(profile)
    yield from _certificate_problems(profile)
    for key in ("user", "serial", "model", "ca_file"):
        text = getattr(profile, key)
        if text is not None and not (text and text == clean(text) == text.strip()):
            yield (key,), f"the {key} is empty, or contains characters that cannot be printed", ""
    lines = (profile.note or "").replace("\t", " ").split("\n")
    if any(line != clean(line, MAX_NOTE) for line in lines):
        yield ("note",), "the note contains characters that cannot be printed, or is too long", ""
    if profile.user is not None and ("/" in profile.user or ":" in profile.user):
        yield ("user",), "the user contains ':' or '/'", "Sensors know Service, Maintenance, and the like."
    if profile.timing is not None:
        try:
            to_record(dict(profile.timing), Timing, ("timing",))
        except KeyProblem as error:
            yield error.keys, error.problem, "The keys are those of [timing] in config.toml."


def _fleet_problems(profile: Profile) -> Iterable[tuple[tuple[str, ...], str, str]]:
    if profile.segment is not None and not is_tag(profile.segment):
        yield ("segment",), f"{clean(profile.segment, MAX_TAG)!r} is not a valid segment", SEGMENT_RULE
    if profile.pin is not None and not is_comparable(profile.pin):
        yield ("pin",), f"{clean(profile.pin, MAX_TAG)!r} is not a valid version", PIN_RULE


def _certificate_problems(profile: Profile) -> Iterable[tuple[tuple[str, ...], str, str]]:
    if profile.fingerprint is not None and not plain_fingerprint(profile.fingerprint):
        yield ("fingerprint",), "the fingerprint is not a SHA-256", FINGERPRINT_RULE
    if profile.ca_file is not None and not _is_absolute(profile.ca_file):
        yield (
            ("ca_file",),
            "the path of the ca_file depends on the folder that sicktui is started in",
            "Write it from the root of the disk, or from ~.",
        )
    if (profile.ca_file or profile.fingerprint) and profile.scheme != "https":
        yield (
            ("scheme",),
            "ca_file and fingerprint have no effect without scheme = 'https'",
            "Set the scheme to https, or remove both.",
        )


def _is_absolute(path: str) -> bool:
    # A list may be shared by PCs with Windows and with Linux.
    return path.startswith("~") or PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()
