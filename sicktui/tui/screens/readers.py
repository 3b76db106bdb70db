"""Reads backups and runs from the disk for the screens that list them: call these in a thread."""

from typing import Final

from sicktui.engine.context import Context
from sicktui.engine.run.follow import liveness
from sicktui.engine.run.history import every_event
from sicktui.model.enums import OVER, RunState, Verdict
from sicktui.model.run.event import Summarised
from sicktui.stores.backups.versions import versions
from sicktui.stores.journal.database import JournalDamaged
from sicktui.stores.journal.rows import RunRow
from sicktui.tui.rows.backups.table import VersionRow, version_row
from sicktui.tui.rows.runs import RunLine, run_line

LATEST: Final = 50
"""Runs that are listed at first."""


def read_versions(context: Context, device: str, key: str | None) -> list[VersionRow]:
    """The backups of a sensor and of those that had its name before, newest first.

    Args:
        context: the stores.
        device: the device's name.
        key: what its sensor is stored under (serial number, else MAC address), if known.

    Raises:
        StorageError: they cannot be read.
    """
    found = [v for v in versions(context.backups) if v.record.key == key or v.record.device == device]
    whose = key or (found[0].record.key if found else None)
    now = context.clock.now()
    return [version_row(version, now, own=version.record.key == whose) for version in found]


def read_all_versions(context: Context) -> list[VersionRow]:
    """Every backup on this PC, newest first.

    Raises:
        StorageError: they cannot be read.
    """
    now = context.clock.now()
    return [version_row(version, now) for version in versions(context.backups)]


def read_runs(context: Context, limit: int = LATEST) -> list[RunLine]:
    """The latest runs, newest first.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = [liveness(context, row) for row in context.journal.runs(limit)]
    return [run_line(row, _devices(context, row.run), _counts(context, row)) for row in rows]


def read_states(context: Context, limit: int = LATEST) -> list[tuple[str, RunState]]:
    """The latest runs and their states, newest first: what can be asked for often.

    Raises:
        JournalError: the journal cannot be read.
    """
    rows = [liveness(context, row) for row in context.journal.runs(limit)]
    return [(row.run, row.state) for row in rows]


def _counts(context: Context, row: RunRow) -> dict[Verdict, int]:
    if row.state not in OVER:
        return {}
    summaries = [e for e in every_event(context.journal, row.run) if isinstance(e, Summarised)]
    return summaries[-1].verdicts if summaries else {}


def _devices(context: Context, run: str) -> list[str]:
    try:
        return [item.device for item in context.journal.spec(run).items]
    except JournalDamaged:
        return []  # What is wrong with one run must not hide the others.
