"""A program on a real pseudo terminal: what it writes, when, and what a terminal would show of it."""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self

import pyte

from benchmarks.report import BenchmarkError

COLUMNS: Final = 120
LINES: Final = 40
_ASKED: Final = b"\x1b[?2026$p"
_ANSWER: Final = b"\x1b[?2026;2$y"
_CHUNK: Final = 65536
_PATIENCE: Final = 10.0


class Terminal:
    """Runs a program on a pty of 120x40 and reads it as fast as it writes.

    A separate thread reads, so that a byte's arrival is not late because the screen is being
    worked out from the bytes before it. It answers as a modern terminal does that it knows
    synchronised output.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.written = 0
        """Bytes that the program has written so far."""
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._chunks: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        self.pid, self._terminal = _start(
            command, {**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self.pid)
        self._reader.join(_PATIENCE)
        os.close(self._terminal)

    def press(self, key: str) -> float:
        """Send a key. Returns the moment."""
        pressed = time.monotonic()
        os.write(self._terminal, key.encode())
        return pressed

    def wait_until(self, shown: Callable[[list[str]], bool], seconds: float) -> float:
        """Wait until the screen is as wanted. Returns when the bytes that made it so had come.

        Raises:
            BenchmarkError: it does not become so.
        """
        deadline = time.monotonic() + seconds
        moment = time.monotonic()
        while not shown(self._screen.display):
            try:
                moment, chunk = self._chunks.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                picture = "\n".join(self._screen.display)
                raise BenchmarkError(f"The screen did not become what it should:\n{picture}") from None
            self._stream.feed(chunk)
        return moment

    def watch(self, seconds: float) -> None:
        """Keep the screen up to date for ``seconds``."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                self._stream.feed(self._chunks.get(timeout=left)[1])
            except Empty:
                return

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._terminal, _CHUNK)
            except OSError:  # the program has ended: Linux reports EIO
                return
            arrived = time.monotonic()
            self.written += len(chunk)
            self._chunks.put((arrived, chunk))
            if _ASKED in chunk:
                os.write(self._terminal, _ANSWER)


if sys.platform != "win32":

    def _start(command: Sequence[str], environ: Mapping[str, str]) -> tuple[int, int]:
        """Start a program on a terminal: its process, and the terminal's other end."""
        pid, terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.execvpe(command[0], list(command), dict(environ))  # noqa: S606  no shell is wanted
        return pid, terminal

    def _end(pid: int) -> None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE
        while os.waitpid(pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

else:

    def _start(command: Sequence[str], environ: Mapping[str, str]) -> tuple[int, int]:
        raise NotImplementedError("there are no pseudo terminals of this kind on Windows")

    def _end(pid: int) -> None:
        raise NotImplementedError
