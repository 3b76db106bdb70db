"""Journals as older versions have written them."""

import sqlite3
from contextlib import closing
from pathlib import Path


def make_older(path: Path, version: int) -> None:
    """Give a journal that nobody has open the format 1 or 2."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript("ALTER TABLE events DROP COLUMN link; DROP TABLE chains; DROP TABLE orders")
        if version == 1:
            for table in ("runs", "events"):
                database.execute(f"ALTER TABLE {table} DROP COLUMN crc")
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()
    path.with_suffix(".key").unlink()
