"""Numbers, names and times in words: one form for the commands, the dashboard and the engine's messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_UNIT: Final = 1000.0
_WHOLE: Final = 100.0
MOST_NAMED: Final = 8
"""Names in a sentence before the rest is only counted."""
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 device``, ``3 devices``, ``2 entries``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def names(given: Sequence[str], most: int = MOST_NAMED, *, separator: str = ", ") -> str:
    """Names in a sentence: ``a, b and 3 more``.

    Args:
        given: the names, made harmless by the caller if they come from outside.
        most: how many are named.
        separator: what is between two of them; ``"; "`` for whole clauses.
    """
    shown = separator.join(given[:most])
    rest = more(len(given), most)
    if not rest:
        return shown
    return f"{shown} {rest}" if separator == ", " else f"{shown}{separator}{rest}"


def more(total: int, shown: int) -> str:
    """``and 3 more`` behind the first ``shown`` of ``total``; empty if those are all."""
    return f"and {total - shown} more" if total > shown else ""


def size(octets: float) -> str:
    """Bytes with a decimal unit, as the vendor counts them: ``12.6 MB``."""
    amount, unit = float(octets), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < _UNIT:
            break
        amount, unit = amount / _UNIT, larger
    shown = f"{amount:.0f}" if unit == "B" or amount >= _WHOLE else f"{amount:.1f}"
    return f"{shown} {unit}"


def rate(bytes_per_second: float) -> str:
    """A speed, ``1.9 MB/s``; empty while it is not known."""
    return f"{size(bytes_per_second)}/s" if bytes_per_second > 0 else ""


def percent(part: int, whole: int) -> str:
    """A share in whole per cent, rounded down, so that 100 % means all of it."""
    return f"{part * 100 // whole}%" if whole > 0 else ""


def duration(seconds: float) -> str:
    """A length of time in a sentence: ``4.2 s``, ``3 min 05 s``, ``1 h 02 min``."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE):02d} s"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE):02d} min"


def span_of(text: str) -> timedelta:
    """A length of time as it is typed: ``90s``, ``10m``, ``12h``, ``30d``, ``2w``.

    Raises:
        ValueError: it is not one.
    """
    number, unit = text.strip()[:-1], text.strip()[-1:]
    if not (number.isascii() and number.isdigit() and len(number) <= 9) or unit not in _UNITS:  # noqa: PLR2004
        raise ValueError("write a number and s, m, h, d or w, as in 30d")
    return timedelta(seconds=int(number) * _UNITS[unit])


def elapsed(seconds: float) -> str:
    """A length of time as a stopwatch shows it: ``0:42``, ``12:05``, ``1:02:03``."""
    hours, rest = divmod(max(0, int(seconds)), _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def age(seconds: float, *, grain: int) -> str:
    """How long ago, in few letters: ``<10s``, ``15s``, ``3m``, ``2h``, ``4d``.

    Args:
        seconds: the age.
        grain: ages below it look the same. A list that polls every 5 s is drawn over and over if each
            second shows; with a grain above the interval, a living sensor costs nothing.
    """
    whole = max(0, int(seconds))
    if whole < grain:
        return f"<{grain}s" if grain < _MINUTE else f"<{grain // _MINUTE}m"
    if whole < _MINUTE:
        step = 5 if grain >= 5 else 1  # noqa: PLR2004 - five-second steps read well in a list
        return f"{whole // step * step}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < _DAY:
        return f"{whole // _HOUR}h"
    return f"{whole // _DAY}d"


def days(number: float | None) -> str:
    """An age that is kept in days, in few letters: ``3h``, ``12d``; empty where there is none."""
    return "" if number is None else age(number * _DAY, grain=_MINUTE)


def moment(timestamp: str, *, short: bool = False) -> str:
    """Date and time on this PC: ``2026-11-21 09:54``, short ``11-21 09:54``."""
    local = datetime.fromisoformat(timestamp).astimezone()
    return f"{local:%m-%d %H:%M}" if short else f"{local:%Y-%m-%d %H:%M}"


def time_of_day(timestamp: str) -> str:
    """The time on this PC: ``09:54:27``."""
    return f"{datetime.fromisoformat(timestamp).astimezone():%H:%M:%S}"
