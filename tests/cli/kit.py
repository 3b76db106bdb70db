"""The program as a process, a plant of simulated sensors around it, and the contract's schemas."""

import asyncio
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar
from unittest import mock

from sicktui.cli.app import run
from sicktui.engine.context import Context
from sicktui.simulator import DeviceSpec, Fleet, make_package
from sicktui.simulator.device.device import Device

T = TypeVar("T")
PASSWORD = "servicelevel"
VERSION = "2.4.0.0R"
FAST = {
    "timing.poll_interval": 0.05,
    "timing.autostart_wait": 0,
    "timing.flash_timeout": 5,
    "timing.reconnect_timeout": 1,
    "timing.reconnect_interval": 0.05,
    "timing.settle": 0.1,
    "timing.request_timeout": 1,
    "timing.stall_timeout": 1,
    "timing.backup_timeout": 3,
    "limits.requests_per_second": 1000,
}


def sensor(name: str, **changes: object) -> DeviceSpec:
    """A simulated picoScan with the firmware before VERSION, quicker than a real one."""
    quick = {"version": "2.3.0.0R", "flash_seconds": 5, "reboot_seconds": 5, "check_seconds": 1}
    return DeviceSpec(**({"name": name} | quick | changes))  # type: ignore[arg-type]


class Plant:
    """A fleet in a thread of its own, so that tests may wait for processes."""

    def __init__(self, specs: Sequence[DeviceSpec], *, time_scale: float = 50.0) -> None:
        self._fleet = Fleet(specs, time_scale=time_scale)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="plant", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.do(self._fleet.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._fleet.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the plant's own thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    @property
    def devices(self) -> list[Device]:
        return self._fleet.devices

    @property
    def addresses(self) -> list[str]:
        return [device.address for device in self._fleet.devices]

    def requests(self) -> int:
        """How many requests the sensors have seen."""
        return sum(len(device.requests) for device in self._fleet.devices)

    def writes(self) -> list[str]:
        """What was sent that a sensor can feel."""
        harmless = ("getChallenge", "checkCredentials")
        return [
            request.path
            for device in self._fleet.devices
            for request in device.requests
            if request.method != "GET" and not request.path.endswith(harmless)
        ]


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
        """The JSON lines, each of which must be as the contract says."""
        found = [json.loads(line) for line in self.out.splitlines()]
        for line in found:
            check_line(line)
        return found

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["kind"] == kind]


