"""The history's database file: opened for one use, made if there is none, its errors turned into words."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sicktui.model.health.history import TRACKED
from sicktui.stores.disk.files import StorageError, display_path, make_folder
from sicktui.stores.disk.sqlite import BUSY_PATIENCE, explain_sqlite_error, make_private, write_ahead

SCHEMA: Final = 1
"""Kept as ``user_version``. A newer one is refused: its rows might mean something else."""
APPLICATION: Final = 0x7369686C
"""Kept as ``application_id``, so that no other program's database is taken for a history."""
_MOVE_AWAY: Final = "Move the file away: sicktui starts a new history."

NUMBER_COLUMNS: Final = tuple(f"{name}_{part}" for name in TRACKED for part in ("low", "high", "last"))
"""Each is a count of the steps of its number: a small integer takes two bytes, a float eight."""
_COLUMNS: Final = ", ".join(f"{column} INTEGER" for column in NUMBER_COLUMNS)
_TABLES: Final = f"""
CREATE TABLE sensors (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE devices (name TEXT PRIMARY KEY, sensor INTEGER NOT NULL REFERENCES sensors(id)) WITHOUT ROWID;
CREATE TABLE points (
    sensor INTEGER NOT NULL REFERENCES sensors(id),
    hour INTEGER NOT NULL,
    {_COLUMNS},
    front TEXT,
    version TEXT,
    PRIMARY KEY (sensor, hour)
) WITHOUT ROWID;
CREATE TABLE findings (
    sensor INTEGER NOT NULL REFERENCES sensors(id),
    code TEXT NOT NULL,
    since TEXT NOT NULL,
    ended TEXT,
    PRIMARY KEY (sensor, code, since)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA};
"""


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, in one transaction that is undone if anything fails.

    Each use opens it: a reading of a sensor takes seconds, and several processes and threads use it.

    Raises:
        StorageError: it cannot be used, is damaged, or is not a history of this version.
    """
    make_folder(path.parent)
    make_private(path, "open the history")
    with _translated(path):
        database = sqlite3.connect(path, timeout=BUSY_PATIENCE, isolation_level=None)
        with contextlib.closing(database):
            # Not FULL: a power loss may take the last hour, and never the file.
            write_ahead(database)  # a drive that cannot goes on with a rollback journal
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("BEGIN IMMEDIATE")
            _prepare(path, database)
            yield database
            database.execute("COMMIT")


def _prepare(path: Path, database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if (version, application, tables) == (0, 0, 0):
        for statement in _TABLES.split(";"):  # executescript would commit first
            database.execute(statement)
        return
    if application != APPLICATION:
        raise StorageError(
            f"{display_path(path)} is the database of another program, not a history of sicktui.",
            advice=_MOVE_AWAY,
        )
    if version > SCHEMA:
        raise StorageError(
            f"The history {display_path(path)} was written by a newer sicktui"
            f" (format {version}; this one knows {SCHEMA}).",
            advice="Install the newer sicktui, or choose another folder with --home.",
        )


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        why = explain_sqlite_error(error, path)
        state = "is damaged" if why.is_damage else "cannot be used"
        raise StorageError(
            f"The history {display_path(path)} {state}: {why.problem}.",
            advice=_MOVE_AWAY if why.is_damage else why.advice,
        ) from error
