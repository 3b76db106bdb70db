"""Diagnoses on this PC why a runner or its journal disappeared."""

import shutil
from typing import Final

from sicktui.engine.context import Context
from sicktui.model.wording import count
from sicktui.stores.disk.files import display_path
from sicktui.stores.journal.database import JournalError

_LEAST: Final = 256 * 1024
"""Bytes that must be free for the journal to be written."""


def diagnose_runner_loss(context: Context, run: str) -> list[str]:
    """Sentences, each with its remedy; empty if nothing is found.

    Args:
        context: the stores.
        run: the run whose runner is gone.
    """
    found = []
    home = context.home
    try:
        if shutil.disk_usage(home.state).free < _LEAST:
            found.append(
                f"The disk of {display_path(home.state)} is full, so the journal cannot be written. "
                "Free some space first."
            )
    except OSError as error:
        found.append(f"The folder {display_path(home.state)} cannot be reached: {error.strerror}.")
    try:
        found += [str(damage) for damage in context.journal.damages(of=run)]
    except JournalError as error:
        found.append(str(error))
    return found


def diagnose_empty_journal(context: Context) -> str:
    """The finding that the journal has no run although there are logs of runs; empty if that is not so."""
    logs = sorted(context.home.log.glob("runner-*.log"))
    if not logs:
        return ""
    return (
        f"The journal is empty, but {display_path(context.home.log)} contains the log of "
        f"{count(len(logs), 'run')}: it was moved, emptied or lost. Check with 'sicktui status' whether a "
        "sensor was being updated."
    )
