"""Why a runner or its history is gone: what is wrong on this PC, as far as it still shows."""

import shutil
from typing import Final

from sicktui.engine.context import Context
from sicktui.stores.disk.files import shown
from sicktui.stores.journal.database import JournalError

_LEAST: Final = 256 * 1024
"""Bytes that must be free for the journal to be written."""


def diagnose_runner_loss(context: Context, run: str) -> list[str]:
    """Sentences for people, the remedy in each; none if nothing is to be seen.

    Args:
        context: the stores.
        run: the run whose runner is gone.
    """
    found = []
    home = context.home
    try:
        if shutil.disk_usage(home.state).free < _LEAST:
            found.append(
                f"The disk that holds {shown(home.state)} is full, and nothing can be written down. "
                "Make room on it first."
            )
    except OSError as error:
        found.append(f"The folder {shown(home.state)} cannot be reached: {error.strerror}.")
    try:
        found += [str(damage) for damage in context.journal.damages(of=run)]
    except JournalError as error:
        found.append(str(error))
    return found


def diagnose_empty_journal(context: Context) -> str:
    """What to say of a journal without any run beside logs of runs; empty if there is nothing to say."""
    logs = sorted(context.home.log.glob("runner-*.log"))
    if not logs:
        return ""
    left = "a run has left its log" if len(logs) == 1 else f"{len(logs)} runs have left their logs"
    return (
        f"The journal holds no run, but {left} in {shown(context.home.log)}: it was moved away, emptied or "
        "lost. Whether a sensor was in the middle of an update, 'sicktui status' tells."
    )
