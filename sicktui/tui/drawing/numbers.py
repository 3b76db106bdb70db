"""Numbers and times as people read them."""

from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_UNIT: Final = 1000.0
_WHOLE: Final = 100.0


def size(count: float) -> str:
    """Bytes with a decimal unit, as the vendor counts them: ``12.6 MB``."""
    amount, unit = float(count), "B"
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
    """A length of time as a clock shows it: ``0:42``, ``12:05``, ``1:02:03``."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def age(seconds: float, *, grain: int) -> str:
    """How long ago, in few letters: ``<10s``, ``15s``, ``3m``, ``2h``, ``4d``.

    Args:
        seconds: the age.
        grain: what is younger is all the same. A list that polls every 5 s is drawn over and over
            if each second shows; with a grain above the interval, a living sensor costs nothing.
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


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 device``, ``3 devices``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
