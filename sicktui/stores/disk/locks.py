"""Advisory locks: one sensor is driven by one process of this PC at a time, and one run by one runner.

They are the operating system's file locks, free again within a millisecond after their holder dies.
"""

import contextlib
import errno
import hashlib
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

from sicktui.model.clock import Clock, SystemClock, timestamp
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address import Address
from sicktui.stores.disk.file_lock import FileLock
from sicktui.stores.disk.files import (
    PRIVATE_FILE,
    StorageError,
    display_path,
    explain_os_error,
    make_folder,
    readable,
    safe_name,
    storage_errors,
)
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.lock_owner import Owner, clear_owner, operator, read_owner, write_owner

__all__ = [
    "Held",
    "Lock",
    "Owner",
    "SensorLock",
    "operator",
    "pc_lock",
    "run_lock",
    "segment_lock",
    "sensor_lock",
]

SHARED_FILE: Final = 0o666
_SHARED_FOLDER: Final = 0o1777
_PATIENCE: Final = 0.3
"""Seconds for which a lock is tried: ``is_held`` in another process takes it for a moment."""
_PAUSE: Final = 0.02

_log: Final = logging.getLogger(__name__)


class Held(SicktuiError):
    """Somebody else holds a lock.

    Args:
        what: what the lock guards, e.g. ``The sensor serial 123``.
        owner: who holds it; ``None`` if that is not known.
        clock: for the time in the message.
    """

    def __init__(self, what: str, owner: Owner | None, clock: Clock | None = None) -> None:
        by = "another process of this PC" if owner is None else owner.words(clock)
        super().__init__(
            f"{what} is in use by {by}.",
            advice="Wait until it finishes, or ask the user who holds it.",
            code=Code.BUSY,
        )
        self.owner = owner


