"""Whether the clock of this PC may be wrong, going by what was recorded last."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError

_CLOCK_SLACK: Final = timedelta(minutes=5)
_CLOCK_LEAP: Final = timedelta(days=180)
"""Longer than a plant PC usually goes without a run or a backup."""


def clock_words(context: Context) -> str:
    """Why the PC's clock may be wrong, going by the last backup and the last run; else empty."""
    now = context.clock.now()
    records = [(datetime.fromisoformat(moment), what) for moment, what in _records(context)]
    if not records:
        return ""
    moment, what = max(records)
    passed = now - moment
    if passed < -_CLOCK_SLACK:
        words = f"is behind {what}, which is dated {moment:%Y-%m-%d %H:%M}"
    elif passed > _CLOCK_LEAP:
        words = f"is {passed.days} days ahead of {what}"
    else:
        return ""
    return f"The clock of this PC {words}. Check it; the order of backups does not depend on it."


def _records(context: Context) -> Iterator[tuple[str, str]]:
    """What was recorded last, with its moment. What cannot be read is reported by the step that needs it."""
    with suppress(SicktuiError):
        for kept in context.backups.list():
            if kept.sequence is not None:
                yield kept.created, f"the last backup ({kept.id})"
                break
    if not context.home.journal_file.exists():
        return  # opening it would create it
    with suppress(SicktuiError):
        for run in context.journal.runs(1):
            yield run.started, f"the last run ({run.run})"
