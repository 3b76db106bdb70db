"""Fixtures of the tests of passwords: vaults that open fast, and calls that are given every secret."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.dashboard import harness
from tests.support.secret_leaks import DEVICE, MASTER, OTHER, PHRASE, WRONG, Leaks

__all__ = ["harness"]


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