class Lock:
    """An advisory lock with a name for people. One object is one holder, from whatever thread.

    Args:
        path: the lock file; the owner's file is beside it.
        what: what it guards, for messages.
        purpose: what it is taken for, for the owner's file.
        shared: whether other users of the PC take it too.
        passing: whether its files are removed with it, because it is taken once and never again.
        clock: where ``since`` comes from.
    """

    def __init__(
        self,
        path: Path,
        *,
        what: str,
        purpose: str = "",
        shared: bool = False,
        passing: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.path = path
        self.owner_path = path.with_suffix(".json")
        self.what = what
        self.purpose = purpose
        self.shared = shared
        self._passing = passing
        self._clock = clock or SystemClock()
        self._lock: FileLock | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def mine(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock is not None

    def acquire(self) -> None:
        """Take the lock, without waiting until its holder is done; a second time is refused like the first.

        Raises:
            Held: somebody has it; names the owner.
            StorageError: the lock file cannot be made.
        """
        if self.mine:
            raise Held(self.what, read_owner(self.owner_path), self._clock)
        lock = self._take(_PATIENCE)
        if lock is None:
            raise Held(self.what, read_owner(self.owner_path), self._clock)
        self._lock = lock
        self._sign()

    def release(self) -> None:
        """Give the lock back; without it, nothing happens."""
        if self._lock is not None:
            # The owner's file first: after the lock it might already be the next one's.
            clear_owner(self.owner_path)
            if self.shared or self._passing:
                # A folder of the system is not for keeping files. FileLock notices that its file is gone.
                self._remove()
            self._lock.release()
            self._lock = None
            if self._passing and sys.platform == "win32":
                self._remove()  # it removes no open file, so neither one that is taken again by now

    def _remove(self) -> None:
        """Remove the files, as far as they are this user's. Windows removes no file that is open."""
        for path in (self.owner_path, self.path):
            with contextlib.suppress(OSError):
                path.unlink()

    def is_held(self) -> bool:
        """Whether anybody holds the lock, this object included. A dead holder does not count.

        Raises:
            StorageError: the lock file cannot be used.
        """
        if self.mine:
            return True
        if not os.path.lexists(self.path):
            return False
        probe = self._take(0)
        if probe is None:
            return True
        if self.shared:
            self._remove()
        probe.release()
        return False

    def check(self) -> None:
        """Return if the lock is free, without taking it.

        Raises:
            Held: somebody has it; names the owner.
            StorageError: the lock file cannot be used.
        """
        if self.is_held():
            raise Held(self.what, read_owner(self.owner_path), self._clock)

    def _take(self, patience: float) -> FileLock | None:
        lock = FileLock(self.path, mode=SHARED_FILE if self.shared else PRIVATE_FILE)
        prepare_folder(self.path.parent, shared=self.shared)
        with storage_errors("use the lock", self.path):
            return lock if lock.acquire(timeout=patience, pause=_PAUSE) else None

    def _sign(self) -> None:
        me = operator()
        owner = Owner(
            user=me.user,
            host=me.host,
            pid=os.getpid(),
            since=timestamp(self._clock.now()),
            ssh_client=me.ssh_client,
            purpose=self.purpose,
        )
        try:
            write_owner(self.owner_path, owner, SHARED_FILE if self.shared else PRIVATE_FILE)
        except OSError as error:
            # The lock holds all the same; only its owner's name is missing.
            _log.warning(
                "Cannot record who holds the lock %s: %s", display_path(self.path), explain_os_error(error)[0]
            )


def prepare_folder(folder: Path, *, shared: bool) -> None:
    """Make the folder of locks. A shared one is open to all users, as ``/tmp`` is.

    Raises:
        StorageError: it cannot be made, or somebody put something else in its place.
    """
    if not shared:
        make_folder(folder)
        return
    try:
        # The folder around it (ProgramData, sicktui) has the mode that the platform gives.
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            _open_to_all(folder)
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    except OSError as error:
        words, advice = explain_os_error(error)
        raise StorageError(
            f"Cannot use the folder of locks {display_path(folder)}: {words}.", advice=advice
        ) from error


def _open_to_all(folder: Path) -> None:
    if sys.platform == "win32":
        # Below ProgramData, users may not write to the files of others unless the folder allows it.
        users = "*S-1-5-32-545:(OI)(CI)M"
        # What is in our own variables may be a password; no child needs it.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SICKTUI_")}
        # By its full path: Windows would look for it in the working folder first, and run what it finds.
        program = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "icacls.exe"
        subprocess.run(  # noqa: S603
            [str(program), str(folder), "/grant", users],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
    else:
        folder.chmod(_SHARED_FOLDER)  # mkdir would have asked the umask


def sensor_lock(home: Home, key: str, *, purpose: str = "", clock: Clock | None = None) -> Lock:
    """The lock of one sensor within one home, whatever address it is reached at.

    Args:
        home: the folders.
        key: what identifies the sensor, e.g. ``serial 123`` or ``address 1.2.3.4:80``.
        purpose: what it is taken for, e.g. ``run 20261121-095427-k3f``.
        clock: where time comes from.
    """
    path = home.locks / f"sensor-{lock_name(key)}.lock"
    return Lock(path, what=f"The sensor ({key})", purpose=purpose, clock=clock)


def pc_lock(home: Home, key: str, *, called: str = "", purpose: str = "", clock: Clock | None = None) -> Lock:
    """The lock of one sensor on this PC, for all its users and their homes.

    Args:
        home: the folders.
        key: what identifies the sensor on this PC.
        called: what identifies it for people, where that is something else.
        purpose: what it is taken for.
        clock: where time comes from.
    """
    path = home.sensor_locks / f"sicktui-sensor-{lock_name(key)}.lock"
    what = f"The sensor ({called or key})"
    return Lock(path, what=what, purpose=purpose, shared=home.shared_locks, clock=clock)


def lock_name(key: str) -> str:
    """A name for the lock file of something that may be called anything."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:16]}-{readable(key)}"


class SensorLock:
    """What one writer of a sensor holds: its lock within the home, and those for the whole PC.

    On the PC the address is locked too, since a process may have read no serial number. A loopback address is
    a simulator or a tunnel. Simulators of two demos have the same serial numbers and must not block one
    another, so on the PC they are known by the address alone. Within one home the serial number counts too: a
    sensor that is listed directly and through a tunnel has one writer.

    On the PC each lock has a second file, and whichever of the two can be used is taken: another user of the
    PC can put a file, a link or a folder in the place of one, but that must not keep everybody else out.

    Args:
        home: the folders.
        key: what identifies the sensor, e.g. ``serial 123``.
        address: where it is reached.
        purpose: what it is taken for.
        clock: where time comes from.
    """

    def __init__(
        self, home: Home, key: str, address: Address, *, purpose: str = "", clock: Clock | None = None
    ) -> None:
        place = f"address {address.place_on_pc}"
        on_pc = [place] if address.loopback or key == place else [place, key]
        self._groups = [(sensor_lock(home, key, purpose=purpose, clock=clock),)] + [
            tuple(
                pc_lock(home, file, called=key, purpose=purpose, clock=clock)
                for file in (name, f"{name} (second)")
            )
            for name in on_pc
        ]

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take all, or none.

        Raises:
            Held: somebody has one of them; names the owner.
            StorageError: neither file of a lock can be used.
        """
        with contextlib.ExitStack() as taken:
            for group in self._groups:
                _each_usable(group, taken.enter_context)
            taken.pop_all()

    def release(self) -> None:
        """Give them back; without them, nothing happens."""
        for group in reversed(self._groups):
            for lock in group:
                lock.release()

    def check(self) -> None:
        """Return if all are free, without taking them.

        Raises:
            Held: somebody has one of them; names the owner.
            StorageError: neither file of a lock can be used.
        """
        for group in self._groups:
            _each_usable(group, Lock.check)


def _each_usable(locks: Sequence[Lock], act: Callable[[Lock], object]) -> None:
    """Do it with each of these locks whose file can be used; one must be."""
    unusable: list[StorageError] = []
    for lock in locks:
        try:
            act(lock)
        except StorageError as error:
            _log.warning("%s", error.message)
            unusable.append(error)
    if len(unusable) == len(locks):
        raise unusable[0]


def segment_lock(home: Home, segment: str, *, purpose: str = "") -> Lock:
    """The lock of one line or cell within one home: two runs at once take no two of its sensors away."""
    path = home.locks / f"segment-{lock_name(segment)}.lock"
    return Lock(path, what=f"The segment {segment}", purpose=purpose)


def run_lock(home: Home, run: str, *, clock: Clock | None = None) -> Lock:
    """The lock of one run: held by its runner process for as long as it lives."""
    return Lock(home.locks / f"run-{safe_name(run)}.lock", what=f"The run {run}", clock=clock)