class Program:
    """Calls of ``python -m sicktui`` with a home of their own."""

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
            # Nobody listens there: these tests must never meet the keyring of whoever runs them.
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/no-bus",
        } | {key: value for key, value in os.environ.items() if key.startswith(("COV", "COVERAGE"))}
        self._running: list[subprocess.Popen[bytes]] = []

    def command(self, *words: str, fast: bool = True) -> list[str]:
        settings = [part for key, value in FAST.items() for part in ("--set", f"{key}={value}")]
        return [sys.executable, "-m", "sicktui", *words, *(settings if fast else ())]

    def start(self, *words: str, fast: bool = True, **environment: str) -> "subprocess.Popen[bytes]":
        """Start a call and leave it running; it is ended with the test."""
        process = subprocess.Popen(
            self.command(*words, fast=fast),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment | environment,
            cwd=self.folder,
        )
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
        **environment: str,
    ) -> Result:
        """The same call in this process, which takes a tenth of the time; there is no terminal either."""
        if password is not None:
            environment["SICKTUI_PASSWORD"] = password
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with (
            mock.patch.dict(os.environ, self.environment | environment, clear=True),
            mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            contextlib.chdir(self.folder),
        ):
            code = run(self.command(*words, fast=fast)[3:], dashboard=_no_dashboard)
        result = Result(code, _bytes(out), _bytes(err))
        assert "Traceback" not in result.err, result
        return result

    def wait(self, process: "subprocess.Popen[bytes]", stdin: bytes = b"") -> Result:
        out, err = process.communicate(stdin, timeout=60)
        result = Result(process.returncode, out, err)
        assert "Traceback" not in result.err, result
        return result

    def update(self, plant: Plant, *words: str, **environment: str) -> Result:
        """Update all sensors of a plant, without backups (they take a second), as JSON lines."""
        package = self.package()
        return self.here(
            *("update", *plant.addresses, "--package", package, "--yes", "--json", "--no-backup", *words),
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
    raise AssertionError("without a terminal there is no dashboard")


def wait_until(condition: Callable[[], object], what: str, limit: float = 20.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


# The contract's JSON lines, written from the contract alone: each key with the types it may have.
_NULL = type(None)
_NUMBER = (int, float)
_COMMON: dict[str, Any] = {"v": int, "ts": str, "kind": str}
_WORDS = {
    "step": (
        *("preflight", "backup", "authenticate", "upload", "trigger", "flash", "reboot", "verify"),
        *("create", "download", "store", "activate", "persist"),
    ),
    "operation": ("update", "backup", "restore"),
    "action": ("update", "skip", "refuse"),
    "verdict": ("succeeded", "failed", "unknown", "skipped", "cancelled"),
    "level": ("debug", "info", "warning", "error"),
}
_STATES = {
    "step": ("started", "done", "failed", "skipped"),
    "run": ("running", "finished", "interrupted", "cancelled"),
}
_KEYS: dict[str, dict[str, Any]] = {
    "step": {"run": str, "device": str, "step": str, "state": str, "detail": str},
    "progress": {"run": str, "device": str, "step": str, "sent": int, "total": int},
    "update_state": {"run": str, "device": str, "value": int, "name": str},
    "log": {"level": str, "message": str},
    "plan": {
        "device": str,
        "action": str,
        "reason": (str, _NULL),
        "message": str,
        "from_version": (str, _NULL),
        "to_version": (str, _NULL),
    },
    "verdict": {
        "run": str,
        "device": str,
        "operation": str,
        "verdict": str,
        "code": (str, _NULL),
        "message": str,
        "advice": str,
        "seconds": _NUMBER,
    },
    "status": {
        "device": str,
        "reachable": bool,
        "name": (str, _NULL),
        "model": (str, _NULL),
        "version": (str, _NULL),
        "serial": (str, _NULL),
        "update_state": (int, _NULL),
        "health": (str, _NULL),
        "auth": (str, _NULL),
        "message": str,
    },
    "run": {"run": str, "operation": str, "state": str, "pid": (int, _NULL), "started": str},
    "summary": {"run": str, "operation": str, "verdicts": dict, "exit_code": int},
}
_VERDICT_KEYS: dict[str, dict[str, Any]] = {
    "update": {
        "from_version": (str, _NULL),
        "to_version": (str, _NULL),
        "serial": (str, _NULL),
        "package_sha256": (str, _NULL),
        "backup": (str, _NULL),
        "downtime_seconds": (*_NUMBER, _NULL),
    },
    "backup": {
        "serial": (str, _NULL),
        "backup": (str, _NULL),
        "sha256": (str, _NULL),
        "bytes": (int, _NULL),
    },
}
_OPTIONAL = {"log": {"run": str, "device": str}, "plan": {"run": str}}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def check_line(line: dict[str, Any]) -> None:
    """Hold a JSON line against the contract: every key, nothing else, and the fixed words."""
    kind = line["kind"]
    assert line["v"] == 1
    assert _TIME.fullmatch(line["ts"]), line
    if kind not in _KEYS:
        assert kind in {"device", "package", "backup", "check", "login", "logout", "vault"}, line
        return
    wanted = _COMMON | _KEYS[kind]
    if kind == "verdict":
        wanted = wanted | _VERDICT_KEYS[line["operation"]]
    optional = _OPTIONAL.get(kind, {})
    assert set(wanted) <= set(line) <= set(wanted) | set(optional), line
    for key, value in line.items():
        types = (wanted | optional)[key]
        assert isinstance(value, types), (key, line)
        assert not isinstance(value, bool) or types is bool, (key, line)
    for key, words in _WORDS.items():
        if key in line:
            assert line[key] in words, line
    if "state" in line:
        assert line["state"] in _STATES[kind], line


def verdicts(lines: Iterable[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    """Verdict and code by device; a device with two verdicts is an error."""
    found: dict[str, tuple[str, str | None]] = {}
    for line in lines:
        if line["kind"] == "verdict":
            assert line["device"] not in found
            found[line["device"]] = (line["verdict"], line["code"])
    return found
