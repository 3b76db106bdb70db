"""What every SQLite database of ours needs: write-ahead logging, and the words for its errors."""

import contextlib
import os
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Final, NamedTuple

from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import PRIVATE_FILE, storage_errors

BUSY_PATIENCE: Final = 5.0
"""Seconds to wait for another process that writes."""
_PRIMARY: Final = 0xFF
"""The part of SQLite's error numbers with the kind of error."""

_DAMAGED: Final = {
    sqlite3.SQLITE_CORRUPT: "its content is inconsistent",
    sqlite3.SQLITE_NOTADB: "it is not a valid database",
}
_WORDS: Final = {
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space, then try again."),
    sqlite3.SQLITE_BUSY: (
        f"another process has kept it busy for {BUSY_PATIENCE:g} seconds",
        "Try again. If that does not help, look for a sicktui that hangs.",
    ),
    sqlite3.SQLITE_LOCKED: ("another part of this process keeps it busy", "Try again."),
    sqlite3.SQLITE_READONLY: ("it is read-only", "Check who owns the file and its folder."),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened",
        "Check who owns the file and its folder, and whether the disk has room (df, df -i).",
    ),
    sqlite3.SQLITE_PERM: ("permission denied", "Check who owns the file and its folder."),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "Check the disk; choose another with --home."),
}


class Explained(NamedTuple):
    """An error in words."""

    problem: str
    advice: str
    is_damage: bool
    """Whether the file is damaged; there is no advice then."""
    is_full: bool
    """Whether the disk is full."""


def explain_sqlite_error(error: sqlite3.Error, path: Path) -> Explained:
    """Why SQLite refused.

    Args:
        error: what it raised.
        path: the file of the database.
    """
    number = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if number in _DAMAGED:
        return Explained(_DAMAGED[number], "", is_damage=True, is_full=False)
    if number in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _has_no_room(path):
        number = sqlite3.SQLITE_FULL  # a full disk has no room for the index of the write-ahead log
    words, advice = _WORDS.get(number, (clean(str(error)), ""))
    return Explained(words, advice, is_damage=False, is_full=number == sqlite3.SQLITE_FULL)


def make_private(path: Path, doing: str) -> None:
    """Make an empty file for a database that is not there yet. Only its owner may read it.

    Not by SQLite, which would ask the umask; its -wal and -shm files get the same mode. An existing file is
    left alone: closing it would drop the locks that SQLite holds in this process.

    Args:
        path: the file.
        doing: what it is made for, as ``storage_errors`` names it.

    Raises:
        StorageError: it cannot be made.
    """
    with storage_errors(doing, path), contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))


def write_ahead(database: sqlite3.Connection) -> bool:
    """Switch to write-ahead logging. Returns whether the drive can: it needs shared memory.

    Raises:
        sqlite3.Error: it cannot be switched.
    """
    deadline = time.monotonic() + BUSY_PATIENCE
    while True:
        try:
            (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            # Two processes that make the database at once: SQLite does not wait here by itself.
            busy = error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return bool(mode == "wal")


def _has_no_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free == 0
    except OSError:
        return False
