"""Time as something that is handed in, so that tests need not sleep."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, Final, Protocol

_FIRST_YEAR: Final = 1970
"""Where a PC begins whose clock has lost its battery."""
_LAST_YEAR: Final = 9998
"""The next one may be out of range in another time zone."""


class Clock(Protocol):
    """Where time comes from. Durations are in seconds."""

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps; only differences mean something."""
        ...

    def now(self) -> datetime:
        """The wall-clock time, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait. Zero or less yields to other tasks once."""
        ...


class SystemClock:
    """The clock of this PC."""

    def monotonic(self) -> float:
        """Seconds since some point in the past."""
        return time.monotonic()

    def now(self) -> datetime:
        """The wall-clock time, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        await asyncio.sleep(max(0.0, seconds))


async def first_of(*waits: Coroutine[object, object, object]) -> None:
    """Wait for the first of them to end, e.g. a sleep or an event; the others are cancelled."""
    tasks = {asyncio.ensure_future(wait) for wait in waits}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: ``2026-11-21T09:54:27.123Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def timestamp_of(seconds: float) -> str:
    """The same, of seconds since 1970."""
    return timestamp(datetime.fromtimestamp(seconds, UTC))


def seconds_since(moment: str, now: datetime) -> float:
    """Seconds from a timestamp until now; negative if the PC's clock went back."""
    return (now - datetime.fromisoformat(moment)).total_seconds()


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one timestamp to another; negative if the PC's clock went back."""
    return seconds_since(earlier, datetime.fromisoformat(later))


def is_timestamp(text: str) -> bool:
    """Whether a text is a moment that this program can have written, and can reckon with."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR


_PARTS: Final = ("uiYear", "usiMonth", "usiDay", "usiHour", "usiMinute", "usiSec")


def sensor_moment(value: Any) -> datetime:  # noqa: ANN401  any JSON value
    """A ``DateTime_t`` of a sensor, such as ``LSPdatetime``. Its time zone is not documented: taken as UTC.

    Raises:
        ValueError: it is not a moment.
    """
    found = [value.get(name) if isinstance(value, dict) else None for name in _PARTS]
    parts = [part for part in found if isinstance(part, int) and not isinstance(part, bool)]
    if len(parts) != len(_PARTS):
        raise ValueError("it is not a date with a time")
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("it is not a date with a time") from None
