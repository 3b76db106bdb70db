"""Fixtures of the tests of passwords: vaults that open fast, and processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.cli.conftest import MakePlant, plant, program
from tests.credentials.leaks import DEVICE, MASTER, OTHER, PHRASE, WRONG, Leaks
from tests.stores.conftest import bare_bus, secret_service
from tests.tui.conftest import desk

# Disks and shared machines are slow at times: that is no failure of a property.
settings.register_profile("steady", deadline=None, max_examples=50)
settings.load_profile("steady")

Spawn = Callable[..., "subprocess.Popen[str]"]
__all__ = ["MakePlant", "Spawn", "bare_bus", "desk", "plant", "program", "secret_service"]


@pytest.fixture
def vault_file(tmp_path: Path) -> Path:
    """Where a vault would lie."""
    return tmp_path / "data" / "passwords.vault"


@pytest.fixture
def leaks(monkeypatch: pytest.MonkeyPatch) -> Leaks:
    """Knows every secret of a test, and looks for it."""
    made = Leaks(monkeypatch)
    for name in (DEVICE, WRONG, OTHER):
        made.password(name, name)
    made.secret("the vault's password", MASTER)
    made.secret("the backup passphrase", PHRASE)
    return made


@pytest.fixture
def lax_umask() -> Iterator[None]:
    """A session in which new files are for everybody, unless who makes them says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, Any]:
    """The environment of a call that was given everything; temporary files go under the test's folder."""
    temp = tmp_path / "temp"
    temp.mkdir()
    return {
        "password": DEVICE,
        "SICKTUI_PASSPHRASE": PHRASE,
        "SICKTUI_VAULT_PASSWORD": MASTER,
        "TMPDIR": str(temp),
    }


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start Python on a piece of code, with its pipes open; whatever is left at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str, **options: object) -> "subprocess.Popen[str]":
        process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **options,  # type: ignore[call-overload]
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
