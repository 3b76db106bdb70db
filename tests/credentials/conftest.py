"""Fixtures of the tests of passwords: vaults that open fast, and processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.cli.conftest import MakePlant, plant, program
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
