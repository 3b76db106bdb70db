"""The turns of a sensor, which the processes of this PC share: who asks it, and how often it was asked.

One small file for each sensor in the folder of locks, whatever the user and the home are. The operating
system's lock on it is the turn; its bytes are the count of what was sent. Nothing in it needs to survive a
restart of the PC.
"""

import contextlib
import errno
import hashlib
import time
from pathlib import Path
from typing import Final

from sicktui.stores.disk.file_lock import FileLock
from sicktui.stores.disk.files import PRIVATE_FILE, StorageError, readable
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import SHARED_FILE, prepare_folder

_LARGEST: Final = 64
_KEPT: Final = 24 * 3600.0
"""Seconds after which the file of a sensor that is not asked any more is removed."""
_PREFIX: Final = "sicktui-turn-"


class SharedTurns:
    """Makes the file of a sensor.

    Args:
        home: the folders.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._swept = False

    def __call__(self, place: str) -> "SharedTurn":
        """The turn of the sensor at this place."""
        if not self._swept:
            self._swept = True
            self._sweep()
        name = f"{_PREFIX}{hashlib.sha256(place.encode()).hexdigest()[:16]}-{readable(place)}.lock"
        return SharedTurn(self._home.sensor_locks / name, shared=self._home.shared_locks)

    def _sweep(self) -> None:
        """Remove this user's files that are not used any more."""
        with contextlib.suppress(OSError):
            for path in self._home.sensor_locks.glob(f"{_PREFIX}*"):
                with contextlib.suppress(OSError):
                    if abs(time.time() - path.lstat().st_mtime) > _KEPT:
                        path.unlink()


class SharedTurn:
    """One sensor's file.

    Args:
        path: the file, made when it is first needed.
        shared: whether other users of the PC meet here too.
    """

    def __init__(self, path: Path, *, shared: bool) -> None:
        self._path = path
        self._shared = shared
        self._lock = FileLock(path, mode=SHARED_FILE if shared else PRIVATE_FILE)

    def take(self) -> bool:
        """Lock the file without waiting; whether it was free.

        Raises:
            OSError: it cannot be used.
        """
        try:
            return self._lock.acquire(timeout=0, pause=0)
        except FileNotFoundError:
            try:
                prepare_folder(self._path.parent, shared=self._shared)
            except StorageError as error:
                raise OSError(errno.EIO, error.message, str(self._path)) from error
            return self._lock.acquire(timeout=0, pause=0)

    def release(self) -> None:
        """Unlock it."""
        self._lock.release()

    def load(self) -> bytes:
        """What is kept in it.

        Raises:
            OSError: it cannot be read.
        """
        return self._lock.read(_LARGEST)

    def store(self, data: bytes) -> None:
        """Keep a few bytes in it.

        Raises:
            OSError: they cannot be written.
        """
        self._lock.write(data)

    def changed(self) -> int:
        """When it was changed last; another number after each change."""
        return self._path.stat().st_mtime_ns
