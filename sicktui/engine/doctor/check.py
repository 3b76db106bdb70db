"""One finding of the doctor, and how it counts and names things."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

State = Literal["ok", "warning", "failed"]


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    state: State
    message: str
    remedy: str = ""


def count(number: int, singular: str, plural: str = "") -> str:
    """``1 run``, ``2 runs``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def names(devices: Sequence[str], most: int = 8) -> str:
    """Names in a sentence; many are cut short with their number."""
    shown = ", ".join(devices[:most])
    return shown if len(devices) <= most else f"{shown} and {len(devices) - most} more"
