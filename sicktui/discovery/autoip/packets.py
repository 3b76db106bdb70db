"""The datagrams of AutoIP: requests, and the header of replies. Numbers are big endian.

Sources: SICK's LiDAR Developer Guide of September 2026 (device discovery), and SICK's AutoIP decoders.
"""

import ipaddress
import struct
from typing import Final, NamedTuple

from sicktui.model.search.records import mac_of

PORT: Final = 30718
SEARCH: Final = 0x10
SET_ADDRESS: Final = 0x11
XML_REPLY: Final = 0x90
ADDRESS_SET: Final = 0x91
BINARY_REPLY: Final = 0x95
HEADER_SIZE: Final = 16
REQUEST_ID_SIZE: Final = 4
EVERYBODY: Final = b"\xff" * 6
_VERSION: Final = b"\x01\x00"
"""Without the 1 a sensor ignores a request."""
_HEADER: Final = struct.Struct(">BBH6s4sH")


class Header(NamedTuple):
    """The 16 bytes before the contents of a reply."""

    command: int
    length: int
    """Of the contents, as the sender counts them."""
    mac: str | None
    request: bytes
    """The id of the request that it answers."""


def header_of(datagram: bytes) -> Header | None:
    """The header of a datagram; ``None`` if it is too short for one."""
    if len(datagram) < HEADER_SIZE:
        return None
    command, _, length, mac, request, _ = _HEADER.unpack_from(datagram)
    return Header(command, length, mac_of(mac), request)


def contents_of(datagram: bytes, header: Header) -> bytes:
    """What follows the header: as much as it announces, or all where it announces more than came."""
    return datagram[HEADER_SIZE : HEADER_SIZE + header.length]


def request_frame(command: int, mac: bytes, request: bytes, contents: bytes) -> bytes:
    """A request of any kind.

    Args:
        command: ``SEARCH`` or ``SET_ADDRESS``.
        mac: the sensor that is meant, six bytes; ``EVERYBODY`` for all.
        request: four bytes that its replies repeat.
        contents: at most 65535 bytes.
    """
    return struct.pack(">BBH", command, 0, len(contents)) + mac + request + _VERSION + contents


def search_request(request: bytes, host: str, mask: str) -> bytes:
    """The 24 bytes that ask every sensor to report itself.

    Args:
        request: four bytes that its replies repeat.
        host: this PC's address on the interface that it is sent on.
        mask: the netmask there.
    """
    address = ipaddress.IPv4Address(host).packed + ipaddress.IPv4Address(mask).packed
    return request_frame(SEARCH, EVERYBODY, request, address)
