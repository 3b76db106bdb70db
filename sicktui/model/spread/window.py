"""The window of a run: when its sensors may start, on the local clock of the PC.

Summer time: a time that the clock skips is the moment of the skip; one that it shows twice is the first.
"""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from msgspec import Struct

from sicktui.model.settings import WINDOW

_DAYS: Final = 3
"""Days that are looked through: a short window is missing on a day on which the clock skips it."""


class Opening(Struct, frozen=True, kw_only=True):
    """One occurrence of a window, in seconds since 1970."""

    opens: float
    closes: float
    opens_at: str
    """The local time of it, as it was asked for."""
    closes_at: str


def opening_of(window: str, after: float, zone: tzinfo | None = None) -> Opening | None:
    """The occurrence of a window that a run has: the one in which it was made, else the next.

    Args:
        window: ``HH:MM-HH:MM``; over midnight where the second time is not after the first. Empty: none.
        after: when the run was made, in seconds since 1970.
        zone: the time zone; ``None``: that of the PC.
    """
    if not window:
        return None
    if not re.search(WINDOW, window):
        raise ValueError(f"{window!r} is not a window")
    opens_at, closes_at = window.split("-")
    opens, closes = time.fromisoformat(opens_at), time.fromisoformat(closes_at)
    today = datetime.fromtimestamp(after, zone).date()
    for offset in range(-1, _DAYS):
        day = today + timedelta(days=offset)
        begin = _moment(day, opens, zone)
        end = _moment(day if closes > opens else day + timedelta(days=1), closes, zone)
        if begin < end and end > after:
            return Opening(opens=begin, closes=end, opens_at=opens_at, closes_at=closes_at)
    raise AssertionError(window)


def _moment(day: date, at: time, zone: tzinfo | None) -> float:
    """The first moment of a day at which the local clock shows that time, or a later one."""
    wanted = datetime.combine(day, at)
    first, second = (wanted.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    if first <= second:
        return first
    # The clock skips it: the two readings are on both sides of the skip.
    before, after = second, first
    while after - before > 0.5:  # noqa: PLR2004  half a second
        middle = (before + after) / 2
        shown = datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        before, after = (before, middle) if shown >= wanted else (middle, after)
    return float(round(after))
