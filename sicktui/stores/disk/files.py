"""Writing files so that they are whole, private and never lost.

A file is either as it was or as it shall be: it is written beside its place, forced to the
disk, and then renamed (a plain ``open("w")`` gave torn reads in 9 of 10 tries).
"""

import contextlib
import errno
import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.stores.disk.file_lock import FileLock

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
CHUNK: Final = 1024 * 1024
"""Bytes read at a time while hashing or copying."""
LOCK_PATIENCE: Final = 5.0
"""Seconds to wait for another process that is changing the same file."""
LOCK_PAUSE: Final = 0.05
"""Seconds between two tries at such a lock."""
TEMPORARY_SUFFIX: Final = ".part"
REPLACE_PATIENCE: Final = 2.5
"""Seconds for which a rename is tried again on Windows, where a virus scanner may hold the file."""

T = TypeVar("T")

_WINDOWS: Final = sys.platform == "win32"
POSIX_MODES: Final = not _WINDOWS
"""Whether the mode of a file decides who may read it. On Windows, the rights of the user's profile apply."""

_ADVICE: Final = {
    errno.ENOSPC: ("the disk is full", "Free some space, then try again."),
    errno.EDQUOT: ("disk quota exceeded", "Free some space, then try again."),
    errno.EROFS: ("the disk is read-only", "Choose another folder with --home."),
    errno.EACCES: ("permission denied", "Check who owns the folder, or choose another one with --home."),
    errno.EPERM: ("permission denied", "Check who owns the folder, or choose another one with --home."),
    errno.EISDIR: ("it is a folder", "Move that folder away."),
    errno.ELOOP: ("it is a symbolic link", "Find out who made it, then delete it."),
    errno.ENAMETOOLONG: ("its name is too long", "Give it a shorter name."),
    errno.ENOTDIR: ("there is a file where a folder should be", "Move that file away."),
}


class StorageError(SicktuiError):
    """Something could not be kept on, or read from, this PC's disk; the message names the file."""

    def __init__(self, message: str, *, advice: str = "", code: Code = Code.STORAGE_ERROR) -> None:
        super().__init__(message, advice=advice, code=code)


def explain_os_error(error: OSError) -> tuple[str, str]:
    """Why the operating system refused, in words, and what to do about it."""
    words, advice = _ADVICE.get(error.errno or 0, (error.strerror or type(error).__name__, ""))
    return clean(words), advice


def display_path(path: Path | str) -> str:
    """A path as people may see it: names on a disk can hold control characters."""
    return clean(str(path), 400)


@contextlib.contextmanager
def storage_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn an ``OSError`` inside into a ``StorageError``.

    Args:
        doing: what is being tried, e.g. ``write``.
        path: the file or folder that the message names.
    """
    try:
        yield
    except OSError as error:
        words, advice = explain_os_error(error)
        raise StorageError(f"Cannot {doing} {display_path(path)}: {words}.", advice=advice) from error


def expand_path(word: str | Path) -> Path:
    """Expand ``~`` in a path that a person has typed."""
    path = Path(word)
    try:
        return path.expanduser()
    except RuntimeError:
        return path  # No such user: the file will be reported as missing, as for any other name.


def working_folder() -> Path:
    """The folder that the program works in; the user's own where that was deleted meanwhile."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()


def exists(path: Path) -> bool:
    """Whether there is something at a path, as far as this user can see.

    ``Path.exists`` raises where a folder on the way is closed to this user, or the name is too long;
    the next operation on the path explains that better.
    """
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def make_folder(path: Path) -> None:
    """Create a folder that only its owner may enter (0700), with its parents. An existing one is kept.

    Raises:
        StorageError: it cannot be made.
    """
    with storage_errors("create the folder", path):
        chain = []
        missing = path
        while not missing.exists() and missing != missing.parent:  # a drive may be gone
            chain.append(missing)
            missing = missing.parent
        for folder in reversed(chain):
            # One by one: Path.mkdir(parents=True) would give the parents the default mode. Another
            # process may be at it too.
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=PRIVATE_FOLDER)
                sync_folder(folder.parent)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def write_atomic(path: Path, data: bytes, *, mode: int = PRIVATE_FILE) -> None:
    """Put ``data`` in the place of ``path``, whole or not at all, and force it to the disk.

    A symbolic link is followed, so a file that is kept elsewhere stays there. The folder is made if
    it does not exist.

    Raises:
        StorageError: it cannot be written; the old content is untouched.
    """
    with storage_errors("write", path):
        place = Path(os.path.realpath(path))
        make_folder(place.parent)
        with temporary(place.parent, place.name) as (file, temp):
            file.write(data)
            settle(file, mode)
            replace(temp, place)
            sync_folder(place.parent)


