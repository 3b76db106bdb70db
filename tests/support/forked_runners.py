"""Runner processes forked from one that has imported all of the runner: a start takes 10 ms of CPU, not 400.

All but the imports is as it is in life: a process of its own, with session, environment, standard streams,
journal and locks. Any command but the runner's starts the interpreter afresh.
"""

import contextlib
import gc
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

from sicktui.stores.backups import fingerprint
from tests.support.processes import KILL

assert sys.platform == "linux"

SCRIPT: Final = Path(__file__).with_name("killed_runner.py")
_MODULE: Final = ["-m", "sicktui.engine.run.runner"]
_LARGEST: Final = 1 << 17
LATER: Final = ("anyio._backends._asyncio", "ctypes", "encodings.utf_8_sig", "pwd")
"""What a runner imports while it works."""


def doom_of(command: Sequence[str]) -> list[str] | None:
    """Where a runner is to be killed, if this command starts one: empty for one that lives."""
    words = [word for word in command[1:] if word != "-P"]
    if not command or command[0] != sys.executable:
        return None
    if words[:2] == _MODULE:
        return []
    return words[1:] if words[:1] == [str(SCRIPT)] else None


class ForkedProcess:
    """What ``subprocess.Popen`` would be of a forked process."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes], end: socket.socket) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.returncode: int | None = None
        self._end = end
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        """Wait for what the server says of its end."""
        with self._end:
            self.returncode = int(self._end.recv(64) or -signal.SIGTERM)  # else the server is gone too
        self._over.set()

    def poll(self) -> int | None:
        """The exit code, once it has ended."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end."""
        self._over.wait(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("runner", timeout or 0)
        return self.returncode

    def kill(self) -> None:
        """Kill it."""
        if self.returncode is None:
            os.kill(self.pid, KILL)


class RunnerServer:
    """The process that the runners are forked from."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked_runners", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=SCRIPT.parents[2],
        )
        theirs.close()

    def start(self, doom: Sequence[str], log: int, environ: dict[str, str]) -> ForkedProcess:
        """Fork a runner."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        theirs_in, stdin = os.pipe()
        stdout, theirs_out = os.pipe()
        umask = os.umask(0o077)
        os.umask(umask)
        asked = {
            "doom": list(doom),
            "environ": environ,
            "cwd": str(Path.cwd()),
            "umask": umask,
            "cost": fingerprint._COST,
        }
        given = [theirs_in, theirs_out, log, theirs.fileno()]
        socket.send_fds(self._socket, [json.dumps(asked).encode()], given)
        theirs.close()
        os.close(theirs_in)
        os.close(theirs_out)
        pid = int(ours.recv(64))
        return ForkedProcess(pid, os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb"), ours)

    def close(self) -> None:
        """End the server; runners that live go on."""
        self._socket.close()
        self._process.wait()


def serve(listening: socket.socket) -> Any:
    """Fork a runner for each request until the other side is gone; in a child, return what it is to run."""
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


def _reap(ends: dict[int, socket.socket]) -> None:
    while ends:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        end = ends.pop(pid)
        with end, contextlib.suppress(OSError):  # the test is over
            end.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(asked: dict[str, Any], given: Sequence[int]) -> list[str]:
    """Be the process that was asked for; the point where it is to be killed."""
    os.setsid()
    for number, file in enumerate(given):
        os.dup2(file, number)
        os.close(file)
    os.umask(asked["umask"])
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    random.seed()
    fingerprint._COST = asked["cost"]  # type: ignore[misc]  # that of the tests' own process
    doom: list[str] = asked["doom"]
    sys.argv = [str(SCRIPT), *doom] if doom else [*_MODULE[1:]]
    return doom


def main() -> int:
    """Serve; in a forked process, be the runner."""
    from sicktui.engine.run import runner  # noqa: PLC0415 - the tests' own process needs none of it here
    from tests.support.killed_runner import doomed  # noqa: PLC0415

    for name in LATER:
        import_module(name)
    gc.freeze()
    doom = serve(socket.socket(fileno=int(sys.argv[1])))
    return doomed(doom) if doom else runner.main()


if __name__ == "__main__":
    sys.exit(main())
