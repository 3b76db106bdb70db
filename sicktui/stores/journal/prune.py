"""Shortens the records of old runs, only when asked: the details go, what proves the run stays.

What stays of a run is who asked for what and when, its order, the verdict of each device, and its exit code:
a few kilobytes. The chain is made anew over it, and its last event has the head and the length of the one
before, so that a report of that time can still be compared. A record that is not intact is kept as it is.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.model.clock import seconds_since
from sicktui.model.enums import OVER
from sicktui.model.errors import UsageError
from sicktui.model.run.event import PROOF, Shortened
from sicktui.stores.disk.files import StorageError
from sicktui.stores.journal.chain import Chain, Seals, first_head, next_link, read_chain, write_chain
from sicktui.stores.journal.database import JournalError, open_database, translated
from sicktui.stores.journal.rows import RunRow, insert_events, run_rows
from sicktui.stores.journal.verify import verify_chain

_DAY: Final = 24 * 3600.0
_KINDS: Final = tuple(str(kind.__struct_config__.tag) for kind in PROOF)
_DETAILS: Final = f"run = ? AND kind NOT IN ({', '.join('?' * len(_KINDS))})"


class Shortening(Struct, frozen=True, kw_only=True):
    """A run that may be shortened."""

    row: RunRow
    events: int
    """The number of events that go."""
    bytes: int
    """Their size."""


def plan_shortening(
    path: Path, *, keep: int | None, older_than_days: float | None, now: datetime
) -> list[Shortening]:
    """The runs that have details to delete, newest first; none that is not over. Deletes nothing.

    Args:
        path: the journal's file.
        keep: leave this many runs as they are, the newest.
        older_than_days: leave those that ended later. Where both are given, both must allow it.
        now: the present time, with its time zone.

    Raises:
        UsageError: neither is given, or one is out of range.
        JournalError: the journal cannot be read.
    """
    if keep is None and older_than_days is None:
        raise UsageError("Specify which runs to shorten.", advice="Use --keep N or --older-than DAYS.")
    if (keep or 0) < 0 or (older_than_days or 0) < 0:
        raise UsageError("Neither a number of runs nor an age is negative.")
    database, damage = open_database(path)
    with closing(database), translated(path):
        if damage is not None:
            raise damage
        rows = [row for row in run_rows(database, path, "", -1) if isinstance(row, RunRow)]
        old = [row for row in rows[keep or 0 :] if _may_go(row, older_than_days, now)]
        found = [_details(database, row) for row in old]
    return [each for each in found if each.events]


def _may_go(row: RunRow, days: float | None, now: datetime) -> bool:
    if row.state not in OVER or row.finished is None:
        return False
    return days is None or seconds_since(row.finished, now) > days * _DAY


def _details(database: sqlite3.Connection, row: RunRow) -> Shortening:
    number, size = database.execute(
        f"SELECT count(*), total(length(body)) FROM events WHERE {_DETAILS}",  # noqa: S608 - only question marks
        (row.run, *_KINDS),
    ).fetchone()
    return Shortening(row=row, events=int(number), bytes=int(size))


def shorten_run(path: Path, run: str, *, by: str, ts: str) -> str:
    """Delete the details of a run, durably, all or nothing.

    Args:
        path: the journal's file.
        run: the run's whole id.
        by: who wants it.
        ts: when.

    Returns:
        Why it was left as it is, as the end of a sentence; empty if it was shortened.

    Raises:
        JournalError: the journal cannot be read or written.
    """
    database, damage = open_database(path)
    with closing(database), translated(path):
        if damage is not None:
            raise damage
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN IMMEDIATE")
        try:
            why = _shorten(database, run, Seals(path), by=by, ts=ts)
            database.execute("ROLLBACK" if why else "COMMIT")
        except BaseException as error:
            if database.in_transaction:
                database.execute("ROLLBACK")
            if isinstance(error, StorageError) and not isinstance(error, JournalError):
                raise JournalError(error.message, advice=error.advice) from error  # of the key
            raise
    return why


def _shorten(database: sqlite3.Connection, run: str, seals: Seals, *, by: str, ts: str) -> str:
    row = database.execute("SELECT state, spec FROM runs WHERE run = ?", (run,)).fetchone()
    if row is None or row[0] not in OVER:
        return "it is not over"
    proof = verify_chain(database, run, seals)
    before = read_chain(database, run)
    if proof.intact is False or before is None:
        return f"its record is not intact: {proof.trouble}"
    database.execute(f"DELETE FROM events WHERE {_DETAILS}", (run, *_KINDS))  # noqa: S608 - only question marks
    database.execute("DELETE FROM commands WHERE run = ?", (run,))
    kept = database.execute(
        "SELECT seq, kind, body FROM events WHERE run = ? ORDER BY seq", (run,)
    ).fetchall()
    head = first_head(run, row[1]) if before.whole else b""
    chain = Chain(run=run, whole=before.whole, head=head, links=0)
    write_chain(database, _linked(database, chain, kept), seals)
    event = Shortened(ts=ts, run=run, by=by, events=before.links, head=before.head.hex() or None)
    insert_events(database, run, [event], seals)
    return ""


def _linked(database: sqlite3.Connection, chain: Chain, rows: Sequence[tuple[int, str, bytes]]) -> Chain:
    """Chain these rows anew; those of a run from before there were chains have no links."""
    for number, kind, body in rows:
        link = next_link(chain.head, kind, body) if chain.whole else None
        chain = chain if link is None else chain.with_link(link)
        database.execute("UPDATE events SET link = ? WHERE seq = ?", (link, number))
    return chain


def reclaim(path: Path) -> None:
    """Give the room of what was deleted back to the disk. Others wait meanwhile: a second for 100 MB.

    Raises:
        JournalError: that does not work now; the room is used for later runs all the same.
    """
    database, damage = open_database(path)
    with closing(database), translated(path):
        if damage is None:
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
