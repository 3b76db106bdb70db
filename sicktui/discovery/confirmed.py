"""When the system last had an answer from a neighbour: the age of its entry (Linux, rtnetlink(7)).

The table of ``/proc/net/arp`` keeps the MAC address of a device that has gone or moved for minutes.
"""

import contextlib
import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final

_GET: Final = 30
"""``RTM_GETNEIGH``; a reply has ``RTM_NEWNEIGH``, 28."""
_NEW: Final = 28
_DONE: Final = 3
_ERROR: Final = 2
_DUMP: Final = 0x301
"""``NLM_F_REQUEST | NLM_F_DUMP``."""
_DESTINATION: Final = 1
_CACHE_INFO: Final = 3
_HEADER: Final = struct.Struct("=IHHII")
_NEIGHBOUR: Final = struct.Struct("=BxxxiHBB")
_ATTRIBUTE: Final = struct.Struct("=HH")
_MOST: Final = 4096
"""Datagrams of one reply."""
_WAIT: Final = 2.0
_TICKS: Final = 100
"""A second, in the unit of the kernel for programs (``USER_HZ``)."""


def confirmed_ago(host: str) -> float | None:
    """Seconds since an IPv4 neighbour answered last; ``None``: no entry, or the system does not show that."""
    with contextlib.suppress(OSError, ValueError, struct.error):
        wanted = IPv4Address(host).packed
        ages = [age_of(message, wanted) for message in _entries()]
        return min((age for age in ages if age is not None), default=None)
    return None


def _entries() -> list[bytes]:
    """The ``ndmsg`` of every IPv4 entry; none where the system is not Linux.

    Raises:
        OSError: the system does not answer.
    """
    found: list[bytes] = []
    if sys.platform == "linux":
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as link:
            link.settimeout(_WAIT)
            body = _NEIGHBOUR.pack(socket.AF_INET, 0, 0, 0, 0)
            link.send(_HEADER.pack(_HEADER.size + len(body), _GET, _DUMP, 1, 0) + body)
            for _ in range(_MOST):
                for kind, message in _messages(link.recv(1 << 16)):
                    if kind in (_DONE, _ERROR):
                        return found
                    if kind == _NEW:
                        found.append(message)
    return found


def _messages(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    while len(datagram) >= _HEADER.size:
        length, kind, *_rest = _HEADER.unpack_from(datagram)
        if length < _HEADER.size:
            return
        yield kind, datagram[_HEADER.size : length]
        datagram = datagram[_aligned(length) :]


def age_of(message: bytes, wanted: bytes) -> float | None:
    """The seconds of one ``ndmsg`` since it was confirmed; ``None`` if it is of another host."""
    attributes: dict[int, bytes] = {}
    rest = message[_NEIGHBOUR.size :]
    while len(rest) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(rest)
        if length < _ATTRIBUTE.size:
            break
        attributes[kind] = rest[_ATTRIBUTE.size : length]
        rest = rest[_aligned(length) :]
    if attributes.get(_DESTINATION) != wanted or len(attributes.get(_CACHE_INFO, b"")) < struct.calcsize(
        "=I"
    ):
        return None
    (ticks,) = struct.unpack_from("=I", attributes[_CACHE_INFO])
    return float(ticks) / _TICKS


def _aligned(length: int) -> int:
    return (length + 3) & ~3
