"""Decoding of stored or imported JSON, with one kind of error for everything that can be wrong with it."""

import codecs
from typing import TypeVar

import msgspec

T = TypeVar("T")


def decode_json(data: bytes | str, kind: type[T] | msgspec.json.Decoder[T]) -> T:
    """Decode JSON into a record.

    Invalid UTF-8 (one flipped bit on a disk) and excessive nesting raise other errors, or have other words,
    in each release of msgspec; here they are always the same.

    Args:
        data: the JSON.
        kind: the record's type, or a decoder of it where it is read often.

    Raises:
        msgspec.DecodeError: not JSON, or not a record of this kind (``ValidationError`` is a subclass).
    """
    try:
        if isinstance(kind, msgspec.json.Decoder):
            return kind.decode(data)
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError:
        raise
    except RecursionError as error:
        raise msgspec.DecodeError("it is nested far too deeply") from error
    except (UnicodeError, msgspec.DecodeError) as error:
        if isinstance(error, UnicodeError) or not _is_utf8(data):
            raise msgspec.DecodeError("a text in it is not UTF-8") from error
        raise


def _is_utf8(data: bytes | str) -> bool:
    if isinstance(data, str):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)  # which accepts a character cut off at the end
    except UnicodeDecodeError:
        return False
    return True
