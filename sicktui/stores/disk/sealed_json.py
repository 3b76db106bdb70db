"""The small JSON files that are kept beside bigger ones."""

import hashlib
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from sicktui.model.decoding import decode_json
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import explain_os_error, read_at_most

T = TypeVar("T")

MAX_JSON: Final = 16_000_000
"""Bytes of a file that is read whole: a snapshot of every parameter of a sensor has less than one million."""

SEAL: Final = "seal"
"""The key of the hash over everything else in a file."""


class ChangedSince(msgspec.DecodeError):
    """A record that is not what was written."""


def why_unusable(error: OSError | msgspec.DecodeError) -> str:
    """Why ``read_json`` or ``read_sealed`` failed, in words that are safe to show."""
    return explain_os_error(error)[0] if isinstance(error, OSError) else clean(str(error))


def read_json(path: Path, kind: type[T]) -> T:
    """The record in a file. Of one that is far too large, no more is read than is needed to say so.

    Raises:
        OSError: it cannot be read.
        msgspec.DecodeError: it is not such a record.
    """
    return decode_json(_read(path), kind)


def _read(path: Path) -> bytes:
    data = read_at_most(path, MAX_JSON)
    if len(data) > MAX_JSON:
        raise msgspec.DecodeError(f"it is larger than {MAX_JSON // 1_000_000} MB")
    return data


def sealed(record: Struct) -> bytes:
    """A record as JSON for people, with a hash over all of it, so that a change is noticed."""
    plain: dict[str, Any] = msgspec.to_builtins(record)
    return msgspec.json.format(msgspec.json.encode(plain | {SEAL: _seal_of(plain)}), indent=2)


def read_sealed(path: Path, kind: type[T]) -> T:
    """The record in a file that ``sealed`` has made, or that is from before there were seals.

    Raises:
        OSError: it cannot be read.
        ChangedSince: it was changed.
        msgspec.DecodeError: it is not such a record.
    """
    data = _read(path)
    record = decode_json(data, kind)
    plain = decode_json(data, dict[str, Any])
    if SEAL in plain and plain[SEAL] != _seal_of(plain):
        raise ChangedSince("it was changed after it was written")
    return record


def _seal_of(plain: dict[str, Any]) -> str:
    content = {key: value for key, value in plain.items() if key != SEAL}
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
