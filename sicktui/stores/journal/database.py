"""The journal's database file: opened, made, and its errors turned into words."""

import contextlib
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, Self

from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import (
    StorageError,
    display_path,
    make_folder,
    storage_errors,
    sync_folder,
)
from sicktui.stores.disk.sqlite import BUSY_PATIENCE, explain_sqlite_error, make_private, write_ahead
from sicktui.stores.journal.formats import APPLICATION, SCHEMA, bring_up, number


class JournalError(StorageError):
    """The journal cannot be used; the message names its file."""


class JournalDamaged(JournalError):
    """A damaged part of the journal. What is before it, and mostly what is after it, can still be read.

    Args:
        message: what is damaged.
        advice: what to do.
        run: the run, if the damage is in one row.
        sequence: the number of the event; ``None`` for the run's own row, or for the file as a whole.
    """

    def __init__(
        self, message: str, *, advice: str = "", run: str | None = None, sequence: int | None = None
    ) -> None:
        super().__init__(message, advice=advice)
        self.run = run
        self.sequence = sequence

    @classmethod
    def row(cls, path: Path, run: str, sequence: int | None, problem: str) -> Self:
        """The damage of one row: of an event, or (without ``sequence``) of the run itself."""
        row = "the run's own row" if sequence is None else f"event {sequence}"
        return cls(
            f"The journal {display_path(path)} is damaged: {row} of run {clean(run)} cannot be read"
            f" ({clean(problem)}).",
            advice="Look at the sensors themselves with 'sicktui status', and keep the file.",
            run=run,
            sequence=sequence,
        )

    @classmethod
    def file(cls, path: Path, problem: str) -> Self:
        """The damage of the file."""
        return cls(f"The journal {display_path(path)} is damaged: {problem}.", advice=_MOVE_AWAY)


_MOVE_AWAY: Final = (
    "Look at the sensors themselves with 'sicktui status'. Then move the file away (keep it): sicktui "
    "starts a new journal."
)
_GO_ON: Final = "Free some space, then try again; 'sicktui runs resume' continues a run that had begun."


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside into ``JournalError``, those of a damaged file into ``JournalDamaged``."""
    try:
        yield
    except sqlite3.Error as error:
        why = explain_sqlite_error(error, path)
        if why.is_damage:
            raise JournalDamaged.file(path, why.problem) from error
        advice = _GO_ON if why.is_full else why.advice
        raise JournalError(
            f"The journal {display_path(path)} cannot be used: {why.problem}.", advice=advice
        ) from error


class Opened(NamedTuple):
    """The database of a journal."""

    database: sqlite3.Connection
    damage: JournalDamaged | None
    """What is wrong with the file; it can then be read as far as it goes, and not be written."""


def open_database(path: Path) -> Opened:
    """Open the journal's database, making it if there is none. Only its owner may read it (0600).

    Raises:
        JournalError: it cannot be used, is not a journal, or is of a newer sicktui.
    """
    try:
        make_folder(path.parent)
        make_private(path, "open the journal")
    except StorageError as error:
        raise JournalError(error.message, advice=error.advice) from error
    try:
        return Opened(_connect(path), None)
    except JournalDamaged as damage:
        return Opened(_salvage(path, damage), damage)


def _connect(path: Path) -> sqlite3.Connection:
    with translated(path):
        database = sqlite3.connect(path, timeout=BUSY_PATIENCE, isolation_level=None, check_same_thread=False)
        database.text_factory = _text
        try:
            _prepare(path, database)
        except BaseException:
            database.close()
            raise
    return database


def _text(raw: bytes) -> str:
    """Text as it is kept; damaged text must not make the rows around it unreadable."""
    return raw.decode(errors="replace")


def _salvage(path: Path, damage: JournalDamaged) -> sqlite3.Connection:
    """A connection that reads what is left of a damaged file, and cannot change it.

    Raises:
        JournalDamaged: the given one, if nothing can be read.
    """
    for how in ("mode=ro", "mode=ro&immutable=1"):
        try:
            # As a URI, and only to read: a plain connection would write into the file when it is closed.
            database = sqlite3.connect(
                f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error:
            continue
        database.text_factory = _text
        try:
            # Lets SQLite read a file that was cut short up to its end, instead of not at all.
            database.execute("PRAGMA writable_schema = ON")
            database.execute("SELECT count(*) FROM runs").fetchone()
        except sqlite3.Error:
            database.close()
        else:
            return database
    raise damage


def _prepare(path: Path, database: sqlite3.Connection) -> None:
    database.execute("PRAGMA foreign_keys = ON")
    if sys.platform == "darwin":
        # There, fsync leaves the data in the disk's own cache.
        database.execute("PRAGMA fullfsync = ON")
        database.execute("PRAGMA checkpoint_fullfsync = ON")
    _check(path, database)
    if not write_ahead(database):
        raise JournalError(
            f"The journal cannot be stored at {display_path(path)}: its drive has no shared memory.",
            advice="Choose a folder on a disk of this PC with --home.",
        )
    if number(database, "user_version") < SCHEMA:
        database.execute("PRAGMA synchronous = FULL")
        try:
            bring_up(path, database)
            with storage_errors("make the journal", path):
                sync_folder(path.parent)
        except StorageError as error:
            raise JournalError(error.message, advice=error.advice) from error
    _check(path, database)


def _check(path: Path, database: sqlite3.Connection) -> None:
    # In one transaction: between two readings another process may make the journal.
    database.execute("BEGIN")
    try:
        version, application = number(database, "user_version"), number(database, "application_id")
        tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")
    if version == 0 and application == 0 and tables == 0:
        return  # new, or being made by another process at this moment
    if application != APPLICATION:
        raise JournalError(
            f"{display_path(path)} is the database of another program, not a journal of sicktui.",
            advice="Move the file away, or choose another folder with --home.",
        )
    if version > SCHEMA:
        raise JournalError(
            f"The journal {display_path(path)} was written by a newer sicktui"
            f" (format {version}; this one knows {SCHEMA}).",
            advice="Install the newer sicktui, or choose another folder with --home.",
        )
