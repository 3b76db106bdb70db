"""Looks at the bytes of a backup: what they surely are not, and what can be compared.

The format is the vendor's and not public: binary (encrypted, about 86 KB at picoScan) or JSON (vendor's
OpenAPI: "Json-File"). Nothing is read out of it; what is looked for is only what a backup never is.
"""

from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from sicktui.model.decoding import decode_json

LEAST_BYTES: Final = 256
"""Fewer bytes cannot hold the parameters of a sensor."""
MOST_JSON: Final = 16_000_000
"""JSON up to this size is parsed as a whole; more would only cost memory."""
SHRUNK: Final = 0.75
"""A binary file below this part of an earlier one with the same parameters is not whole."""
_HEAD: Final = 4096
_MOST_HEADER: Final = 12
"""Values at the top level of a JSON backup; more are parameters, no header."""
_MAGIC: Final = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3": "a database",
}
_REPLY_KEYS: Final = frozenset({"header", "data", "challenge"})

Kind = Literal["json", "binary"]


class Content(Struct, frozen=True, kw_only=True):
    """What a file was found to be."""

    kind: Kind
    trouble: str = ""
    """Why it is not a usable backup, in words that follow "it is"; empty if nothing was found."""


def inspect(path: Path, *, foreign: bool = False) -> Content:
    """Look at a file that should be a backup.

    Args:
        path: the file.
        foreign: it did not come from a sensor just now, so it may be the wrong file. What a sensor sends
            is not judged by its kind: the vendor has not published what backups look like.

    Raises:
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if size == 0:
        return Content(kind="binary", trouble="empty")
    text = _text(head, whole=size <= _HEAD)
    if text[:1] in ("{", "["):
        return Content(kind="json", trouble=_json_trouble(path, size))
    if text[:1] == "<":
        return Content(kind="binary", trouble="a web page or XML")
    if _is_one_byte(path, head):
        return Content(kind="binary", trouble="one byte repeated")
    if size < LEAST_BYTES:
        return Content(kind="binary", trouble=f"only {size} bytes long")
    return Content(kind="binary", trouble=_foreign_trouble(head, text) if foreign else "")


def _is_one_byte(path: Path, head: bytes) -> bool:
    """Whether a file is all zeros, all 0xFF, or any other byte again and again."""
    if head.strip(head[:1]):
        return False
    with path.open("rb") as file:
        return not any(block.strip(head[:1]) for block in iter(lambda: file.read(1 << 20), b""))


def _text(head: bytes, *, whole: bool) -> str:
    """The beginning of a text file without leading space; empty for other files."""
    try:
        # Cut in the middle of a character the last bytes would not decode.
        text = (head if whole else head[:-4]).removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        return ""
    return "" if any(char < "\t" for char in text) else text.lstrip()


def _foreign_trouble(head: bytes, text: str) -> str:
    for magic, words in _MAGIC.items():
        if head.startswith(magic):
            return words
    return "plain text" if text else ""


def _json_trouble(path: Path, size: int) -> str:
    if size > MOST_JSON:
        return ""
    try:
        document = _document(path)
    except msgspec.DecodeError:
        return "JSON that breaks off or is damaged"
    if isinstance(document, dict):
        if "passphrase_fingerprint" in document or {"sha256", "serial"} <= document.keys():
            return "the metadata of a backup; its bytes are in the file beside it"
        if document.keys() <= _REPLY_KEYS:
            return "a reply of the sensor's API, no file"
    return "" if document else "JSON without any content"


def _document(path: Path) -> object:
    """The JSON of a file; a byte order mark in front is ignored."""
    return decode_json(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), object)


def same_parameters(one: Path, other: Path) -> bool:
    """Whether two JSON backups hold the same parameters, though their headers differ.

    What is at the top level outside of lists and objects (a salt, a checksum, a date) is the
    header. It is ignored only if parameters are not there too: the containers must be nearly
    everything. Binary files are the same only to the byte, which their hashes tell.

    Raises:
        OSError: one of them cannot be read.
    """
    first, second = _containers(one), _containers(other)
    return first is not None and first == second


def _containers(path: Path) -> dict[str, Any] | None:
    size = path.stat().st_size
    if size > MOST_JSON:
        return None
    try:
        document = _document(path)
    except msgspec.DecodeError:
        return None
    if not isinstance(document, dict):
        return None
    inner = {key: value for key, value in document.items() if isinstance(value, dict | list)}
    header = {key: value for key, value in document.items() if key not in inner}
    if len(msgspec.json.encode(header)) * 4 > size or len(header) > _MOST_HEADER:
        return None
    # The firmware is a part of the version although it is in the header.
    return inner | {"": document.get("version")}


def named_values(path: Path) -> dict[str, object]:
    """What a JSON backup calls by name: ``{"name": .., "value": ..}`` at any depth. Empty for other files.

    A name with different values is left out, since it is ambiguous.

    Raises:
        OSError: it cannot be read.
    """
    if path.stat().st_size > MOST_JSON:
        return {}
    try:
        document = _document(path)
    except msgspec.DecodeError:
        return {}
    found: dict[str, object] = {}
    ambiguous: set[str] = set()
    left: list[Any] = [document]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            name = part.get("name")
            if isinstance(name, str) and "value" in part:
                if name in found and found[name] != part["value"]:
                    ambiguous.add(name)
                found[name] = part["value"]
            left += part.values()
        elif isinstance(part, list):
            left += part
    return {name: value for name, value in found.items() if name not in ambiguous}


def too_small(size: int, earlier: int) -> bool:
    """Whether a binary file is far smaller than one that had the same parameters."""
    return size < earlier * SHRUNK
