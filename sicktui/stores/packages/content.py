"""Whether the bytes of a file can be a firmware package at all.

The format is not public, so nothing is known of what a package looks like; only what it surely is
not: empty, or text all over (a saved web page, a log, a pointer file of a version control system), or a copy
that did not finish: programs reserve the room of a file first, and what they have not written yet reads as
zeros.
"""

import codecs
from typing import BinaryIO, Final

SNIFFED: Final = 4096
"""Bytes looked at, at the beginning and at the end."""
BLOCK: Final = 4096
"""Bytes of a block that counts as empty if all its bytes are equal; disks reserve room in such blocks."""
_LONGEST_TAIL: Final = 1 << 20
_MOST_TAIL: Final = 1 / 16
"""Share of the file up to which equal bytes at its end are taken for padding."""
_MOST_EVEN: Final = 1 / 2

_SPACES: Final = "\t\n\r\f"
_CONTINUATION: Final = bytes(range(0x80, 0xC0))
"""The bytes of a UTF-8 character behind its first."""
_LONGEST_REST: Final = 3
_HIGH: Final = 0x80
_MOST_HIGH: Final = 0.25
"""Share of accented letters up to which a file is still taken for text."""


def text_kind(file: BinaryIO, size: int) -> str | None:
    """What kind of text the file is, in words, or ``None`` if it is not text.

    A file is text only if its beginning and its end are: a package may begin with a readable line.

    Args:
        file: the file, at any position.
        size: its size in bytes.

    Raises:
        OSError: it cannot be read.
    """
    file.seek(0)
    head = file.read(SNIFFED)
    file.seek(max(0, size - SNIFFED))
    tail = file.read(SNIFFED)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not (_is_wide_text(head) if wide else _is_text(head) and _is_text(tail)):
        return None
    beginning = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:15].lower()
    if beginning.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if beginning.startswith((b"{", b"[")):
        return "a JSON file"
    if beginning.startswith(b"<"):
        return "an XML or HTML file"
    return "a text file"


def gap(file: BinaryIO, size: int) -> str | None:
    """How much of the file is one repeated byte, in words, if that is more than a package would have.

    A package is compressed or encrypted. Padding at its end, up to a block of a disk, is allowed.

    Args:
        file: the file, at any position.
        size: its size in bytes.

    Raises:
        OSError: it cannot be read.
    """
    file.seek(0)
    even = tail = 0
    last = b""
    while block := file.read(BLOCK):
        filler = block[:1]
        if block.count(filler) < len(block):
            rest = block.rstrip(block[-1:])
            tail, last = len(block) - len(rest), block[-1:]
            continue
        tail = tail + len(block) if filler == last else len(block)
        even, last = even + len(block), filler
    if size >= BLOCK and even >= size:
        return "contains nothing but equal bytes"
    if tail >= _LONGEST_TAIL or tail >= max(BLOCK, size * _MOST_TAIL):
        return f"ends with {tail} equal bytes"
    if even > size * _MOST_EVEN and size >= BLOCK:
        return f"contains {even} bytes of blocks without content"
    return None


def _is_text(data: bytes) -> bool:
    """Whether bytes are text in UTF-8, or in a Western code page of Windows."""
    # The cut at the front may have gone through a character: up to three bytes of it are left.
    rest = len(data) - len(data.lstrip(_CONTINUATION))
    decoded = _decoded(data[min(rest, _LONGEST_REST) :], "utf-8")
    if decoded is not None:
        return _printable(decoded)
    high = sum(byte >= _HIGH for byte in data)
    return high <= _MOST_HIGH * len(data) and _printable("".join(chr(b) for b in data if b < _HIGH))


def _is_wide_text(data: bytes) -> bool:
    decoded = _decoded(data, "utf-16")
    # Any bytes make some printable Chinese: only what is mostly plain letters is taken for text.
    plain = sum(char.isascii() for char in decoded or "")
    return decoded is not None and 2 * plain > len(decoded) and _printable(decoded)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        # Incremental: the cut at the end may have gone through a character.
        return codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return None


def _printable(text: str) -> bool:
    return all(char.isprintable() or char in _SPACES for char in text.lstrip("\ufeff"))
