"""Whether the clock of this PC may be wrong, going by what was recorded last."""

from datetime import datetime, timedelta
from typing import Final

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError

_CLOCK_SLACK: Final = timedelta(minutes=5)
_CLOCK_LEAP: Final = timedelta(days=366)
"""Longer than the usual pause between two backups of a plant."""


def clock_words(context: Context) -> str:
    """Why the PC's clock may be wrong, going by the backup that was taken last; empty if it may be right."""
    try:
        last = next((kept for kept in context.backups.list() if kept.sequence is not None), None)
    except SicktuiError:
        return ""  # The step that needs the backups reports that they cannot be read.
    if last is None:
        return ""
    passed = context.clock.now() - datetime.fromisoformat(last.created)
    if passed < -_CLOCK_SLACK:
        what = f"is behind the last backup ({last.id}), which it dated {last.created[:16]}"
    elif passed > _CLOCK_LEAP:
        what = f"is {passed.days} days ahead of the last backup ({last.id})"
    else:
        return ""
    return f"The clock of this PC {what}. Check it; the order of backups does not depend on it."
