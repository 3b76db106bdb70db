"""Fixtures for the tests of what is kept on disk."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from sicktui.model.event import Event, Logged
from sicktui.model.plan import Operator, RunSpec
from sicktui.model.settings import Settings
from sicktui.model.words import Level, Operation
from sicktui.stores.paths import Home, locate

# Disks and shared machines are slow at times: that is no failure of a property.
settings.register_profile("steady", deadline=None, max_examples=50)
settings.load_profile("steady")

TS = "2026-11-21T09:54:27.123Z"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return locate(tmp_path / "home", {})


@pytest.fixture
def spec() -> Callable[[str], RunSpec]:
    def make(run: str) -> RunSpec:
        return RunSpec(
            run=run,
            operation=Operation.UPDATE,
            created=TS,
            settings=Settings(),
            operator=Operator(user="bob", host="pc7"),
            items=(),
        )

    return make


@pytest.fixture
def log() -> Callable[[str], Event]:
    def make(message: str) -> Event:
        return Logged(ts=TS, level=Level.INFO, message=message)

    return make


Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start Python on a piece of code, with its pipes open; whatever is left at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


class _SecretService:
    """A D-Bus session of its own with an unlocked GNOME Keyring on it."""

    def __init__(self, folder: Path) -> None:
        self._environ = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_RUNTIME_DIR": str(folder),
        }
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._bus.stdout is not None
        self.address = self._bus.stdout.readline().strip()
        self._daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets"],
            env=self._environ | {"DBUS_SESSION_BUS_ADDRESS": self.address},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._daemon.stdin is not None
        self._daemon.stdin.write("test")
        self._daemon.stdin.close()
        assert self._daemon.stdout is not None
        self._daemon.stdout.readline()  # it says where its control socket is when it is ready

    def stop(self) -> None:
        for process in (self._daemon, self._bus):
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture
def secret_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """A real Secret Service on this session's bus; calling the fixture's value takes it away."""
    for program in ("dbus-daemon", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: apt-get install dbus gnome-keyring)")
    service = _SecretService(tmp_path)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
    yield service.stop
    service.stop()
