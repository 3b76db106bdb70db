"""Reading the small JSON files that are kept beside bigger ones."""

from pathlib import Path
from typing import Final, TypeVar

import msgspec

from sicktui.model.decoding import decode_json

T = TypeVar("T")

MAX_JSON: Final = 16_000_000
"""Bytes of a file that is read whole: a snapshot of every parameter of a sensor has less than one million."""


def read_json(path: Path, kind: type[T]) -> T:
    """The record in a file. Of one that is far too large, no more is read than is needed to say so.

    Raises:
        OSError: it cannot be read.
        msgspec.DecodeError: it is not such a record.
    """
    with path.open("rb") as file:
        data = file.read(MAX_JSON + 1)
    if len(data) > MAX_JSON:
        raise msgspec.DecodeError(f"it is larger than {MAX_JSON // 1_000_000} MB")
    return decode_json(data, kind)
