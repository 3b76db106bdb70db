"""The types of variables and arguments: what a value may be, and which one a new device has.

A value that does not fit is refused with a status. SICK's OpenAPI files list the statuses without saying
when each comes; taken here: 2 Invalid Data for another type, 6 Out Of Range for a number beyond its limits, 7
Out Of Bounds for a text or list of another length, 9 Illegal Value for a code that does not exist.
"""

import math
from typing import Protocol

from msgspec import Struct

from sicktui.simulator.status import ILLEGAL_VALUE, INVALID_DATA, OK, OUT_OF_BOUNDS, OUT_OF_RANGE


class Kind(Protocol):
    """A type."""

    def status(self, value: object, *, partly: bool = False) -> int:
        """The ``header.status`` for a value; 0 accepts it.

        Args:
            value: the value.
            partly: whether an object may lack fields; a device keeps the values of these.
        """

    def initial(self) -> object:
        """The value on a device with its defaults."""


class Bool(Struct, frozen=True):
    """``true`` or ``false``."""

    default: bool = False

    def status(self, value: object, *, partly: bool = False) -> int:
        """2 for anything else."""
        return OK if isinstance(value, bool) else INVALID_DATA

    def initial(self) -> object:
        """The default."""
        return self.default


class Whole(Struct, frozen=True):
    """A whole number."""

    low: int | None
    high: int | None
    default: int | None = None

    def status(self, value: object, *, partly: bool = False) -> int:
        """6 beyond its limits."""
        if isinstance(value, bool) or not isinstance(value, int):
            return INVALID_DATA
        return OK if _within(value, self.low, self.high) else OUT_OF_RANGE

    def initial(self) -> object:
        """The default, else the number that is nearest to zero."""
        return _nearest(0, self.low, self.high) if self.default is None else self.default


class Number(Struct, frozen=True):
    """A number with a fraction."""

    low: float | None
    high: float | None
    default: float | None = None

    def status(self, value: object, *, partly: bool = False) -> int:
        """6 beyond its limits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return INVALID_DATA
        return OK if _within(value, self.low, self.high) else OUT_OF_RANGE

    def initial(self) -> object:
        """The default, else the number that is nearest to zero."""
        return _nearest(0.0, self.low, self.high) if self.default is None else self.default


class Choice(Struct, frozen=True):
    """One of the codes or names that are listed."""

    values: tuple[int | str, ...]
    default: int | str | None = None

    def status(self, value: object, *, partly: bool = False) -> int:
        """9 for a code that does not exist."""
        if isinstance(value, bool) or not isinstance(value, type(self.values[0])):
            return INVALID_DATA
        return OK if value in self.values else ILLEGAL_VALUE

    def initial(self) -> object:
        """The default, else the first."""
        return self.values[0] if self.default is None else self.default


class Text(Struct, frozen=True):
    """A text; its length counts characters."""

    low: int
    high: int | None
    default: str | None = None

    def status(self, value: object, *, partly: bool = False) -> int:
        """7 for another length."""
        if not isinstance(value, str):
            return INVALID_DATA
        return OK if _within(len(value), self.low, self.high) else OUT_OF_BOUNDS

    def initial(self) -> object:
        """The default, else blanks."""
        return " " * self.low if self.default is None else self.default


class Items(Struct, frozen=True):
    """A list."""

    low: int
    high: int | None
    item: Kind
    default: tuple[object, ...] | None = None

    def status(self, value: object, *, partly: bool = False) -> int:
        """7 for another length, else the worst of its items."""
        if not isinstance(value, list | tuple):
            return INVALID_DATA
        if not _within(len(value), self.low, self.high):
            return OUT_OF_BOUNDS
        return max((self.item.status(part) for part in value), default=OK)

    def initial(self) -> object:
        """The default, else as few items as are allowed."""
        if self.default is not None:
            return list(self.default)
        return [self.item.initial() for _ in range(self.low)]


class Record(Struct, frozen=True):
    """An object with named fields."""

    fields: dict[str, Kind]
    named: bool = False
    """Whether GET answers with it under the variable's own name, and not with its fields under ``data``."""

    def status(self, value: object, *, partly: bool = False) -> int:
        """2 for fields that do not exist or are missing, else the worst of its fields."""
        if not isinstance(value, dict) or not self.fields.keys() >= value.keys():
            return INVALID_DATA
        if len(value) < len(self.fields) and not (partly and value):
            return INVALID_DATA
        return max(
            (self.fields[name].status(part, partly=partly) for name, part in value.items()), default=OK
        )

    def initial(self) -> dict[str, object]:
        """Each field's."""
        return {name: kind.initial() for name, kind in self.fields.items()}


def merged(before: object, value: object) -> object:
    """A value with the fields of the one before that it lacks."""
    if isinstance(before, dict) and isinstance(value, dict):
        return {**before, **{name: merged(before.get(name), part) for name, part in value.items()}}
    return value


def success_of(returns: Record) -> dict[str, object]:
    """What a method returns when it has worked: the first code is success, and so is ``true``."""
    return {name: _worked(kind) for name, kind in returns.fields.items()}


def _worked(kind: Kind) -> object:
    if isinstance(kind, Bool):
        return True
    if isinstance(kind, Record):
        return {name: "None" if name == "error" else _worked(part) for name, part in kind.fields.items()}
    return kind.initial()


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def _nearest(value: float, low: float | None, high: float | None) -> float:
    value = value if low is None else max(low, value)
    return value if high is None else min(high, value)
