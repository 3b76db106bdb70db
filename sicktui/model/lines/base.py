"""What every JSON line has."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0)]
"""A number of things, or of bytes."""
Words = Sequence[str]
"""Texts, printed as a list."""


class Line(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """A line that is not an event of a run."""

    v: Literal[1] = 1
    ts: str
    """UTC, RFC 3339, milliseconds."""


_L = TypeVar("_L", bound=Line)


def line_of(kind: type[_L], ts: str, record: object, **more: object) -> _L:
    """The line about a record or an error: its keys are those of the record, as far as it has them.

    Args:
        kind: which line.
        ts: when it is printed.
        record: what it is about.
        more: its other keys.
    """
    known = {key: getattr(record, key) for key in kind.__struct_fields__ if hasattr(record, key)}
    return kind(ts=ts, **(known | more))
