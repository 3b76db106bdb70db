"""Datagrams of measured data: Compact and MSGPACK (SICK's developer guide, compact and msgpack format).

What the guide's digest does not have, the data of the beams above all, has the right size and is zero.
"""

import struct
import zlib
from typing import Final

import msgspec
from msgspec import Struct

_START: Final = b"\2\2\2\2"
_SCAN: Final = 1
_VERSION: Final = 4
_HEADER: Final = struct.Struct("<4sIQQII")
"""Start, type, telegram counter, time of transmission, version, size of the first module."""
_MODULE: Final = struct.Struct("<QQIIII")
"""Segment, frame, sender, lines, beams, echoes."""
_LINE: Final = struct.Struct("<QQfff")
"""Of the only line: times of its first and last beam, elevation, first and last angle in radians."""
_REST: Final = struct.Struct("<fIBBBB")
"""Scale of distances, size of the next module, availability, what there is of echoes and beams, reserved."""
_BEAM: Final = 7
"""Bytes of a beam with one echo: distance, RSSI, properties, angle."""
_DISTANCE_RSSI: Final = 3
_PROPERTIES_ANGLE: Final = 3
_MICROSECONDS: Final = 1_000_000

CLASS: Final = 0x10
DATA: Final = 0x11
SEGMENT: Final = 0x91
FRAME: Final = 0x92
SENDER: Final = 0x94
SEGMENT_DATA: Final = 0x96
TELEGRAM: Final = 0xB0
TRANSMITTED: Final = 0xB1
_SCAN_CLASS: Final = 0x70


class Telegram(Struct, kw_only=True):
    """One segment of one revolution."""

    counter: int
    """Counts from 1 at power-up."""
    seconds: float
    """When it was sent, as Unix time."""
    segment: int
    frame: int
    """Revolutions since the start."""
    sender: int
    """The serial number."""
    beams: int
    first: float
    """Angle of its first beam, in radians."""
    last: float


def sender_of(serial: str) -> int:
    """A serial number as the sender of a datagram."""
    digits = "".join(char for char in serial if char.isdigit())
    return int(digits or "0") & 0xFFFF_FFFF


def compact(telegram: Telegram) -> bytes:
    """The telegram in the Compact format."""
    time = int(telegram.seconds * _MICROSECONDS)
    module = (
        _MODULE.pack(telegram.segment, telegram.frame, telegram.sender, 1, telegram.beams, 1)
        + _LINE.pack(time, time, 0.0, telegram.first, telegram.last)
        + _REST.pack(1.0, 0, 1, _DISTANCE_RSSI, _PROPERTIES_ANGLE, 0)
        + bytes(_BEAM * telegram.beams)
    )
    content = _HEADER.pack(_START, _SCAN, telegram.counter, time, _VERSION, len(module)) + module
    return content + struct.pack("<I", zlib.crc32(content))


def msgpack(telegram: Telegram, *, over_all: bool = False) -> bytes:
    """The telegram in the MSGPACK format.

    Args:
        telegram: what to send.
        over_all: whether the checksum is of the whole datagram, as one page of the guide has it; else of the
            buffer.
    """
    data = {
        TELEGRAM: telegram.counter,
        TRANSMITTED: int(telegram.seconds * _MICROSECONDS),
        SEGMENT: telegram.segment,
        FRAME: telegram.frame,
        SENDER: telegram.sender,
        SEGMENT_DATA: [bytes(4 * telegram.beams)],
    }
    buffer = msgspec.msgpack.encode({CLASS: _SCAN_CLASS, DATA: data})
    content = _START + struct.pack("<I", len(buffer)) + buffer
    return content + struct.pack("<I", zlib.crc32(content if over_all else buffer))
