"""What names, addresses and tags of devices may look like.

A name must never be taken for something else that may stand in its place on a command line: an
address, ``@tag``, ``all``, an option. And it is part of names elsewhere (keyring entries).
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

from sicktui.model.device import Profile
from sicktui.model.errors import UsageError
from sicktui.model.safe_text import clean
from sicktui.model.settings import Timing
from sicktui.stores.config.schema import KeyProblem, build
from sicktui.stores.config.toml import dotted

MAX_NAME: Final = 64
MAX_TAG: Final = 32
MAX_NOTE: Final = 1000
NAME_RULE: Final = (
    "A name has 1 to 64 printable characters without ':' and '/', begins with none of '@', '-' and space, "
    "ends with no space, and is neither 'all' nor an IP address."
)
TAG_RULE: Final = "A tag has 1 to 32 letters, digits, '-', '_' or '.'."
ADDRESS_RULE: Final = (
    "Write host, host:port, or [IPv6]:port; http or https is the profile's 'scheme', not part of the address."
)

_TAG: Final = re.compile(r"[\w.-]{1,32}")
_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_MAX_HOST: Final = 253
_MAX_PORT: Final = 65535


def check_profile(profile: Profile) -> None:
    """Refuse a profile that could not be used or told apart.

    Raises:
        UsageError: says the rule that is broken.
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
    if name.casefold() == "all" or _is_ip(name):
        return f"{told} already means something else."
    return ""


def profile_problems(profile: Profile) -> Iterable[tuple[tuple[str, ...], str, str]]:
    """What is wrong with the rest of a profile: the key, the problem, the advice."""
    if problem := address_problem(profile.address):
        yield ("address",), problem, ADDRESS_RULE
    for tag in profile.tags:
        if not _TAG.fullmatch(tag):
            yield ("tags",), f"{clean(tag, MAX_TAG)!r} is no tag", TAG_RULE
    for key in ("user", "serial", "model"):
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
            build(dict(profile.timing), Timing, ("timing",))
        except KeyProblem as error:
            yield error.keys, error.problem, "The keys are those of [timing] in config.toml."


def address_problem(address: str) -> str:
    """What is wrong with an address (``host`` or ``host:port``); empty if nothing is."""
    told = f"{clean(address, 80)!r}"
    if not address:
        return "the address is empty"
    if "://" in address or "/" in address:
        return f"the address {told} is a URL or a path"
    host, port = split_address(address)
    if port is not None and not (_PORT.fullmatch(port) and 1 <= int(port) <= _MAX_PORT):
        return f"the address {told} has a port that is not between 1 and {_MAX_PORT}"
    if host.startswith("[") and host.endswith("]"):
        return "" if _is_ip(host[1:-1]) and ":" in host else f"{told} is no IPv6 address"
    if ":" in host:
        return f"the IPv6 address {told} needs brackets around it"
    labels = host.split(".")
    if len(host) > _MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        return f"{told} is no address"
    # 10.0.0.256 and 10.1 are mistyped numbers, never names.
    if labels[-1].isdigit() and not _is_ip(host):
        return f"{told} is no IPv4 address"
    return ""


def split_address(address: str) -> tuple[str, str | None]:
    """Host and port of an address; an IPv6 host keeps its brackets, and without them is left whole."""
    host, bracket, rest = address.partition("]")
    if address.startswith("[") and (not rest or rest.startswith(":")):
        return host + bracket, rest[1:] if rest else None
    if address.count(":") != 1:
        return address, None
    host, _, port = address.partition(":")
    return host, port


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
