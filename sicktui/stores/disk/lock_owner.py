"""Who holds a lock, in a file beside it, to be shown to the next user who wants it.

The lock itself is the operating system's. The file is only for people: one that was left behind
by a killed process is harmless, and one that another user wrote is text from outside.
"""

import contextlib
import getpass
import os
import platform
import stat
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from sicktui.model.clock import Clock, SystemClock
from sicktui.model.decoding import decode_json
from sicktui.model.run.plan import Operator
from sicktui.model.safe_text import clean

_LONGEST: Final = 4096
if sys.platform == "win32":
    _CAREFUL: Final = 0
else:
    # Neither wait for a pipe nor follow a link that somebody put in the file's place.
    _CAREFUL: Final = os.O_NONBLOCK | os.O_NOFOLLOW


class Owner(Struct, frozen=True, kw_only=True):
    """Who holds a lock, and what for. All texts are cleaned when they are read."""

    user: str
    host: str
    pid: int
    since: str
    """RFC 3339, UTC."""
    ssh_client: str | None = None
    """The address from which the user came in over SSH."""
    purpose: str = ""

    def words(self, clock: Clock | None = None) -> str:
        """The owner for people: ``bob on pc7, pid 412, since 14:03, from 10.0.0.9``; the PC's local time."""
        now = (clock or SystemClock()).now().astimezone()
        try:
            then = datetime.fromisoformat(self.since).astimezone()
        except ValueError:
            since = "an unknown time"
        else:
            since = f"{then:%H:%M}" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M}"
        parts = [f"{self.user} on {self.host}", f"pid {self.pid}", f"since {since}"]
        if self.ssh_client:
            parts.append(f"from {self.ssh_client}")
        if self.purpose:
            parts.append(self.purpose)
        return ", ".join(parts)


def operator(environ: Mapping[str, str] | None = None) -> Operator:
    """Who uses this process, and from where, as far as the PC knows.

    Args:
        environ: the environment to look at; that of the process if there is none given.
    """
    variables = os.environ if environ is None else environ
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A user id without a name (a container), or Windows without USERNAME.
        user = "unknown"
        if sys.platform != "win32":
            user = f"user {os.getuid()}"
    came_from = (variables.get("SSH_CLIENT") or variables.get("SSH_CONNECTION") or "").split()
    return Operator(
        user=clean(user, 64) or "unknown",
        host=clean(platform.node(), 64) or "this PC",
        ssh_client=clean(came_from[0], 64) if came_from else None,
    )


def write_owner(path: Path, owner: Owner, mode: int) -> None:
    """Write the owner into its file, which may be another user's.

    Written in place: in a folder where all users may write (``/tmp``), the file of another user cannot
    be replaced, while its mode lets all users write into it.

    Raises:
        OSError: it cannot be written.
    """
    try:
        # Without O_CREAT first: Linux refuses that for files of others in such folders.
        handle = os.open(path, os.O_WRONLY | os.O_TRUNC | _CAREFUL)
    except FileNotFoundError:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFUL, mode)
        if sys.platform != "win32":
            os.fchmod(handle, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(owner))


def clear_owner(path: Path) -> None:
    """Empty the owner's file; it stays, since in ``/tmp`` only its owner could remove it.

    That it cannot be emptied harms nothing: it is read only while the lock is held.
    """
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_TRUNC | _CAREFUL))


def read_owner(path: Path) -> Owner | None:
    """The owner that the file names; ``None`` if it cannot be read (yet)."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        handle = os.open(path, os.O_RDONLY | _CAREFUL)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            owner = decode_json(file.read(_LONGEST), Owner)
        return Owner(
            user=clean(owner.user, 64),
            host=clean(owner.host, 64),
            pid=owner.pid,
            since=clean(owner.since, 40),
            ssh_client=clean(owner.ssh_client, 64) if owner.ssh_client else None,
            purpose=clean(owner.purpose, 80),
        )
    return None
