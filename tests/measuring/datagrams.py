"""Datagrams for tests, written from the guide's tables."""

import struct
import zlib
from collections.abc import Mapping

import msgspec

SERIAL = 25420067


def sealed(content: bytes) -> bytes:
    """With its checksum."""
    return content + struct.pack("<I", zlib.crc32(content))


def compact(
    counter: int, *, segment: int = 0, frame: int = 1, sender: int = SERIAL, version: int = 4
) -> bytes:
    """A Compact datagram with one small module."""
    head = struct.pack("<4sIQQII", b"\2\2\2\2", 1, counter, 1_000_000, version, 60)
    return sealed(head + struct.pack("<QQIIII", segment, frame, sender, 1, 2, 1) + bytes(28))


def msgpack(fields: Mapping[object, object], *, over_all: bool = False, nested: bool = True) -> bytes:
    """A MSGPACK datagram with these fields, and one that nobody knows."""
    data = {0x96: [bytes(16)], **fields}
    buffer = msgspec.msgpack.encode({0x10: 0x70, 0x11: data} if nested else data)
    content = b"\2\2\2\2" + struct.pack("<I", len(buffer)) + buffer
    return content + struct.pack("<I", zlib.crc32(content if over_all else buffer))
