"""What is wrong with a journal, found by looking at all of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sicktui.model.safe_text import clean
from sicktui.stores.journal.database import JournalDamaged, open_database, translated
from sicktui.stores.journal.rows import changed_rows, run_rows


def find_damages(path: Path, *, of: str | None = None) -> list[JournalDamaged]:
    """The damage of the file, and of one row of each run. Empty if all is well.

    Over a separate connection: it takes about a second for a gigabyte or a million rows, and readers
    that follow a run must not wait for it.

    Args:
        path: the journal's file.
        of: leave out what is surely that of other runs only.

    Raises:
        JournalError: the journal cannot be read.
    """
    database, damage = open_database(path)
    found = [] if damage is None else [damage]
    others: set[str] = set()
    with closing(database):
        try:
            with translated(path):
                for more in _damages(path, database):
                    if more.run is None or more.sequence is not None or more.run not in _runs(found):
                        found.append(more)
                if of is not None:
                    others = {str(run) for (run,) in database.execute("SELECT run FROM runs")} - {of}
        except JournalDamaged as end:
            found.append(end)
    return [damage for damage in found if damage.run not in others]


def _damages(path: Path, database: sqlite3.Connection) -> Iterator[JournalDamaged]:
    [[words]] = database.execute("PRAGMA integrity_check(1)").fetchall()
    if words != "ok":
        yield JournalDamaged.file(path, clean(str(words)))
    yield from (row for row in run_rows(database, path, "", -1) if isinstance(row, JournalDamaged))
    for run, sequence in changed_rows(database):
        yield JournalDamaged.row(path, run, sequence, "its checksum is wrong")


def _runs(found: list[JournalDamaged]) -> set[str | None]:
    return {damage.run for damage in found}
