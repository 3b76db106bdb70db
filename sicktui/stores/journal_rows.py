"""The rows of the journal: how they are written, and how a damaged one is told from a whole one."""

import sqlite3
import zlib
from collections.abc import Sequence
from typing import Final

from sicktui.model.event import VOLATILE, Event, decode, encode

_VOLATILE_KINDS: Final = tuple(str(kind.__struct_config__.tag) for kind in VOLATILE)


def insert_events(database: sqlite3.Connection, run: str, events: Sequence[Event]) -> None:
    """Add events of a run. Nothing is committed."""
    rows = []
    for event in events:
        body = encode(event)
        # JSON has no NaN: such an event would be kept and never read again. Better refused now.
        decode(body)
        rows.append((run, str(event.__struct_config__.tag), body, checksum(run, body)))
    database.executemany("INSERT INTO events (run, kind, body, crc) VALUES (?, ?, ?, ?)", rows)


def drop_volatile(database: sqlite3.Connection, run: str) -> None:
    """Remove what only mattered while the run was going. Nothing is committed."""
    marks = ", ".join("?" * len(_VOLATILE_KINDS))
    database.execute(
        f"DELETE FROM events WHERE run = ? AND kind IN ({marks})",  # noqa: S608 - only question marks
        (run, *_VOLATILE_KINDS),
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


# As bytes: text that is damaged may be no UTF-8, and would be handed to no function. A row of format 1
# has no checksum.
_CHANGED: Final = (
    "CASE WHEN crc IS NULL THEN 0 WHEN typeof({body}) != 'blob' OR typeof(crc) != 'integer' THEN 1 "
    "ELSE crc != sicktui_crc(CAST(run AS BLOB), {body}) END"
)


def _crc(run: bytes | None, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(run or b""))


def checksum(run: str, body: bytes) -> int:
    """What tells a row that was changed by anything but sicktui (a disk, an editor)."""
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
