"""A small JSON record that several processes read and change at the same time."""

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from sicktui.stores.disk.files import StorageError, display_path, exclusive, write_atomic
from sicktui.stores.disk.sealed_json import read_json

T = TypeVar("T", bound=Struct)


class SharedRecord(Generic[T]):
    """One record in one file. A change is made under a lock to what the file holds then.

    Args:
        path: the file; it need not exist.
        empty: the record of a file that does not exist.
    """

    def __init__(self, path: Path, empty: T) -> None:
        self.path = path
        self._empty = empty
        self._lock = threading.Lock()
        self._waiting: deque[_Change[T]] = deque()
        self._read: tuple[tuple[int, int, int], T] | None = None

    def read(self) -> T:
        """The record as it is now. The file is parsed again only if it has changed.

        Raises:
            StorageError: it cannot be read, or is damaged.
        """
        try:
            found = self.path.stat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)
            if self._read is None or self._read[0] != mark:
                self._read = mark, read_json(self.path, type(self._empty))
        except (FileNotFoundError, NotADirectoryError):
            return self._empty  # A file in place of its folder holds no record; writing one will fail.
        except (OSError, msgspec.DecodeError) as error:
            raise StorageError(
                f"Cannot read {display_path(self.path)}: {type(error).__name__}.",
                advice="Put a copy of the file in its place, or delete it.",
            ) from error
        return self._read[1]

    def change(self, change: Callable[[T], T]) -> T:
        """Change the record, and write it if that made it another one. Returns it.

        Changes that other threads make while the file is written are written together afterwards: a write
        waits for the disk, and two hundred sensors that answer at once are not two hundred writes.

        Raises:
            StorageError: it cannot be read or written.
        """
        if change(self.read()) == self.read():
            return self.read()
        mine = _Change(change)
        self._waiting.append(mine)
        with self._lock:
            if not mine.over:
                self._write_all()
        if mine.error is not None:
            raise mine.error
        return self.read() if mine.made is None else mine.made

    def _write_all(self) -> None:
        """Make the changes that wait, in their order, and write them. Their threads learn what came of it."""
        batch: list[_Change[T]] = []
        while self._waiting:
            batch.append(self._waiting.popleft())
        try:
            with exclusive(self.path):
                new = old = self.read()
                for each in batch:
                    new = each.apply(new)
                if new != old:
                    write_atomic(self.path, msgspec.json.format(msgspec.json.encode(new), indent=1))
        except BaseException as error:  # noqa: BLE001  raised in each thread whose change was lost
            for each in batch:
                each.error = each.error or error
        finally:
            for each in batch:
                each.over = True


class _Change(Generic[T]):
    """A change that waits for the file, and what came of it."""

    def __init__(self, change: Callable[[T], T]) -> None:
        self._change = change
        self.over = False
        self.made: T | None = None
        """The record with it."""
        self.error: BaseException | None = None

    def apply(self, record: T) -> T:
        """The record with this change; as it was if the change itself fails, which is its thread's matter."""
        try:
            self.made = self._change(record)
        except Exception as error:  # noqa: BLE001  raised in its own thread
            self.error = error
            return record
        return self.made
