"""The format of the journal's database: its tables, and how a database of an older format gets them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sicktui.stores.disk.files import replace, settle, storage_errors, temporary
from sicktui.stores.journal.chain import Seals, seal_old_runs

SCHEMA: Final = 3
"""Kept as ``user_version``. A newer one is refused: its rows might mean something else."""
APPLICATION: Final = 0x7369636B
"""Kept as ``application_id`` ("sick"), so that no other program's database is taken for a journal."""

_TABLES: Final = """
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,
    operation TEXT NOT NULL,
    state TEXT NOT NULL,
    pid INTEGER,
    started TEXT NOT NULL,
    finished TEXT,
    spec BLOB NOT NULL,
    crc INTEGER
);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL REFERENCES runs(run),
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    crc INTEGER
);
CREATE INDEX events_of_run ON events(run, seq);
CREATE TABLE commands (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL REFERENCES runs(run),
    command TEXT NOT NULL
);
CREATE INDEX commands_of_run ON commands(run, seq);
"""
_CHECKSUMS: Final = "ALTER TABLE runs ADD COLUMN crc INTEGER; ALTER TABLE events ADD COLUMN crc INTEGER;"
"""Format 1 had none."""
_CHAINS: Final = """
ALTER TABLE events ADD COLUMN link BLOB;
CREATE TABLE chains (
    run TEXT PRIMARY KEY REFERENCES runs(run),
    whole INTEGER NOT NULL,
    head BLOB NOT NULL,
    links INTEGER NOT NULL,
    seal TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE orders (
    key TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs(run)
) WITHOUT ROWID;
"""
"""Format 2 had neither: the chain of each run's events, and the orders that a run was started for."""
_STEPS: Final = {0: _TABLES + _CHAINS, 1: _CHECKSUMS + _CHAINS, 2: _CHAINS}
"""What a database of each format lacks."""


def number(database: sqlite3.Connection, pragma: str) -> int:
    """The value of a pragma."""
    (value,) = database.execute(f"PRAGMA {pragma}").fetchone()
    return int(value)


def kept_copy(path: Path, version: int) -> Path:
    """Where the journal of an older format is kept as it was: an older sicktui can read it."""
    return path.with_name(f"{path.stem}-format-{version}{path.suffix}")


def bring_up(path: Path, database: sqlite3.Connection) -> None:
    """Make the tables, or add what a database of an older format lacks, all or nothing.

    Raises:
        StorageError: the copy or the key for seals cannot be written.
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        version = number(database, "user_version")
        if version < SCHEMA:  # else another process was faster
            if version > 0:
                _keep_copy(path, version)
            for statement in _STEPS[version].split(";"):
                database.execute(statement)
            if version > 0:
                seal_old_runs(database, Seals(path))
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            database.execute(f"PRAGMA user_version = {SCHEMA}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _keep_copy(path: Path, version: int) -> None:
    """Copy the database as it was, within the transaction that changes it: others cannot write meanwhile."""
    target = kept_copy(path, version)
    with storage_errors("keep a copy of the journal as", target), temporary(path.parent, target.name) as made:
        file, part = made
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        settle(file)
        replace(part, target)
