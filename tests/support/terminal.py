"""A real pseudo-terminal with the program in it, and an emulator that reads its screen back."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.support import program as program_module
from tests.support.harness import PASSWORD
from tests.support.processes import KILL
from tests.support.program import ProgramHarness
from tests.support.waiting import LIMIT

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are of POSIX")
pyte = pytest.importorskip("pyte")


def on_terminal(
    command: Sequence[str],
    environ: dict[str, str],
    folder: Path,
    size: tuple[int, int],
    *,
    encoding: str | None = None,
) -> Any:
    """The program on a new pseudo-terminal of so many lines and columns, as a child of pexpect's."""
    server = program_module.fork_server()
    ours = [*command[:3]] == [sys.executable, "-m", "sicktui"]
    if sys.platform == "linux" and server is not None and ours:
        from tests.support.forked_terminal import ForkedChild  # noqa: PLC0415

        if ForkedChild.can_be(environ):
            return ForkedChild(server, command[3:], environ, folder, size, encoding=encoding)
    program, *words = command
    return pexpect.spawn(
        program,
        words,
        env=environ,
        cwd=str(folder),
        dimensions=size,
        timeout=LIMIT,
        encoding=encoding,
    )


class Terminal:
    """``python -m sicktui ...`` in a terminal of a given size; ``inside`` makes it run elsewhere."""

    def __init__(
        self,
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        environ: Mapping[str, str] | None = None,
        inside: Callable[..., list[str]] = lambda *words: [*words],
    ) -> None:
        columns, lines = size
        clean = {key: value for key, value in os.environ.items() if not key.startswith("SICKTUI_")}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):  # the terminal itself says how large it is
            clean.pop(name, None)
        self.child = on_terminal(
            inside(sys.executable, "-m", "sicktui", *arguments),
            clean | {"TERM": "xterm-256color"} | dict(environ or {}),
            Path.cwd(),
            (lines, columns),
        )
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.output = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.child.isalive():
            self.child.kill(KILL)
        with contextlib.suppress(OSError):  # a test may have closed the terminal itself
            self.child.close(force=True)

    @property
    def text(self) -> str:
        """What a person would see now."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float = 0.1) -> int:
        """Take what the program writes for a while; returns how many bytes came."""
        end = time.monotonic() + seconds
        count = 0
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.child.child_fd], [], [], left)
            if not ready:
                break
            try:
                data = os.read(self.child.child_fd, 65536)
            except OSError:  # the program has ended, and with it the other side of the terminal
                break
            if not data:
                break
            self.output += data
            count += len(data)
            self._stream.feed(data)
        return count

    def wait_for(self, true: Callable[[str], object], *, seconds: float = LIMIT) -> str:
        """Read until the screen is as wanted; fails with what it shows if it never is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()
            if true(self.text):
                return self.text
        pytest.fail(f"it never came; the screen shows:\n{self.text}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, as a person would."""
        for key in keys:
            self.child.send(key)
            self.read(0.15)

    def flood(self, data: bytes) -> None:
        """Send more than a person types, without the pause of 50 ms before each write."""
        pause, self.child.delaybeforesend = self.child.delaybeforesend, None
        for start in range(0, len(data), 2048):
            self.child.send(data[start : start + 2048])
            self.read(0.001)
        self.child.delaybeforesend = pause

    def resize(self, columns: int, lines: int) -> None:
        """Another window size."""
        self.screen.resize(lines, columns)
        self.child.setwinsize(lines, columns)

    def wait_for_end(self, *, seconds: float = LIMIT) -> int:
        """Read until the program has ended; its exit code, or minus the signal that ended it."""
        end = time.monotonic() + seconds
        while self.child.isalive():
            if time.monotonic() > end:
                pytest.fail(f"it did not end; the screen shows:\n{self.text}")
            self.read(0.05)
        while self.read(0.05):  # all of it is here now, but a busy machine reads it bit by bit
            pass
        return (
            self.child.exitstatus if self.child.exitstatus is not None else -int(self.child.signalstatus or 0)
        )


class ProgramTerminal:
    """A call of the program that asks questions on a pseudo-terminal."""

    def __init__(
        self, program: ProgramHarness, *words: str, password: str | None = PASSWORD, **environment: str
    ) -> None:
        if password is not None:
            environment["SICKTUI_PASSWORD"] = password
        command = program.command(*words)
        self.child = on_terminal(
            command, program.environment | environment, program.folder, (30, 100), encoding="utf-8"
        )
        self.shown = ""
        """Everything that it showed so far."""

    def expect(self, text: str) -> str:
        """Wait for a text; what was shown before it."""
        self.child.expect_exact(text)
        before = str(self.child.before)
        self.shown += before + text
        return before

    def answer(self, question: str, text: str) -> None:
        """Wait for a question and answer it."""
        self.expect(question)
        self.child.sendline(text)

    def end(self) -> tuple[int, str]:
        """Wait for the end: the exit code, and what was shown since the last question."""
        self.child.expect(pexpect.EOF)
        rest = str(self.child.before)
        self.shown += rest
        self.child.close()
        return int(self.child.exitstatus), rest


@contextmanager
def simulated(home: Path, count: int, *, time_scale: float = 8.0) -> Iterator[list[str]]:
    """Simulated sensors in their own process, and a device list of them; yields the addresses."""
    command = [sys.executable, "-m", "sicktui", "simulate", "--devices", str(count)]
    process = subprocess.Popen([*command, "--time-scale", str(time_scale)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        told = [json.loads(process.stdout.readline()) for _ in range(count)]
        (home / "config").mkdir(parents=True)
        entries = "".join(f'[devices."{each["name"]}"]\naddress = "{each["address"]}"\n' for each in told)
        (home / "config" / "devices.toml").write_text(entries, encoding="utf-8")
        yield [each["address"] for each in told]
    finally:
        process.terminate()
        process.wait(10)


def requests_so_far(address: str) -> int:
    """How many requests a simulated sensor has had, by its own record."""
    with urllib.request.urlopen(f"http://{address}/simulator/record", timeout=5) as reply:
        return len(json.load(reply)["requests"])
