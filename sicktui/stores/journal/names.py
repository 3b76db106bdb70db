"""The newest runs, for completion in a shell: read only, without a check of the file, with few imports."""

import sqlite3
from contextlib import closing
from pathlib import Path


def recent_runs(path: Path, limit: int) -> list[tuple[str, str, str]]:
    """Id, operation and recorded state of the newest runs; empty if there are none, or they cannot be read.

    Args:
        path: the journal; it is not created.
        limit: how many at most.
    """
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.05)
        ) as database:
            rows = database.execute(
                "SELECT run, operation, state FROM runs ORDER BY seq DESC LIMIT ?", (limit,)
            )
            return [(str(run), str(operation), str(state)) for run, operation, state in rows]
    except (sqlite3.Error, OSError):
        return []
