"""Builds, and the shapes in which a server sends them. Everything streams: memory stays flat at 90 MB."""

import codecs
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

BLOCK: Final = 64 * 1024
_PIECE: Final = 4096
_NUMBERS: Final = tuple(str(number) for number in range(256))
_BELOW_10: Final = bytes(range(10))
_BELOW_100: Final = bytes(range(100))

KNOWN_PLATFORMS: Final = frozenset({"arduino", "platformio", "micropython", "mongoose", "nodejs", "nodemcu"})


@dataclass(frozen=True)
class Content:
    """A body to send: its length in bytes, and its chunks, from the start each time."""

    length: int
    chunks: Callable[[], Iterator[bytes]]

    @classmethod
    def of(cls, body: bytes) -> "Content":
        """A body that is in memory already."""
        return cls(len(body), lambda: iter((body,) if body else ()))


class Firmware:
    """The bytes of one file, read block by block."""

    def __init__(self, blocks: Callable[[], Iterator[bytes]]) -> None:
        self.blocks = blocks
        md5, size = hashlib.md5(usedforsecurity=False), 0
        for block in blocks():
            md5.update(block)
            size += len(block)
        self.size: int = size
        self.md5: str = md5.hexdigest()

    @classmethod
    def of(cls, body: bytes) -> "Firmware":
        """A file that is in memory."""
        return cls(lambda: (body[at : at + BLOCK] for at in range(0, len(body), BLOCK)))

    @classmethod
    def at(cls, path: Path) -> "Firmware":
        """A file on disk."""
        return cls(lambda: _read(path))

    @classmethod
    def made(cls, size: int, *, seed: int = 1, head: bytes = b"") -> "Firmware":
        """A file of any size that needs no memory: random bytes behind `head`, every block differs."""
        return cls(lambda: _make(size, random.Random(seed).randbytes(BLOCK), head))  # noqa: S311

    def read(self) -> bytes:
        """All of it, for tests that compare."""
        return b"".join(self.blocks())


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _make(size: int, pattern: bytes, head: bytes) -> Iterator[bytes]:
    for at in range(0, size, BLOCK):
        block = (at.to_bytes(8, "big") if at else head) + pattern
        yield block[: min(BLOCK, size - at)]


class FileShape(StrEnum):
    """How a multi-file answer carries one file."""

    BUFFER = "buffer"
    TEXT = "text"
    URL = "url"


@dataclass(frozen=True)
class File:
    """One file of a multi-file build."""

    name: str
    firmware: Firmware
    shape: FileShape = FileShape.BUFFER
    url: str = ""


@dataclass(frozen=True)
class Build:
    """What was built for devices: which ones, its version and its bytes."""

    version: str
    firmware: Firmware
    name: str = "name"
    """The devices that report a firmware of this name get it."""
    macs: frozenset[str] = frozenset()
    """Only these devices get it; empty: all of that name."""
    platform: str = "arduino"
    files: tuple[File, ...] = field(default=())
    """If any: a multi-file build."""
    env_hash: str = ""


def raw(firmware: Firmware) -> Content:
    """The bytes as they are."""
    return Content(firmware.size, firmware.blocks)


def simple(firmware: Firmware) -> Content:
    """The simple way since 2019: `{"md5":..,"filesize":..,"payload":{"type":"Buffer","data":[..]}}`."""
    head = f'{{"md5":"{firmware.md5}","filesize":{firmware.size},"payload":'.encode()
    return joined(Content.of(head), _buffer(firmware), Content.of(b"}"))


def cut_buffer(firmware: Firmware) -> Content:
    """The bug of 2022 to mid-2026: JSON where the bytes should be, cut at the binary's length."""
    whole = joined(Content.of(b'{"success":'), _buffer(firmware), Content.of(b"}"))
    return Content(firmware.size, lambda: _first(whole, firmware.size))


def multi(files: tuple[File, ...]) -> Content:
    """A multi-file answer: `{"type":"file","files":[{"name":..,"data":..}]}`."""
    parts = [Content.of(b'{"type":"file","files":[')]
    for number, file in enumerate(files):
        comma = "," if number else ""
        parts.append(Content.of(f'{comma}{{"name":{json.dumps(file.name)},'.encode()))
        if file.shape is FileShape.URL:
            parts.append(Content.of(f'"url":{json.dumps(file.url)}}}'.encode()))
            continue
        parts.append(Content.of(b'"data":'))
        parts.append(_buffer(file.firmware) if file.shape is FileShape.BUFFER else _text(file.firmware))
        parts.append(Content.of(b"}"))
    return joined(*parts, Content.of(b"]}"))


def joined(*parts: Content) -> Content:
    """Several bodies as one."""
    return Content(
        sum(part.length for part in parts), lambda: (chunk for part in parts for chunk in part.chunks())
    )


def _first(content: Content, length: int) -> Iterator[bytes]:
    for chunk in content.chunks():
        yield chunk[:length]
        length -= len(chunk)
        if length <= 0:
            return


def _buffer(firmware: Firmware) -> Content:
    # A number of one digit each, one more digit from 10 on, one more from 100 on, and a comma between two.
    digits = sum(
        3 * len(block)
        - (len(block) - len(block.translate(None, _BELOW_10)))
        - (len(block) - len(block.translate(None, _BELOW_100)))
        for block in firmware.blocks()
    )
    numbers = Content(digits + max(firmware.size - 1, 0), lambda: _numbers(firmware))
    return joined(Content.of(b'{"type":"Buffer","data":['), numbers, Content.of(b"]}"))


def _numbers(firmware: Firmware) -> Iterator[bytes]:
    separator = b""
    for block in firmware.blocks():
        pieces = (block[at : at + _PIECE] for at in range(0, len(block), _PIECE))
        yield separator + b",".join(_as_numbers(piece) for piece in pieces)
        separator = b","


@lru_cache(64)
def _as_numbers(piece: bytes) -> bytes:
    return ",".join([_NUMBERS[byte] for byte in piece]).encode()


def _text(firmware: Firmware) -> Content:
    # Node's Buffer.toString: bytes that are not UTF-8 are lost.
    length = sum(len(chunk) for chunk in _escaped(firmware))
    return Content(length, lambda: _escaped(firmware))


def _escaped(firmware: Firmware) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    yield b'"'
    for block in firmware.blocks():
        yield json.dumps(decoder.decode(block), ensure_ascii=False)[1:-1].encode()
    yield json.dumps(decoder.decode(b"", True), ensure_ascii=False)[1:-1].encode() + b'"'  # noqa: FBT003
