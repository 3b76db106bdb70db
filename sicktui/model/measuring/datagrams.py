"""What one datagram of measured data shows of its sender (SICK's developer guide: Compact, MSGPACK).

Only who sent it, and where it belongs in the stream; the beams are not decoded. Datagrams come from whatever
sends to a port of this PC: every one of them gives a result, and none an exception.
"""

import struct
import zlib
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

_START: Final = b"\2\2\2\2"
_HEAD: Final = struct.Struct("<4sIQQI")
"""Compact: start, type, telegram counter, time of transmission, version."""
_MODULE: Final = struct.Struct("<IQQIIII")
"""Compact, type 1, after the head: size of the module, segment, frame, sender, lines, beams, echoes."""
_OTHER: Final = struct.Struct("<II")
"""Compact, types above 2, after the head: length of the payload, sender."""
_SUM: Final = struct.Struct("<I")
_LENGTH: Final = struct.Struct("<I")
_SCAN, _IMU = 1, 2
_TYPES: Final = range(1, 16)
"""Of Compact; a MSGPACK datagram has its length in the same place, which is never so small."""
_DATA, _SEGMENT, _FRAME, _SENDER, _TELEGRAM = 0x11, 0x91, 0x92, 0x94, 0xB0
"""Keys of MSGPACK; ``_DATA`` has the map with the others."""

_Count = Annotated[int, Meta(ge=0, le=2**62)]
_counts: Final = msgspec.msgpack.Decoder(_Count)
_map: Final = msgspec.msgpack.Decoder(dict[int, msgspec.Raw])


class Format(StrEnum):
    """How measured data is encoded, in the words of ``ScanDataFormat``."""

    COMPACT = "Compact"
    MSGPACK = "MSGPACK"


class Datagram(Struct, frozen=True, kw_only=True):
    """One datagram."""

    format: Format
    sender: int | None
    """The serial number of its sensor; ``None``: this type has none."""
    counter: int
    """Of telegrams, from 1 at power-up."""
    segment: int | None = None
    frame: int | None = None
    """Revolutions since the start."""
    is_scan: bool = True
    """Whether it is of measured distances; IMU and encoder have other datagrams."""
    intact: bool
    """Whether its checksum is right."""


def decode(data: bytes) -> Datagram | None:
    """One datagram; ``None`` if it is neither Compact nor MSGPACK, or cut."""
    if len(data) < _HEAD.size + _SUM.size or not data.startswith(_START):
        return None
    try:
        (number,) = _LENGTH.unpack_from(data, len(_START))
        return _compact(data) if number in _TYPES else _msgpack(data, number)
    except (struct.error, msgspec.DecodeError, ValueError, RecursionError):
        return None


def _compact(data: bytes) -> Datagram | None:
    _, kind, counter, _, _ = _HEAD.unpack_from(data)
    intact = zlib.crc32(memoryview(data)[: -_SUM.size]) == _sum_of(data)
    if kind == _SCAN:
        body = len(data) - _SUM.size - _HEAD.size
        if body < _MODULE.size:
            return None
        _, segment, frame, sender, *_ = _MODULE.unpack_from(data, _HEAD.size)
        return Datagram(
            format=Format.COMPACT,
            sender=sender,
            counter=counter,
            segment=segment,
            frame=frame,
            intact=intact,
        )
    sender = None if kind == _IMU else _OTHER.unpack_from(data, _HEAD.size)[1]
    return Datagram(format=Format.COMPACT, sender=sender, counter=counter, is_scan=False, intact=intact)


def _msgpack(data: bytes, length: int) -> Datagram | None:
    begin = len(_START) + _LENGTH.size
    if len(data) != begin + length + _SUM.size:
        return None
    buffer = memoryview(data)[begin : -_SUM.size]
    fields = _map.decode(buffer)
    # The guide names the numbers of the keys only: they may be in a map under "data", or not.
    found = _map.decode(fields[_DATA]) if _DATA in fields else fields
    if not {_SENDER, _TELEGRAM} <= found.keys():
        return None
    # One page of the guide has the checksum over the buffer, another one over all before it.
    sent = _sum_of(data)
    intact = sent in (zlib.crc32(buffer), zlib.crc32(memoryview(data)[: -_SUM.size]))
    return Datagram(
        format=Format.MSGPACK,
        sender=_counts.decode(found[_SENDER]),
        counter=_counts.decode(found[_TELEGRAM]),
        segment=_optional(found, _SEGMENT),
        frame=_optional(found, _FRAME),
        intact=intact,
    )


def _optional(found: dict[int, Any], key: int) -> int | None:
    return _counts.decode(found[key]) if key in found else None


def _sum_of(data: bytes) -> int:
    (found,) = _SUM.unpack_from(data, len(data) - _SUM.size)
    return int(found)
