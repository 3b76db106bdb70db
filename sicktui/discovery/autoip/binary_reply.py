"""The binary form of an AutoIP reply (0x95, CoLa 2), which picoScan100 sends.

Source of the layout: SICK's published AutoIP decoders in Python and C++, which agree. Where a length in it
does not fit, the tags are searched for instead, as SICK's LiDAR Developer Guide does it: four letters, two
bytes of length, the value.
"""

import ipaddress
from typing import Final

from msgspec import structs

from sicktui.model.search.records import AutoIpReply, mac_of, plain_field

_MOST: Final = 256
"""Entries of a list; a datagram has room for more empty ones than a sensor has interfaces."""
_TAG: Final = 4
_SIZES: Final = {b"EMAC": 6, b"EIPa": 4, b"ENMa": 4, b"EDGa": 4, b"EDhc": 1, b"ECDu": 4}
"""The tags that are used, and how long their values are."""


class _DoesNotFitError(Exception):
    """A length points beyond the end."""


class _Walk:
    """Reads values one after the other."""

    def __init__(self, contents: bytes) -> None:
        self._contents = contents
        self._place = 0

    def take(self, size: int) -> bytes:
        end = self._place + size
        if end > len(self._contents):
            raise _DoesNotFitError
        taken = self._contents[self._place : end]
        self._place = end
        return taken

    def number(self, size: int = 2) -> int:
        return int.from_bytes(self.take(size), "big")

    def text(self) -> str | None:
        return plain_field(self.take(self.number()).decode("latin-1"))

    def count(self) -> int:
        number = self.number()
        if number > _MOST:
            raise _DoesNotFitError
        return number

    def tags(self) -> dict[bytes, bytes]:
        """A list of tags. The first value of a tag counts."""
        found: dict[bytes, bytes] = {}
        for _ in range(self.count()):
            tag = self.take(_TAG)
            found.setdefault(tag, self.take(self.number()))
        return found


def read_binary(contents: bytes) -> AutoIpReply:
    """The reply in these contents, as much of it as can be read.

    Args:
        contents: what follows the header.
    """
    walk = _Walk(contents)
    known = AutoIpReply(binary=True)
    try:
        known = _identity(walk)
        walk.tags()  # auxiliary: AutV, the version of the login
        for _ in range(walk.count()):
            walk.number()
            walk.text()  # an interface: number and name
        tags = walk.tags()
    except _DoesNotFitError:
        tags = _searched(contents)
    return _with_address(known, tags)


def _identity(walk: _Walk) -> AutoIpReply:
    """From the version of the layout to the flags before the lists."""
    walk.number()
    family = walk.text()
    walk.take(
        2 + 2 + 2 + 4 + 1
    )  # DeviceIdent.Version in parts, and its class: ``version`` below is that as text
    walk.take(1 + 2)  # device state, required action
    name = walk.text()
    walk.text()  # application
    walk.text()  # project
    serial = walk.text()
    model = walk.text()
    version = walk.text()
    order_number = walk.text()
    walk.take(1)
    return AutoIpReply(
        binary=True,
        name=name,
        serial=serial,
        model=model or family,
        version=version,
        order_number=order_number,
    )


def _searched(contents: bytes) -> dict[bytes, bytes]:
    """The known tags wherever they are, if their lengths are right."""
    found: dict[bytes, bytes] = {}
    for tag, size in _SIZES.items():
        mark = tag + size.to_bytes(2, "big")
        place = contents.find(mark)
        value = contents[place + len(mark) : place + len(mark) + size]
        if place >= 0 and len(value) == size:
            found[tag] = value
    return found


def _with_address(known: AutoIpReply, tags: dict[bytes, bytes]) -> AutoIpReply:
    values = {tag: value for tag, value in tags.items() if len(value) == _SIZES.get(tag)}

    def address(tag: bytes) -> str | None:
        return str(ipaddress.IPv4Address(values[tag])) if tag in values else None

    return structs.replace(
        known,
        mac=mac_of(values.get(b"EMAC", b"")),
        host=address(b"EIPa"),
        mask=address(b"ENMa"),
        gateway=address(b"EDGa"),
        # SICK's decoder in Python calls it true always; the one in C++ is right.
        dhcp=values[b"EDhc"] == b"\x01" if b"EDhc" in values else None,
        away=float(int.from_bytes(values[b"ECDu"], "big")) if b"ECDu" in values else None,
    )
