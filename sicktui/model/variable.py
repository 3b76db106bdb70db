"""The value of a variable: what a sensor answered, or ``Unreadable`` with the reason.

Whatever a sensor sends, the result is a value within its documented limits.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

U32: Final = 0xFFFF_FFFF
"""The largest count of a sensor."""
_U8: Final = 0xFF
_SHOWN: Final = 10**12


class Unreadable(Exception):
    """A value that means nothing. Its text is the reason."""


def yes_or_no(value: Any) -> bool:  # noqa: ANN401  any JSON value, here and below
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise Unreadable("it is neither true nor false")
    return value


def whole(value: Any, low: int = 0, high: int = U32) -> int:  # noqa: ANN401
    """A whole number within its limits."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable("it is not a whole number")
    if not low <= value <= high:
        raise Unreadable(f"it is {_shown(value)}not within {low} and {high}")
    return value


def code(value: Any) -> int:  # noqa: ANN401
    """A code of one byte."""
    return whole(value, 0, _U8)


def decimal(value: Any, low: float, high: float) -> float:  # noqa: ANN401
    """A finite number within its limits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable("it is not a number")
    if not low <= value <= high or not math.isfinite(value):  # also false for NaN
        raise Unreadable(f"it is {_shown(value)}not within {low:g} and {high:g}")
    return float(value)


def _shown(value: float) -> str:
    """A number that is outside its limits, with its comma; nothing if it is too long, or NaN."""
    return f"{value}, " if abs(value) <= _SHOWN else ""


def part(value: Any, name: str) -> Any:  # noqa: ANN401
    """A field of an object."""
    if not isinstance(value, dict) or name not in value:
        raise Unreadable(f"it has no {name}")
    return value[name]


def items(value: Any, most: int) -> Sequence[Any]:  # noqa: ANN401
    """A list that is not too long."""
    if not isinstance(value, list) or len(value) > most:
        raise Unreadable(f"it is not a list of up to {most}")
    return value
