r"""Firmware packages for simulated devices. Real packages have another, unpublished format.

A simulated package is::

    \x89sicktui simulated package 1\n                  first line, 31 bytes; the first is not text
    {"family":"picoScan","version":"2.4.0.0R",...}\n   second line, JSON: PackageHeader
    ...                                               padding up to ``size``, random bytes

A device accepts a package for its family (``DeviceIdent.Name``) or its model (``DeviceType``), when
the padding's CRC is right. Anything else is a wrong image: 200, and then UpdateState 3.
"""

import hashlib
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

MAGIC: Final = b"\x89sicktui simulated package 1\n"
_HEADER_LIMIT: Final = 2048
_BLOCK: Final = 1 << 20


class PackageHeader(Struct, frozen=True, kw_only=True):
    """The header of a simulated package."""

    family: str
    version: str
    signed: bool
    size: int
    """Bytes of the whole file."""
    crc32: int
    """Of the padding."""


class ReceivedImage(Struct, frozen=True, kw_only=True):
    """An upload that is complete. The bytes themselves are not kept."""

    size: int
    sha256: str
    header: PackageHeader | None
    """``None`` for an image that is not an intact simulated package."""


def make_package(
    path: Path, family: str, version: str, *, size: int = 1_000_000, signed: bool = True
) -> Path:
    """Write a package that simulated devices accept.

    Args:
        path: the file; by SICK's rule it ends in ``.spk.signed`` if signed, else in ``.spk``.
        family: the ``DeviceIdent.Name`` or the ``DeviceType`` that it is for.
        version: the firmware that a device runs afterwards.
        size: bytes of the whole file.
        signed: whether it counts as signed (firmware article, section 2).

    Raises:
        ValueError: ``size`` has no room for the header.
    """
    # The padding's length depends on the header's, and that on the digits of the CRC: ten, padded.
    draft = _head(PackageHeader(family=family, version=version, signed=signed, size=size, crc32=0))
    padding = size - len(draft)
    if padding < 0:
        message = f"a package takes at least {len(draft)} bytes, not {size}"
        raise ValueError(message)
    crc = 0
    for block in _noise(f"{family} {version}", padding):
        crc = zlib.crc32(block, crc)
    head = _head(PackageHeader(family=family, version=version, signed=signed, size=size, crc32=crc))
    with path.open("wb") as file:
        file.write(head)
        for block in _noise(f"{family} {version}", padding):
            file.write(block)
    return path


def _head(header: PackageHeader) -> bytes:
    line = msgspec.json.encode(header)
    filler = b" " * (10 - len(str(header.crc32)))
    return MAGIC + line + filler + b"\n"


def _noise(seed: str, length: int) -> Iterator[bytes]:
    block = random.Random(seed).randbytes(min(_BLOCK, length)) if length else b""
    for start in range(0, length, _BLOCK):
        yield block[: length - start]


class ImageReader:
    """Takes an upload piece by piece: hashed, counted and checked, never kept."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._crc = 0
        self._head = b""
        self._header: PackageHeader | None = None
        self._reading_head = True

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        self.size += len(piece)
        self._sha256.update(piece)
        if self._reading_head:
            self._head += piece
            self._try_head()
        else:
            self._crc = zlib.crc32(piece, self._crc)

    def _try_head(self) -> None:
        end = self._head.find(b"\n", len(MAGIC))
        if end < 0 and len(self._head) < _HEADER_LIMIT and self._head.startswith(MAGIC[: len(self._head)]):
            return
        self._reading_head = False
        if self._head.startswith(MAGIC) and end >= 0:
            try:
                self._header = msgspec.json.decode(self._head[len(MAGIC) : end], type=PackageHeader)
            except msgspec.DecodeError:
                self._header = None  # no package: the device ends in state 3
        self._crc = zlib.crc32(self._head[end + 1 :])
        self._head = b""

    def finish(self) -> ReceivedImage:
        """The upload is complete: what it was."""
        header = self._header
        if header is not None and (header.size != self.size or header.crc32 != self._crc):
            header = None
        return ReceivedImage(size=self.size, sha256=self._sha256.hexdigest(), header=header)
