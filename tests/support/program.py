"""Calls of the program, as a process and in this one, and what they print."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from unittest import mock

from sicktui.cli.app import run
from sicktui.cli.streams import guarded
from sicktui.engine.context import Context
from sicktui.simulator import make_package
from tests.support.contract_lines import check_line
from tests.support.fleet_thread import FleetThread
from tests.support.harness import PASSWORD
from tests.support.waiting import LIMIT

VERSION: Final = "2.4.0.0R"
FAST: Final = {
    "timing.poll_interval": 0.05,
    "timing.autostart_wait": 0,
    "timing.reconnect_interval": 0.05,
    "timing.settle": 0.1,
    # Time is real here: a sensor that a busy machine starves must not count as silent, nor as stuck.
    "timing.flash_timeout": 20,
    "timing.reconnect_timeout": 5,
    "timing.request_timeout": 5,
    "timing.stall_timeout": 5,
    "timing.backup_timeout": 10,
    "limits.requests_per_second": 1000,
}


def start_process(command: Sequence[str], environ: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start a call with its three pipes; most tests fork it instead."""
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environ, cwd=folder)


def fork_server() -> Any:
    """What forks calls of the program for this test; ``None``: they are started."""
    return None


class Result:
    """How a call of the program ended."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code = code
        self.out = out.decode()
        self.err = err.decode()

    def __repr__(self) -> str:
        return f"exit code {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines but for the ``error`` line at the end."""
        found = self.every_line
        return found[:-1] if found and found[-1]["kind"] == "error" else found

    @property
    def every_line(self) -> list[dict[str, Any]]:
        """All JSON lines, each of which must be as the contract says."""
        found = [json.loads(line) for line in self.out.splitlines()]
        for line in found:
            check_line(line)
        return found

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.every_line if line["kind"] == kind]


class ProgramHarness:
    """Calls of ``python -m sicktui`` with their own home."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "COLUMNS": "100",
            "SICKTUI_HOME": str(self.home),
            # Nothing listens there: these tests must never reach the keyring of the person who runs them.
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/no-bus",
        } | {key: value for key, value in os.environ.items() if key.startswith(("COV", "COVERAGE"))}
        self._running: list[subprocess.Popen[bytes]] = []

    def command(self, *words: str, fast: bool = True) -> list[str]:
        """The words of a call; what they set themselves is not set to be fast."""
        already = {word.partition("=")[0] for word in words}
        settings = [
            part for key, value in FAST.items() if key not in already for part in ("--set", f"{key}={value}")
        ]
        return [sys.executable, "-m", "sicktui", *words, *(settings if fast else ())]

    def start(self, *words: str, fast: bool = True, **environment: str) -> "subprocess.Popen[bytes]":
        """Start a call and leave it running; it is ended with the test."""
        process = start_process(self.command(*words, fast=fast), self.environment | environment, self.folder)
        self._running.append(process)
        return process

    def __call__(
        self,
        *words: str,
        stdin: bytes = b"",
        fast: bool = True,
        password: str | None = PASSWORD,
        **environment: str,
    ) -> Result:
        """Call the program and wait for its end. There is no terminal."""
        if password is not None:
            environment["SICKTUI_PASSWORD"] = password
        process = self.start(*words, fast=fast, **environment)
        return self.wait(process, stdin)

    def here(
        self,
        *words: str,
        stdin: bytes = b"",
        fast: bool = True,
        password: str | None = PASSWORD,
        stdout: io.RawIOBase | None = None,
        **environment: str,
    ) -> Result:
        """The same call in this process, which takes a tenth of the time; there is no terminal either.

        With ``stdout``, what is printed goes there, and none of it is in the result.
        """
        if password is not None:
            environment["SICKTUI_PASSWORD"] = password
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        shown = out if stdout is None else io.TextIOWrapper(io.BufferedWriter(stdout), "utf-8")
        with (
            mock.patch.dict(os.environ, self.environment | environment, clear=True),
            mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")),
            contextlib.redirect_stdout(shown),
            contextlib.redirect_stderr(err),
            contextlib.chdir(self.folder),
            guarded() as guard,
        ):
            code = guard.exit_code(run(self.command(*words, fast=fast)[3:], dashboard=_no_dashboard))
        result = Result(code, _bytes(out), _bytes(err))
        assert "Traceback" not in result.err, result
        if code and "--json" in words and stdout is None:
            last = json.loads(result.out.splitlines()[-1])
            assert last["kind"] in {"error", "summary"}, result
            assert last["exit_code"] == code, result
        return result

    def wait(self, process: "subprocess.Popen[bytes]", stdin: bytes = b"") -> Result:
        out, err = process.communicate(stdin, timeout=LIMIT)
        result = Result(process.returncode, out, err)
        assert "Traceback" not in result.err, result
        return result

    def update(self, fleet: FleetThread, *words: str, **environment: str) -> Result:
        """Update all sensors of a plant, without backups (they take a second), as JSON lines."""
        package = self.package()
        return self.here(
            *("update", *fleet.addresses, "--package", package, "--yes", "--json", "--no-backup", *words),
            **environment,  # type: ignore[arg-type]
        )

    def package(self, version: str = VERSION, *, name: str | None = None, size: int = 200_000) -> str:
        """A package that picoScans take."""
        path = self.folder / (name or f"picoScan100_{version}.spk.signed")
        make_package(path, "picoScan", version, size=size, signed=True)
        return str(path)

    def close(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.kill()
            process.communicate()


def _bytes(stream: io.TextIOWrapper) -> bytes:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def _no_dashboard(context: Context, *, demo: bool) -> int:
    raise AssertionError("the dashboard needs a terminal")
