"""Streams files to and from a sensor; a file is never in memory as a whole."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, NoReturn, Self

from sicktui.model.clock import Clock
from sicktui.model.enums import Code
from sicktui.model.safe_text import clean
from sicktui.sensor.errors import LocalFileError

CHUNK: Final = 128 * 1024
"""Bytes per piece of an upload. Measured at 8 uploads, CPU per GB: 128 KiB 0.76 s, 16 KiB 5.3 s."""
HEAD: Final = 64 * 1024
"""Bytes of a download that are kept in memory to recognise its type."""
_PROGRESS_INTERVAL: Final = 0.1
_OWNER_ONLY: Final = 0o600

Progress = Callable[[int, int], None]
"""Called with the bytes sent and the bytes in all."""


class FileBody:
    """A file to upload. Use it as a context manager, once.

    It is read in the event loop's thread: a thread pool costs twice the CPU, and a local disk is faster than
    the network.

    Args:
        path: the file.
        size: its bytes when it was checked.
        on_progress: called at the start, at most ten times a second, and at the end.
        clock: the time source.
        code: the contract's code for a file that cannot be used.

    Raises:
        LocalFileError: on entering and while reading.
    """

    def __init__(
        self,
        path: Path,
        size: int,
        on_progress: Progress,
        clock: Clock,
        *,
        code: Code = Code.PACKAGE_UNREADABLE,
    ) -> None:
        self.total = size
        self.sent = 0
        """Bytes handed to the socket so far."""
        self._begun = 0
        """The same with the piece that is under way: some of it may have left."""
        self._told = 0
        self._path = path
        self._on_progress = on_progress
        self._clock = clock
        self._code = code
        self._file: BinaryIO | None = None
        self._reported = float("-inf")

    def __enter__(self) -> Self:
        try:
            self._file = self._path.open("rb")
            size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            self._close()
            self._unusable(f"cannot be read ({error.strerror or error})", error)
        if size != self.total:
            self._close()
            self._unusable(f"now has {size} bytes instead of {self.total}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if self._begun > self._told:
            # What a broken upload has sent is counted for a verdict; "nothing" must be true.
            self._on_progress(self._begun, self.total)

    @property
    def complete(self) -> bool:
        """Whether every byte was handed over."""
        return self.sent == self.total

    def chunks(self) -> Iterator[bytes]:
        """The file in pieces. Requesting the next piece means that the last one was handed over.

        Raises:
            LocalFileError: it cannot be read, or its length changed.
        """
        self._report()
        while not self.complete:
            chunk = self._read(min(CHUNK, self.total - self.sent))
            self._begun += len(chunk)
            yield chunk
            self.sent += len(chunk)
            self._report()

    def _read(self, wanted: int) -> bytes:
        if self._file is None:
            self._unusable("is not open")
        try:
            chunk = self._file.read(wanted)
            size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            self._unusable(f"can no longer be read ({error.strerror or error})", error)
        # Checked before the last piece is sent: the sensor discards a truncated package, but not a complete
        # one that differs from what was hashed.
        if size != self.total or len(chunk) != wanted:
            self._unusable(f"changed its length from {self.total} to {size} bytes during the upload")
        return chunk

    def _report(self) -> None:
        now = self._clock.monotonic()
        if self.sent in (0, self.total) or now - self._reported >= _PROGRESS_INTERVAL:
            self._reported, self._told = now, self.sent
            self._on_progress(self.sent, self.total)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _unusable(self, why: str, cause: OSError | None = None) -> NoReturn:
        raise LocalFileError(
            f"The file {clean(self._path.name)} {why}.",
            code=self._code,
            advice="Start again, and do not change the file during the upload.",
        ) from cause


class FileSink:
    """A file to download. Use it as a context manager, once. Without ``keep`` the file is removed.

    Args:
        path: the path to write; an existing file is overwritten.
        limit: the maximum size in bytes.
        clock: the time source.
        on_progress: called with the bytes so far and those in all, at most ten times a second.

    Raises:
        LocalFileError: on entering and while writing.
    """

    def __init__(
        self, path: Path, limit: int, clock: Clock | None = None, on_progress: Progress | None = None
    ) -> None:
        self.limit = limit
        self.size = 0
        self.expected = 0
        """The bytes in all, where that was announced; else 0."""
        self._clock = clock
        self._on_progress = on_progress
        self._reported = float("-inf")
        self.head = b""
        """The first bytes, to recognise its type."""
        self._path = path
        self._hash = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._kept = False

    def __enter__(self) -> Self:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
        try:
            # It contains the settings of a site: only this user may read it.
            self._file = os.fdopen(os.open(self._path, flags, _OWNER_ONLY), "wb")
        except OSError as error:
            self._unusable(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError as failure:
            self._kept = False
            self._unusable(failure)
        finally:
            if not self._kept:
                self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> bool:
        """Write the next bytes. False: the limit is exceeded.

        Raises:
            LocalFileError: they cannot be written to disk.
        """
        self.size += len(chunk)
        if self.size > self.limit:
            return False
        self.head += chunk[: HEAD - len(self.head)]
        self._hash.update(chunk)
        try:
            if self._file is not None:
                self._file.write(chunk)
        except OSError as error:
            self._unusable(error)
        self._report()
        return True

    def _report(self) -> None:
        if self._on_progress is None or self._clock is None:
            return
        now = self._clock.monotonic()
        if self.size == self.expected or now - self._reported >= _PROGRESS_INTERVAL:
            self._reported = now
            self._on_progress(self.size, self.expected)

    def keep(self) -> str:
        """Keep the file when the context ends. Returns its SHA-256 in lower-case hex."""
        self._kept = True
        return self._hash.hexdigest()

    def _unusable(self, cause: OSError) -> NoReturn:
        raise LocalFileError(
            f"The file {clean(self._path.name)} cannot be written on this PC ({cause.strerror or cause}).",
            advice="Check free space and permissions of its folder, then try again.",
        ) from cause