def export_file(path: Path, data: bytes) -> None:
    """Write a file to a place that a person has named: whole or not at all, and into a folder that exists.

    A symbolic link is followed. A file that is replaced keeps its mode; a new one is for its owner alone.

    Raises:
        StorageError: there is no such folder, something else than a file is there, or it cannot be written.
    """
    with storage_errors("write", path):
        place = Path(os.path.realpath(path))
        if not place.parent.is_dir():
            raise StorageError(
                f"Cannot write {display_path(path)}: there is no folder {display_path(place.parent)}.",
                advice="Create that folder, or choose another one.",
            )
        try:
            now = place.stat().st_mode
        except FileNotFoundError:
            now = stat.S_IFREG | PRIVATE_FILE
        if not stat.S_ISREG(now):
            raise StorageError(
                f"{display_path(path)} is not a regular file.", advice="Choose the name of a file."
            )
    write_atomic(place, data, mode=now & 0o777)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Keep other processes from changing ``path`` at the same time, by a lock file beside it.

    Raises:
        StorageError: another process holds it for longer than it should, or the folder is not writable.
    """
    lock = FileLock(path.parent / f".{path.name}.lock", mode=PRIVATE_FILE)
    make_folder(path.parent)
    with storage_errors("write", path):
        if not lock.acquire(timeout=LOCK_PATIENCE, pause=LOCK_PAUSE):
            raise StorageError(
                f"Another sicktui has been using {display_path(path)} for over {LOCK_PATIENCE:g} seconds.",
                advice="Try again. If that does not help, look for a sicktui that hangs.",
            )
    try:
        yield
    finally:
        lock.release()


def temporary_prefix(name: str) -> str:
    """How the names of the temporary files for the file ``name`` begin."""
    # Cut: with the random part it must stay below the 255 bytes of common file systems.
    return f".{name[:60]}."


@contextlib.contextmanager
def temporary(folder: Path, name: str) -> Iterator[tuple[BinaryIO, Path]]:
    """A temporary file in ``folder`` (0600), removed afterwards unless it was renamed."""
    handle, text = tempfile.mkstemp(dir=folder, prefix=temporary_prefix(name), suffix=TEMPORARY_SUFFIX)
    temp = Path(text)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, temp
    finally:
        # What a virus scanner holds for a moment goes a moment later (Windows).
        retry_on_windows(lambda: temp.unlink(missing_ok=True))


def settle(file: BinaryIO, mode: int = PRIVATE_FILE) -> None:
    """Force what was written to the disk, set its mode, and close the file: Windows renames no open file."""
    file.flush()
    os.fsync(file.fileno())
    if sys.platform != "win32":
        os.fchmod(file.fileno(), mode)
    file.close()


def replace(source: Path, target: Path) -> None:
    """``os.replace``, tried again for 2.5 seconds where Windows refuses for a moment.

    Raises:
        OSError: it cannot be renamed.
    """
    retry_on_windows(lambda: source.replace(target))


def retry_on_windows(act: Callable[[], T], *, patience: float = REPLACE_PATIENCE if _WINDOWS else 0.0) -> T:
    """Do ``act``; on Windows again while it raises ``PermissionError``, for ``patience`` seconds in all.

    Raises:
        OSError: what ``act`` raised last.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return act()
        except PermissionError:
            if time.monotonic() + LOCK_PAUSE > deadline:
                raise
            time.sleep(LOCK_PAUSE)


def read_at_most(path: Path, limit: int) -> bytes:
    """The content of a file, of one that is larger than ``limit`` bytes one byte more than that.

    Raises:
        OSError: it cannot be read.
    """

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(limit + 1)

    # Windows refuses for a moment while another process renames a new version into its place.
    return retry_on_windows(read)


def publish(temp: Path, target: Path) -> None:
    """Give the finished file ``temp`` the name ``target``, which must not exist: nothing is ever overwritten.

    A rename overwrites on Linux, so the file gets a second name; the caller drops the first. Drives that
    know no second names (FAT) have theirs taken with an empty file, which a crash in between leaves behind.

    Raises:
        FileExistsError: the name is taken.
        OSError: it cannot be given.
    """
    try:
        target.hardlink_to(temp)
    except FileExistsError:
        raise
    except OSError:
        _take_and_replace(temp, target)
    sync_folder(target.parent)


def _take_and_replace(temp: Path, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
    try:
        replace(temp, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def open_log(path: Path) -> BinaryIO:
    """Open a log file to write at its end. It is for its owner alone (0600), also if it was not before.

    Raises:
        OSError: it cannot be made or opened.
    """
    # By hand, because open("ab") asks the umask, and the first lines would be there for everybody.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):  # another user's file; opening it explains that
            path.chmod(PRIVATE_FILE)
    return path.open("ab")


def sync_folder(folder: Path) -> None:
    """Force a rename to the disk. Windows has no such call and needs none.

    Raises:
        OSError: the disk refused.
    """
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        except OSError as error:
            # Some network file systems have no fsync of folders; the rename is then as safe as it gets.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(handle)


class TooLarge(Exception):
    """A stream went on after the limit."""


def copy_hashed(source: BinaryIO, target: BinaryIO | None, limit: int) -> tuple[int, str]:
    """Read ``source`` to its end, writing it to ``target`` if there is one.

    Returns:
        The size in bytes and the SHA-256 in lower-case hex.

    Raises:
        TooLarge: there is more than ``limit`` bytes.
        OSError: reading or writing failed.
    """
    digest = hashlib.sha256()
    size = 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return size, digest.hexdigest()


def is_regular(path: Path) -> bool:
    """Whether ``path`` is a file, and no folder, pipe or device (reading those could block for ever).

    Raises:
        OSError: it does not exist or may not be looked at.
    """
    return stat.S_ISREG(path.stat().st_mode)


_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
_RESERVED: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))]
)
_LONGEST_NAME: Final = 48


def is_portable(name: str) -> bool:
    """Whether a file name is the same file on every system: Windows has devices (``CON``) and cuts dots."""
    device = name.partition(".")[0].strip().lower() in _RESERVED
    return not (device or set(name) & set('\\/:*?"<>|') or name.endswith((".", " ")))


def readable(text: str) -> str:
    """The letters, digits, dots and dashes of ``text``, for a part of a file name; may be empty."""
    return "".join(char if char in _PLAIN else "-" for char in text[:_LONGEST_NAME]).strip(".-")


def safe_name(text: str) -> str:
    """A file name made of ``text`` that every file system takes, Windows and its reserved names included.

    What had to be changed gets a few letters of its hash, so that two texts stay two names.
    """
    name = readable(text)
    reserved = name.split(".")[0].lower() in _RESERVED
    if name == text and name and not reserved:
        return name
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name}_{mark}" if name and not reserved else f"x-{name}_{mark}"
