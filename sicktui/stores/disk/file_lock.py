"""The operating system's exclusive lock on a file, which is free within a millisecond after its holder dies.

Written with the standard library because of where sensors are locked: in a folder that all users of the PC
share, by files that any of them may have created. filelock 4 refuses a file of another user in a folder with
the sticky bit, so one operator would lock a sensor for all others for good; and where a file system has no
``flock`` it uses a lock that outlives its holder.
"""

import contextlib
import errno
import os
import secrets
import stat
import sys
import time
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_SCANNERS: Final = sys.platform == "win32"
_LOCKED: Final = 1
"""Bytes that are locked, at the start of the file: on Windows no other process can read them."""
_CONTENDED: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK})


class FileLock:
    """An exclusive lock on a file, which stays in its place when the lock is released.

    Two objects exclude each other, in one process too; a child process does not inherit the lock.

    Args:
        path: the lock file, created if it does not exist. Its folder must exist.
        mode: the mode of a file that is created, whatever the umask is.
    """

    def __init__(self, path: Path, *, mode: int) -> None:
        self._path = path
        self._mode = mode
        self._handle: int | None = None

    def acquire(self, *, timeout: float, pause: float) -> bool:
        """Take the lock, trying every ``pause`` seconds for ``timeout`` seconds; whether it was free.

        Raises:
            OSError: the file cannot be opened or locked.
        """
        deadline = time.monotonic() + timeout
        while True:
            refusal = None
            try:
                if self._try():
                    return True
            except PermissionError as error:
                refusal = error  # on Windows, a virus scanner may hold the file for a moment
            if time.monotonic() + pause > deadline or (refusal is not None and not _SCANNERS):
                if refusal is not None:
                    raise refusal
                return False
            time.sleep(pause)

    def release(self) -> None:
        """Release the lock, if this object holds it."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with contextlib.suppress(OSError):
                _unlock(handle)
            os.close(handle)

    def read(self, size: int) -> bytes:
        """What is kept in the file. Only while this object holds the lock.

        Raises:
            OSError: it cannot be read.
        """
        os.lseek(self._held, _LOCKED, os.SEEK_SET)
        return os.read(self._held, size)

    def write(self, data: bytes) -> None:
        """Keep a few bytes in the file, in place of those before. Only while this object holds the lock.

        Raises:
            OSError: they cannot be written.
        """
        os.lseek(self._held, _LOCKED, os.SEEK_SET)
        os.write(self._held, data)

    @property
    def _held(self) -> int:
        if self._handle is None:
            raise OSError(errno.EBADF, "the lock is not held", str(self._path))
        return self._handle

    def _try(self) -> bool:
        while True:
            handle = _open(self._path, self._mode)
            locked = named = False
            try:
                # Without a name it was removed (by its last holder, or a cleaner of /tmp) before it was
                # locked: the next process would create and lock another one.
                locked = _lock(handle)
                named = os.fstat(handle).st_nlink > 0
            finally:
                if not (locked and named):
                    os.close(handle)
            if named or not locked:
                self._handle = handle if locked else None
                return locked


def _open(path: Path, mode: int) -> int:
    """Open a regular file, and neither follow a link nor wait for a pipe that somebody put in its place."""
    flags = os.O_RDWR
    if sys.platform == "win32":
        _refuse_link(path)
    else:
        flags |= os.O_NOFOLLOW | os.O_NONBLOCK
    while True:
        try:
            # Without O_CREAT first: Linux refuses that for files of others in folders like /tmp.
            handle = os.open(path, flags)
            break
        except FileNotFoundError:
            with contextlib.suppress(FileExistsError):  # another process was faster: open its file
                handle = _create(path, flags, mode)
                break
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileExistsError(errno.EEXIST, "it is not a regular file", str(path))
    return handle


def _lock(handle: int) -> bool:
    """Lock the file without waiting; whether it was free."""
    try:
        _take(handle)
    except OSError as error:
        if error.errno in _CONTENDED:
            return False
        raise
    return True


if sys.platform == "win32":

    def _create(path: Path, flags: int, mode: int) -> int:
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, mode)

    def _refuse_link(path: Path) -> None:
        with contextlib.suppress(FileNotFoundError):
            if path.lstat().st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))

    def _take(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, _LOCKED)  # which need not exist

    def _unlock(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)  # it unlocks from where the file was read or written last
        msvcrt.locking(handle, msvcrt.LK_UNLCK, _LOCKED)

else:

    def _create(path: Path, flags: int, mode: int) -> int:
        """Create the file with this mode, whatever the umask is.

        One for all users gets another name first: a process that is killed in between would leave a file that
        no other user can open, and only its owner may remove it from a folder like /tmp.
        """
        flags |= os.O_CREAT | os.O_EXCL
        if mode & 0o077 == 0:
            return os.open(path, flags, mode)
        made = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
        handle = os.open(made, flags, mode)
        try:
            with contextlib.suppress(PermissionError):  # a file system without modes
                os.fchmod(handle, mode)
            os.link(made, path)
        except BaseException:
            os.close(handle)
            raise
        finally:
            made.unlink()
        return handle

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
