"""A process that has imported what others need, and forks them: a start takes some ms of CPU, not hundreds.

All but the imports is as it is in life: a process of its own, with session, environment and standard streams.
"""

import atexit
import contextlib
import fcntl
import gc
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final, NoReturn, TextIO

from tests.support.processes import KILL

assert sys.platform == "linux"

_LARGEST: Final = 1 << 17
_FLUSH_FAILED: Final = 120
"""The exit code of an interpreter that cannot write the rest of its output."""


class ForkedProcess:
    """What ``subprocess.Popen`` would be of a forked process."""

    def __init__(
        self, pid: int, end: socket.socket, *, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes] | None
    ) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.stdout: IO[bytes] | None = stdout
        self.stderr = stderr
        self.returncode: int | None = None
        self._end = end
        self._over = threading.Event()
        self._said: dict[str, bytes] = {}
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        """Wait for what the server says of its end."""
        self.returncode = _code(self._end)
        self._over.set()

    def poll(self) -> int | None:
        """The exit code, once it has ended."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end."""
        self._over.wait(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return self.returncode

    def communicate(self, content: bytes = b"", timeout: float | None = None) -> tuple[bytes, bytes]:
        """Write to it and read what it writes, up to its end."""
        readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True)
            for name, stream in (("out", self.stdout), ("err", self.stderr))
            if stream is not None and not stream.closed
        ]
        for reader in readers:
            reader.start()
        if self.stdin is not None and not self.stdin.closed:
            with contextlib.suppress(BrokenPipeError), self.stdin:
                self.stdin.write(content)
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
        return self._said.get("out", b""), self._said.get("err", b"")

    def _read(self, name: str, stream: IO[bytes]) -> None:
        with stream:
            self._said[name] = stream.read()

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(KILL)


class ForkServer:
    """The process that others are forked from.

    Args:
        module: what it runs: it imports, and calls ``serve``.
        environment: what it has beyond that of the tests.
    """

    def __init__(self, module: str, **environment: str) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=Path(__file__).parents[2],
            env=os.environ | environment,
        )
        theirs.close()

    def fork(
        self, asked: dict[str, Any], environ: dict[str, str], folder: Path, stderr: int | None = None
    ) -> ForkedProcess:
        """Fork a process with pipes; without ``stderr``, that is a pipe too."""
        theirs_in, stdin = os.pipe()
        stdout, theirs_out = os.pipe()
        err, theirs_err = (None, stderr) if stderr is not None else os.pipe()
        assert theirs_err is not None
        pid, end = self.fork_on(asked, environ, folder, [theirs_in, theirs_out, theirs_err])
        os.close(theirs_in)
        os.close(theirs_out)
        if err is not None:
            os.close(theirs_err)
        return ForkedProcess(
            pid,
            end,
            stdin=os.fdopen(stdin, "wb"),
            stdout=os.fdopen(stdout, "rb"),
            stderr=None if err is None else os.fdopen(err, "rb"),
        )

    def fork_on(
        self, asked: dict[str, Any], environ: dict[str, str], folder: Path, files: Sequence[int]
    ) -> tuple[int, socket.socket]:
        """Fork a process on these standard streams: its id, and what its exit code can be read from."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        umask = os.umask(0o077)
        os.umask(umask)
        message = asked | {"environ": environ, "folder": str(folder), "umask": umask}
        socket.send_fds(self._socket, [json.dumps(message).encode()], [*files, theirs.fileno()])
        theirs.close()
        return int(ours.recv(64)), ours

    def close(self) -> None:
        """End the server; what it has forked goes on."""
        self._socket.close()
        self._process.wait()


def _code(end: socket.socket) -> int:
    with end:
        return int(end.recv(64) or -signal.SIGTERM)  # else the server is gone too


class ForkedOnTerminal:
    """A process that was forked onto a terminal."""

    def __init__(self, pid: int, end: socket.socket) -> None:
        self.pid = pid
        self._end = end
        self._code: int | None = None

    def code(self, seconds: float | None = 0) -> int | None:
        """The exit code, or minus the signal that ended it; ``None`` if it goes on for so long."""
        if self._code is None and select.select([self._end], [], [], seconds)[0]:
            self._code = _code(self._end)
        return self._code


def serve() -> dict[str, Any]:
    """Fork for each request until the other side is gone; in a child, return what was asked for."""
    gc.freeze()
    listening = socket.socket(fileno=int(sys.argv[1]))
    woken, waker = socket.socketpair()
    waker.setblocking(False)  # noqa: FBT003 - it has no name
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    ends: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([listening, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            _reap(ends)
        if listening not in ready:
            continue
        message, given, _, _ = socket.recv_fds(listening, _LARGEST, 4)
        if not message:
            sys.exit(0)
        end = socket.socket(fileno=given[3])
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (listening, woken, waker, end, *ends.values()):
                each.close()
            return _become(json.loads(message), given[:3])
        ends[pid] = end
        end.send(str(pid).encode())
        for file in given[:3]:
            os.close(file)


def leave(code: int) -> NoReturn:
    """End as the interpreter does, but let all modules be: taking them apart copies the server's memory."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for all threads but the daemons
    atexit._run_exitfuncs()
    if not _flushed(sys.stdout):
        code = _FLUSH_FAILED
    _flushed(sys.stderr)
    os._exit(code)


def _flushed(stream: TextIO | None) -> bool:
    """Whether a stream could be written to its end, or had been closed."""
    try:
        if stream is not None and not stream.closed:
            stream.flush()
    except OSError:
        return False
    return True


def _reap(ends: dict[int, socket.socket]) -> None:
    while ends:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        end = ends.pop(pid)
        with end, contextlib.suppress(OSError):  # the test is over
            end.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(asked: dict[str, Any], given: Sequence[int]) -> dict[str, Any]:
    """Be the process that was asked for."""
    os.setsid()
    for number, file in enumerate(given):
        os.dup2(file, number)
        os.close(file)
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.umask(asked["umask"])
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    random.seed()
    return asked
