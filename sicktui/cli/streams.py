"""Guards of stdout and stderr: what cannot be written is dropped and never raises.

A reader that closes the pipe (``| head``) has read what it wanted. Any other loss (a full disk, a closed
stream) is an error: it is reported once on stderr, and no call ends with 0 after it. The command itself goes
on, because a run or a sensor may depend on it.
"""

import contextlib
import errno
import io
import os
import select
import sys
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final, TextIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_GONE: Final = frozenset(
    {errno.EPIPE, errno.ECONNRESET, errno.ESHUTDOWN} | ({errno.EINVAL} if os.name == "nt" else set())
)
"""How a system reports that the reader is gone; Windows has two ways."""


class ReaderGone(Exception):
    """The reader of stdout is gone, and the command had nothing to do but to print."""


class GuardedStream(io.RawIOBase):
    """Passes bytes on until they cannot be written, and drops those that follow.

    Args:
        raw: where the bytes go.
        report: called with the first error, unless only the reader is gone.
    """

    def __init__(self, raw: io.RawIOBase, report: Callable[[OSError], None]) -> None:
        self._raw = raw
        self._report = report
        self.error: OSError | None = None
        """Why bytes were dropped."""
        self.on_gone: Callable[[], object] | None = None
        """Called when a write finds the reader gone."""

    @property
    def reader_gone(self) -> bool:
        """Whether the reader has closed the pipe."""
        return self.error is not None and self.error.errno in _GONE

    @property
    def lost(self) -> bool:
        """Whether output was lost that somebody wanted."""
        return self.error is not None and not self.reader_gone

    def exit_code(self, code: int) -> int:
        """The exit code of a call that wrote here and would end with ``code``."""
        return code or int(self.lost)

    def write(self, content: "ReadableBuffer", /) -> int:
        """Write bytes or drop them."""
        size = memoryview(content).nbytes
        if self.error is not None:
            return size
        try:
            while (written := self._raw.write(content)) is None:
                select.select((), (self._raw,), ())  # the stream does not block: another program's choice
        except OSError as error:
            self.error = error
        else:
            return written
        if not self.reader_gone:
            self._report(self.error)
        elif self.on_gone is not None:
            self.on_gone()
        return size

    def writable(self) -> bool:
        """A stream for output."""
        return True

    def isatty(self) -> bool:
        """Whether the bytes go to a terminal."""
        return self._raw.isatty()

    def fileno(self) -> int:
        """The descriptor behind it."""
        return self._raw.fileno()


class _Closed(io.RawIOBase):
    """A stream that was closed before the program started."""

    def write(self, _: "ReadableBuffer", /) -> int:
        raise OSError(errno.EBADF, "it is closed")


def guard_of_stdout() -> GuardedStream | None:
    """The guard of stdout as it is now, if it has one."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw if isinstance(raw, GuardedStream) else None


@contextlib.contextmanager
def guarded() -> Generator[GuardedStream]:
    """Guard stdout and stderr while it is entered.

    Yields:
        The guard of stdout.
    """
    _plug_descriptors()
    before = sys.stdout, sys.stderr
    stdout, sys.stdout = _guard(sys.stdout, _report)
    _, sys.stderr = _guard(sys.stderr, lambda _: None)
    inside = sys.stdout, sys.stderr
    try:
        yield stdout
    finally:
        for stream in inside:
            stream.flush()
        sys.stdout, sys.stderr = before


def _plug_descriptors() -> None:
    """Give the descriptors of standard streams that are closed (``>&-``, some services) the null device.

    Else the next file that is opened takes their place, and is written to by whatever prints.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  stays open
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            os.open(os.devnull, os.O_WRONLY)


def _guard(stream: TextIO | None, report: Callable[[OSError], None]) -> tuple[GuardedStream, TextIO]:
    """A guard, and the text stream that writes to it."""
    if stream is None:
        guard = GuardedStream(_Closed(), report)
        return guard, io.TextIOWrapper(io.BufferedWriter(guard), "utf-8")
    raw = cast("io.RawIOBase", getattr(stream.buffer, "raw", stream.buffer))  # unbuffered with python -u
    guard = GuardedStream(raw, report)
    return guard, io.TextIOWrapper(
        io.BufferedWriter(guard),
        stream.encoding,
        stream.errors,
        line_buffering=bool(stream.line_buffering),
        write_through=getattr(stream, "write_through", False),
    )


def _report(error: OSError) -> None:
    from sicktui.stores.disk.files import explain_os_error  # noqa: PLC0415  rarely needed

    why, advice = explain_os_error(error)
    sys.stderr.write(f"Error: stdout cannot be written: {why}. {advice}".rstrip() + "\n")
