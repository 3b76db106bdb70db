"""The rows of the journal: how they are written, and how damage is recognised."""

import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from sicktui.model.enums import Operation, RunState
from sicktui.model.run.event import VOLATILE, Event, check_time, decode, encode
from sicktui.stores.journal.chain import Seals, extend_chain
from sicktui.stores.journal.database import JournalDamaged

VOLATILE_KINDS: Final = tuple(str(kind.__struct_config__.tag) for kind in VOLATILE)
"""The kinds of events that are dropped at the end of their run; the others are chained."""


class RunRow(Struct, frozen=True, kw_only=True):
    """A run as a whole."""

    run: str
    operation: Operation
    state: RunState
    pid: int | None
    """The runner's process, as long as it is known to be there."""
    started: str
    finished: str | None


def run_rows(
    database: sqlite3.Connection, path: Path, where: str, limit: int
) -> list[RunRow | JournalDamaged]:
    """Runs, newest first, each as a record or as what is wrong with its row.

    Args:
        database: the journal.
        path: its file, for messages.
        where: a condition in SQL without outside text; may be empty.
        limit: the most runs to return; -1 for all.
    """
    columns = ", ".join(RunRow.__struct_fields__)
    rows = database.execute(
        f"SELECT {columns} FROM runs {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - all our own words
        (limit,),
    )
    found: list[RunRow | JournalDamaged] = []
    for row in rows.fetchall():
        try:
            found.append(run_row(path, row))
        except JournalDamaged as damage:
            found.append(damage)
    return found


def run_row(path: Path, row: tuple[Any, ...]) -> RunRow:
    """A run's row, its columns in the order of the fields.

    Raises:
        JournalDamaged: it makes no sense.
    """
    try:
        found = msgspec.convert(dict(zip(RunRow.__struct_fields__, row, strict=True)), RunRow)
        check_time(found.started)
        if found.finished is not None:
            check_time(found.finished)
    except msgspec.ValidationError as error:
        raise JournalDamaged.row(path, str(row[0]), None, str(error)) from error
    return found


def insert_events(database: sqlite3.Connection, run: str, events: Sequence[Event], seals: Seals) -> None:
    """Add events of a run, and chain those that last. Nothing is committed."""
    bodies = []
    for event in events:
        body = encode(event)
        # JSON has no NaN: such an event would be kept and never read again. Better refused now.
        decode(body)
        bodies.append((str(event.__struct_config__.tag), body))
    lasting = [(kind, body) for kind, body in bodies if kind not in VOLATILE_KINDS]
    links = iter(extend_chain(database, run, lasting, seals))
    rows = [
        (run, kind, body, checksum(run, body), None if kind in VOLATILE_KINDS else next(links))
        for kind, body in bodies
    ]
    database.executemany("INSERT INTO events (run, kind, body, crc, link) VALUES (?, ?, ?, ?, ?)", rows)


def drop_volatile(database: sqlite3.Connection, run: str) -> None:
    """Remove what only mattered while the run was running. Nothing is committed."""
    marks = ", ".join("?" * len(VOLATILE_KINDS))
    database.execute(
        f"DELETE FROM events WHERE run = ? AND kind IN ({marks})",  # noqa: S608 - only question marks
        (run, *VOLATILE_KINDS),
    )


def changed_rows(database: sqlite3.Connection) -> list[tuple[str, int | None]]:
    """The runs of which something was changed behind sicktui's back, and the first event that was.

    ``None`` in the event's place: the run's own row. About a second for a million rows.
    """
    database.create_function("sicktui_crc", 2, _crc, deterministic=True)
    return database.execute(
        # Without the index, which may be damaged itself.
        f"SELECT run, NULL FROM runs WHERE {_CHANGED.format(body='spec')} UNION ALL "  # noqa: S608 - all our own words
        f"SELECT run, min(seq) FROM events NOT INDEXED WHERE {_CHANGED.format(body='body')} GROUP BY run"
    ).fetchall()


# As bytes: damaged text may not be UTF-8, and then no function gets it. A row of format 1
# has no checksum.
_CHANGED: Final = (
    "CASE WHEN crc IS NULL THEN 0 WHEN typeof({body}) != 'blob' OR typeof(crc) != 'integer' THEN 1 "
    "ELSE crc != sicktui_crc(CAST(run AS BLOB), {body}) END"
)


def _crc(run: bytes | None, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(run or b""))


def checksum(run: str, body: bytes) -> int:
    """The checksum that reveals a change by anything but sicktui (a disk, an editor)."""
    return _crc(run.encode(), body)


def intact(run: str, body: object, crc: object) -> bytes:
    """The bytes of a row, if they are those that were written.

    Raises:
        ValueError: they are not.
    """
    if not isinstance(body, bytes):
        message = "it has another type"
        raise TypeError(message)
    # A row of format 1 has no checksum.
    if crc is not None and crc != checksum(run, body):
        message = "its checksum is wrong"
        raise ValueError(message)
    return body


def latest_event(database: sqlite3.Connection, run: str, kinds: Sequence[type[Event]]) -> Event | None:
    """The last event of some kinds in a run; ``None`` if there is none, or it cannot be decoded."""
    tags = [str(kind.__struct_config__.tag) for kind in kinds]
    marks = ", ".join("?" * len(tags))
    rows = database.execute(
        f"SELECT body, crc FROM events WHERE run = ? AND kind IN ({marks}) ORDER BY seq DESC LIMIT 1",  # noqa: S608 - only question marks
        (run, *tags),
    ).fetchall()
    try:
        return decode(intact(run, *rows[0])) if rows else None
    except (msgspec.DecodeError, TypeError, ValueError):
        return None
