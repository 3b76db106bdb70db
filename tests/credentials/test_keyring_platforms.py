"""The keyrings of Windows and macOS: ``keyring``'s own backends over stand-ins for the systems' libraries."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sicktui.stores.secrets.credentials import Credentials
from sicktui.stores.secrets.keyring import KeyringStore, macos, windows
from sicktui.stores.secrets.store import MEMORY
from sicktui.stores.secrets.vault import VAULT
from tests.credentials.kit import SECRET, opened_vault

NOT_FOUND = 1168
NO_LOGON_SESSION = 1312


class CredentialManager:
    """``win32cred`` over a dictionary; ``broken`` is the error that every call ends in."""

    CRED_TYPE_GENERIC = 1
    CRED_PERSIST_ENTERPRISE = 3

    def __init__(self, error: type[Exception]) -> None:
        self._error = error
        self.kept: dict[str, dict[str, Any]] = {}
        self.broken: int | None = None
        self.read = threading.Event()

    def _may(self, function: str) -> None:
        if self.broken is not None:
            words = "A specified logon session does not exist. It may already have been terminated."
            raise self._error(self.broken, function, words)

    def CredRead(self, *, Type: int, TargetName: str) -> dict[str, Any]:  # noqa: N802, N803 - as Windows has it
        self._may("CredRead")
        if TargetName not in self.kept:
            raise self._error(NOT_FOUND, "CredRead", "Element not found.")
        return self.kept[TargetName]

    def CredWrite(self, credential: dict[str, Any], flags: int) -> None:  # noqa: N802
        self._may("CredWrite")
        blob = credential["CredentialBlob"].encode("utf-16-le")
        self.kept[credential["TargetName"]] = credential | {"CredentialBlob": blob}

    def CredDelete(self, *, Type: int, TargetName: str) -> None:  # noqa: N802, N803
        self._may("CredDelete")
        if self.kept.pop(TargetName, None) is None:
            raise self._error(NOT_FOUND, "CredDelete", "Element not found.")


def forget_module(name: str) -> None:
    """Let a backend be imported anew, with the libraries that are there then."""
    sys.modules.pop(name, None)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[CredentialManager]:
    """``keyring``'s Windows backend on top of a stand-in for ``win32ctypes``."""

    class Error(Exception):
        """As ``pywintypes.error``: no OSError, three arguments, these attributes."""

        def __init__(self, winerror: int, funcname: str, strerror: str) -> None:
            super().__init__(winerror, funcname, strerror)
            self.winerror, self.funcname, self.strerror = winerror, funcname, strerror

    Error.__name__ = "error"
    pywintypes, win32cred = ModuleType("pywintypes"), ModuleType("win32cred")
    made = CredentialManager(Error)
    pywintypes.error = Error  # type: ignore[attr-defined]
    for name in ("CredRead", "CredWrite", "CredDelete", "CRED_TYPE_GENERIC", "CRED_PERSIST_ENTERPRISE"):
        setattr(win32cred, name, getattr(made, name))
    package, inner = ModuleType("win32ctypes"), ModuleType("win32ctypes.pywin32")
    inner.pywintypes, inner.win32cred = pywintypes, win32cred  # type: ignore[attr-defined]
    for name, module in (("win32ctypes", package), ("win32ctypes.pywin32", inner)):
        monkeypatch.setitem(sys.modules, name, module)
    forget_module("keyring.backends.Windows")
    yield made
    forget_module("keyring.backends.Windows")


def on_windows(*, vault: Any = None) -> Credentials:
    store = KeyringStore("OS keyring (Windows Credential Manager)", windows, time_limit=3)
    return Credentials(given=None, keyring=store, vault=vault)


def test_windows_keeps_what_it_is_given(manager: CredentialManager) -> None:
    credentials = on_windows()
    for device in ("a", "b", "c"):
        assert credentials.remember(device, "Service", f"{SECRET} {device}") == (
            "OS keyring (Windows Credential Manager)"
        )
    later = on_windows()
    assert [later.password(device, "Service") for device in "abc"] == [f"{SECRET} {d}" for d in "abc"]
    assert later.password("d", "Service") is None
    assert later.forget("b", "Service")
    assert not later.forget("b", "Service")
    assert later.password("a", "Service") == f"{SECRET} a"
    assert later.password("b", "Service") is None
    assert sorted(manager.kept) == ["sicktui: a/Service", "sicktui: c/Service"], "one entry, one target"


def test_windows_over_ssh_leaves_the_vault(manager: CredentialManager, vault_file: Path) -> None:
    manager.broken = NO_LOGON_SESSION
    credentials = on_windows(vault=opened_vault(vault_file))
    assert credentials.remember("a", "Service", SECRET) == VAULT
    problem = credentials.describe().problems[0]
    assert problem.reason == "Windows closes its Credential Manager to SSH sessions (error 1312)"
    assert "remote desktop" in problem.advice


def test_windows_that_refuses_later_leaves_memory(manager: CredentialManager) -> None:
    credentials = on_windows()
    credentials.remember("a", "Service", "first")
    manager.broken = NO_LOGON_SESSION
    assert credentials.remember("a", "Service", SECRET) == MEMORY
    assert credentials.password("a", "Service") == SECRET
    assert "1312" in credentials.describe().problems[0].reason


@pytest.fixture
def keychain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """``keyring``'s macOS backend on top of a stand-in for the Security framework, which refuses."""
    api = ModuleType("keyring.backends.macOS.api")

    class Error(Exception):
        """As ``api.Error``: the status and a text."""

    def refuse(*_: object) -> str:
        raise Error(-25308, "Unknown Error")

    class NotFound(Error):
        """Not there."""

    class KeychainDenied(Error):
        """The user said no."""

    api.Error, api.NotFound, api.KeychainDenied = Error, NotFound, KeychainDenied  # type: ignore[attr-defined]
    for name in ("set_generic_password", "find_generic_password", "delete_generic_password"):
        setattr(api, name, refuse)
    forget_module("keyring.backends.macOS")
    monkeypatch.setitem(sys.modules, "keyring.backends.macOS.api", api)
    yield
    forget_module("keyring.backends.macOS")


@pytest.mark.usefixtures("keychain")
def test_macos_over_ssh_leaves_the_vault(vault_file: Path) -> None:
    store = KeyringStore("OS keyring (macOS Keychain)", macos, time_limit=3)
    credentials = Credentials(given=None, keyring=store, vault=opened_vault(vault_file))
    assert credentials.remember("a", "Service", SECRET) == VAULT
    problem = credentials.describe().problems[0]
    assert problem.reason == "macOS keeps its keychain locked in SSH sessions (error -25308)"
    assert "security unlock-keychain" in problem.advice


class Slow:
    """A keyring that serves one caller at a time, each in a tenth of the time limit."""

    def __init__(self) -> None:
        self._busy = threading.Lock()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        with self._busy:
            time.sleep(0.05)
            return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_a_keyring_that_works_is_not_given_up_because_many_ask_at_once() -> None:
    """A plan of many sensors asks for their passwords side by side, and the PC may be busy."""
    store = KeyringStore("slow", Slow, time_limit=0.5)
    credentials = Credentials(given=None, keyring=store)
    credentials.describe()
    threads = [threading.Thread(target=credentials.password, args=(f"d{n}", "Service")) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert credentials.describe().problems == ()
