"""The distance between check-ins with one server, kept by all processes of this PC.

A THiNX server of June 2026 makes its one-time tokens of the time in whole seconds: two sensors that check in
within one second get the same token, and it fetches the firmware of the last one (measured). So
whatever may issue a token has the server to itself, from before it is sent until a second after its reply.
The server's rate limit is shared in the same way.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from msgspec import Struct, structs

from sicktui.model.clock import Clock
from sicktui.sources.source import SourceError
from sicktui.stores.disk.file_lock import FileLock
from sicktui.stores.disk.files import PRIVATE_FILE, readable, storage_errors
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import prepare_folder

APART: Final = 1.1
"""Seconds between the reply to a check-in and the next check-in."""
LONGEST_QUEUE: Final = 900.0
"""Seconds to wait for other processes that ask the same server."""
LONGEST_LIMIT: Final = 120.0
"""Seconds to wait for the server's rate limit; beyond it the check ends."""
_LARGEST_RESET: Final = 3600.0
_DEFAULT_RESET: Final = 60.0
_PAUSE: Final = 0.05
_TOO_MANY: Final = 429
_SHARED_FILE: Final = 0o666
_LARGEST: Final = 1000


class _Moments(Struct, frozen=True, kw_only=True):
    """Seconds since 1970."""

    last: float = 0.0
    """The last check-in."""
    until: float = 0.0
    """The end of the rate limit."""


class CheckInPace:
    """The pace of one server.

    Args:
        home: the folders; the moments are in that of the locks which all users of the PC share.
        server: ``host:port``.
        clock: where time comes from.
    """

    def __init__(self, home: Home, server: str, clock: Clock) -> None:
        key = hashlib.sha256(server.encode()).hexdigest()[:16]
        self._folder = home.sensor_locks
        self._shared = home.shared_locks
        self._path = self._folder / f"sicktui-source-{key}-{readable(server)}.lock"
        self._moments = self._path.with_suffix(".json")
        self._server = server
        self._clock = clock

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The server for this process alone, a second after the last check-in of any process.

        Raises:
            SourceError: other processes, or the server's rate limit, take too long.
            StorageError: the lock cannot be used.
        """
        lock = await self._lock()
        try:
            await self._wait_until(self._known_last() + APART)
            await self.free()
            # Before and after: a process that is killed in between has been heard by the server.
            self._write(structs.replace(self._read(), last=self._now()))
            try:
                yield
            finally:
                self._write(structs.replace(self._read(), last=self._now()))
        finally:
            lock.release()

    async def free(self) -> None:
        """Wait for the end of the server's rate limit.

        Raises:
            SourceError: it takes too long.
        """
        left = self._read().until - self._now()
        if left > _LARGEST_RESET:
            # No server imposes more: the clock was set back since, or the file is not ours alone.
            left = _LARGEST_RESET
            self._write(structs.replace(self._read(), until=self._now() + left))
        if left > LONGEST_LIMIT:
            raise SourceError(
                f"The rate limit of the server {self._server} is used up for another {left:.0f} s.",
                advice="Check again then.",
                everywhere=True,
            )
        if left > 0:
            await self._clock.sleep(left)

    def note(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the rate limit in a reply."""
        limited = status == _TOO_MANY
        if not limited and headers.get("ratelimit-remaining", "").strip() != "0":
            return
        try:
            seconds = float(headers.get("ratelimit-reset") or headers.get("retry-after") or _DEFAULT_RESET)
        except ValueError:
            seconds = _DEFAULT_RESET
        seconds = min(max(seconds, 1.0), _LARGEST_RESET) if seconds == seconds else _DEFAULT_RESET  # noqa: PLR0124
        self._write(structs.replace(self._read(), until=self._now() + seconds))

    async def _lock(self) -> FileLock:
        prepare_folder(self._folder, shared=self._shared)
        lock = FileLock(self._path, mode=_SHARED_FILE if self._shared else PRIVATE_FILE)
        begun = self._clock.monotonic()
        with storage_errors("use the lock", self._path):
            while not lock.acquire(timeout=0, pause=_PAUSE):
                if self._clock.monotonic() - begun > LONGEST_QUEUE:
                    raise SourceError(
                        f"Another process of this PC has been asking {self._server} for too long.",
                        advice="Try again. If that does not help, look for a sicktui that hangs.",
                        everywhere=True,
                    )
                await self._clock.sleep(_PAUSE)
        return lock

    async def _wait_until(self, moment: float) -> None:
        left = min(moment - self._now(), APART)
        if left > 0:
            await self._clock.sleep(left)

    def _known_last(self) -> float:
        # A clock that was set back: the last check-in may have been this very moment.
        return min(self._read().last, self._now())

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _read(self) -> _Moments:
        try:
            with self._moments.open("rb") as file:
                return msgspec.json.decode(file.read(_LARGEST), type=_Moments)
        except (OSError, msgspec.DecodeError, UnicodeError):
            return _Moments()

    def _write(self, moments: _Moments) -> None:
        # In its place: in a folder with the sticky bit, the file of another user cannot be replaced.
        flags = os.O_WRONLY | os.O_TRUNC
        if sys.platform != "win32":
            flags |= os.O_NOFOLLOW
        with contextlib.suppress(FileExistsError):
            mode = _SHARED_FILE if self._shared else PRIVATE_FILE
            os.close(os.open(self._moments, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
            if sys.platform != "win32":
                self._moments.chmod(mode)
        with storage_errors("write", self._moments):
            handle = os.open(self._moments, flags)
            try:
                os.write(handle, msgspec.json.encode(moments))
            finally:
                os.close(handle)
