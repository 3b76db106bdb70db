"""A folder on the shelf's disk to fetch into. What a killed process has left is removed by the next one."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sicktui.stores.disk.file_lock import FileLock
from sicktui.stores.disk.files import PRIVATE_FILE, make_folder, storage_errors
from sicktui.stores.packages.leftovers import is_left_over

PREFIX: Final = ".fetch-"
_LOCK: Final = "lock"


@contextlib.contextmanager
def fetch_room(shelf: Path) -> Iterator[Path]:
    """An empty folder on the shelf's disk, removed afterwards.

    Args:
        shelf: the folder of the shelf.

    Raises:
        StorageError: it cannot be made.
    """
    make_folder(shelf)
    _sweep(shelf)
    with storage_errors("fetch to", shelf):
        outer = Path(tempfile.mkdtemp(dir=shelf, prefix=PREFIX))
        lock = FileLock(outer / _LOCK, mode=PRIVATE_FILE)
        lock.acquire(timeout=0, pause=0)
        room = outer / "room"
        room.mkdir()
    try:
        yield room
    finally:
        lock.release()
        shutil.rmtree(outer, ignore_errors=True)


def _sweep(shelf: Path) -> None:
    for left in shelf.glob(f"{PREFIX}*"):
        lock = FileLock(left / _LOCK, mode=PRIVATE_FILE)
        with contextlib.suppress(OSError):
            # Without a lock file it was killed, or begins just now: a moment later it has one.
            if not (left / _LOCK).exists():
                if is_left_over(left):
                    shutil.rmtree(left, ignore_errors=True)
            elif lock.acquire(timeout=0, pause=0):
                lock.release()
                shutil.rmtree(left, ignore_errors=True)
