"""A real Secret Service (GNOME Keyring) on its own session bus, as a fixture."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_BARE_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type><listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="false"/><allow own="*"/></policy>
</busconfig>
"""


class _SecretService:
    """A separate D-Bus session that starts nothing by itself.

    Args:
        folder: the home of whatever runs on it.
        keyring: the options of GNOME Keyring; without any, it does not run.
    """

    def __init__(self, folder: Path, *keyring: str) -> None:
        self._environ = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_RUNTIME_DIR": str(folder),
        }
        config = folder / "bus.conf"
        config.write_text(_BARE_BUS)
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"],
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._bus.stdout is not None
        self.address = self._bus.stdout.readline().strip()
        self._daemon = self._start_keyring(keyring) if keyring else None

    def _start_keyring(self, options: tuple[str, ...]) -> "subprocess.Popen[str]":
        daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--components=secrets", *options],
            env=self._environ | {"DBUS_SESSION_BUS_ADDRESS": self.address},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert daemon.stdin is not None
        assert daemon.stdout is not None
        daemon.stdin.write("test")
        daemon.stdin.close()
        daemon.stdout.readline()  # it says where its control socket is when it is ready
        return daemon

    def stop(self) -> None:
        for process in (self._daemon, self._bus):
            if process is None:
                continue
            process.terminate()  # so that the bus takes its socket away
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


REQUIRED = "SICKTUI_TESTS_NEED_KEYRING"
"""Set where the tests against a real Secret Service must run: without it they skip where there is none."""


def _needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            reason = f"{program} is not installed (Debian: apt-get install dbus gnome-keyring)"
            if os.environ.get(REQUIRED):
                pytest.fail(f"{reason}, and {REQUIRED} is set")
            pytest.skip(reason)


@pytest.fixture
def secret_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """A real Secret Service on this session's bus; calling the fixture's value takes it away."""
    _needs("dbus-daemon", "gnome-keyring-daemon")
    service = _SecretService(tmp_path, "--unlock")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
    yield service.stop
    service.stop()


@pytest.fixture
def bare_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session bus on which no Secret Service runs."""
    _needs("dbus-daemon")
    service = _SecretService(tmp_path)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
    yield
    service.stop()


@pytest.fixture
def new_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Secret Service in which no keyring was made yet."""
    _needs("dbus-daemon", "gnome-keyring-daemon")
    service = _SecretService(tmp_path, "--start")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
    yield
    service.stop()
