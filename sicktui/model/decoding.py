"""JSON that was kept or brought along: whatever is wrong with it, the error is of one kind."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def decode_json(data: bytes | str, kind: type[T] | msgspec.json.Decoder[T]) -> T:
    """The record that stands in JSON bytes.

    msgspec lets two faults out under other names: a byte in a text that is not UTF-8, which one flipped
    bit on a disk can make, and brackets in brackets without end.

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
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("a text in it is not UTF-8") from error
    except RecursionError as error:
        raise msgspec.DecodeError("it is nested far too deeply") from error
