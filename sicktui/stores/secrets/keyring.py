"""The operating system's keyring: preferred, never assumed.

It may be missing, locked, broken, or wait for ever on an invisible prompt (Windows refuses
it in SSH sessions by design). So a backend is chosen explicitly, never through
``keyring.get_keyring()`` (an installed ``keyrings.alt`` would prompt on the terminal), every call runs in
a thread with a time limit, and the backend is used only after it has kept a value and given it back.
"""

import importlib
import secrets
import sys
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from sicktui.model.safe_text import clean
from sicktui.stores.secrets.store import StoreFailed

SERVICE: Final = "sicktui"
TEST_SERVICE: Final = "sicktui self-test"
TIME_LIMIT: Final = 3.0
"""Seconds that the keyring has for an answer."""

_LEAST_LIMIT: Final = 0.2
_SHARE_FOR_UNLOCKING: Final = 0.8
_WINDOWS_NO_LOGON_SESSION: Final = 1312
_MACOS_NO_INTERACTION: Final = "-25308"

T = TypeVar("T")


class Backend(Protocol):
    """The part of a ``keyring`` backend that is used."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or ``None``."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""
        ...


class KeyringStore:
    """The keyring behind a time limit. Once it has failed it is not asked again.

    Args:
        name: what people call it.
        connect: makes the backend; may fail or hang like any call to it.
        time_limit: seconds that each call may take.
    """

    def __init__(self, name: str, connect: Callable[[], Backend], *, time_limit: float = TIME_LIMIT) -> None:
        self.name = name
        self._connect = connect
        self._limit = time_limit
        self._backend: Backend | None = None
        self._failure: StoreFailed | None = None
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def check(self) -> None:
        """Return if the keyring keeps a value and gives it back; tried once.

        Raises:
            StoreFailed: why it is not used, in words.
        """
        with self._lock:
            if self._failure is None and self._backend is None:
                try:
                    self._backend = self._within(self._self_test, self._limit)
                except StoreFailed as failure:
                    self._failure = failure
            if self._failure is not None:
                kept = self._failure
                raise StoreFailed(kept.reason, kept.advice, brief=kept.brief)

    def get(self, account: str) -> str | None:
        """The secret of an account.

        Raises:
            StoreFailed: the keyring cannot be used, or failed now.
        """
        return self._use(lambda backend: backend.get_password(SERVICE, account))

    def put(self, account: str, secret: str) -> None:
        """Keep a secret.

        Raises:
            StoreFailed: the keyring cannot be used, or failed now.
        """
        self._use(lambda backend: backend.set_password(SERVICE, account, secret), secret)

    def delete(self, account: str) -> bool:
        """Forget a secret; whether there was one.

        Raises:
            StoreFailed: the keyring cannot be used, or failed now.
        """

        def forget(backend: Backend) -> bool:
            # Deleting what is not there is an error of another kind in every backend.
            if backend.get_password(SERVICE, account) is None:
                return False
            backend.delete_password(SERVICE, account)
            return True

        return self._use(forget)

    def _self_test(self) -> Backend:
        backend = self._connect()
        account, value = f"self-test {secrets.token_hex(4)}", secrets.token_urlsafe(12)
        backend.set_password(TEST_SERVICE, account, value)
        kept = backend.get_password(TEST_SERVICE, account)
        backend.delete_password(TEST_SERVICE, account)
        if kept != value:
            raise StoreFailed("it did not return what was stored in it")
        return backend

    def _use(self, call: Callable[[Backend], T], secret: str = "") -> T:
        # One after the other: forty threads at once on a busy PC each took longer than the limit, and a
        # keyring that works was given up for that. Once it hangs, waiting calls fail at once.
        with self._turn:
            return self._use_now(call, secret)

    def _use_now(self, call: Callable[[Backend], T], secret: str) -> T:
        started = time.monotonic()
        self.check()
        backend = self._backend
        if backend is None:
            raise StoreFailed("it was not opened")
        # The self-test and the call that it was made for share one limit.
        left = max(_LEAST_LIMIT, self._limit - (time.monotonic() - started))
        try:
            return self._within(lambda: call(backend), left, secret)
        except StoreFailed as failure:
            with self._lock:
                self._failure = self._failure or failure
            raise

    def _within(self, call: Callable[[], T], limit: float, secret: str = "") -> T:
        """The result of ``call``, run in a thread that is left behind when it takes too long."""
        results: list[T] = []
        failures: list[StoreFailed] = []

        def work() -> None:
            try:
                results.append(call())
            except StoreFailed as failure:
                failures.append(failure)
            except Exception as error:  # noqa: BLE001 - backends raise errors of any kind; the reason is kept
                failures.append(explain(error, secret))

        thread = threading.Thread(target=work, name="sicktui-keyring", daemon=True)
        thread.start()
        thread.join(limit)
        if results:
            return results[0]
        if failures:
            raise failures[0]
        if thread.is_alive():
            raise StoreFailed(
                f"it did not answer within {self._limit:g} s; it may be waiting for an unlock prompt "
                "that is not visible",
                "Unlock the keyring in a desktop session.",
                brief="silent",
            )
        raise StoreFailed("it failed")


class ServicePerAccount:
    """Gives each account a separate service.

    Windows keeps entries by service alone. ``keyring`` makes room for a second account by moving the
    first one to another name, in three steps: of two processes at it at once, one would lose its password.

    Args:
        backend: the backend of ``keyring``.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or ``None``."""
        return self._backend.get_password(f"{service}: {username}", username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        self._backend.set_password(f"{service}: {username}", username, password)

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""
        self._backend.delete_password(f"{service}: {username}", username)


def explain(error: Exception, secret: str = "") -> StoreFailed:
    """Why a backend failed, in words for people, without the secret that it was given."""
    told = str(error)
    if secret:
        told = told.replace(secret, "(secret)")
    if getattr(error, "winerror", None) == _WINDOWS_NO_LOGON_SESSION:
        return StoreFailed(
            "Windows closes its Credential Manager to SSH sessions (error 1312)",
            "Log in at the PC or by remote desktop to use it.",
            brief="error 1312",
        )
    if _MACOS_NO_INTERACTION in told:
        return StoreFailed(
            "macOS keeps its keychain locked in SSH sessions (error -25308)",
            "'security unlock-keychain' opens it for this session.",
            brief="error -25308",
        )
    kind = type(error).__name__
    if kind == "KeyringLocked":
        return StoreFailed(
            "it is locked, and there is no desktop to unlock it",
            "Unlock it in a desktop session.",
            brief="locked",
        )
    if isinstance(error, TimeoutError):
        return StoreFailed(
            "it is locked and is waiting for an unlock prompt that is not visible",
            "Unlock it in a desktop session.",
            brief="locked",
        )
    return StoreFailed(f"{kind}: {clean(told, 160)}" if told else kind)


def platform_keyring(time_limit: float = TIME_LIMIT) -> KeyringStore:
    """The keyring of this platform. Nothing is imported or asked before it is first used."""
    name, connect = _PLATFORMS.get(sys.platform, ("Secret Service", lambda: secret_service(time_limit)))
    return KeyringStore(f"OS keyring ({name})", connect, time_limit=time_limit)


def windows() -> Backend:
    """The Credential Manager of Windows."""
    return ServicePerAccount(_backend("keyring.backends.Windows", "WinVaultKeyring"))


def macos() -> Backend:
    """The Keychain of macOS."""
    return _backend("keyring.backends.macOS", "Keyring")


_PLATFORMS: Final[dict[str, tuple[str, Callable[[], Backend]]]] = {
    "win32": ("Windows Credential Manager", windows),
    "darwin": ("macOS Keychain", macos),
}


def secret_service(time_limit: float) -> Backend:
    """The Secret Service of Linux desktops (GNOME Keyring, KeePassXC, newer KWallets)."""
    # A little less than the thread gets, so that the reason is known when the prompt was in vain.
    return _backend(
        "sicktui.stores.secrets.secret_service",
        "BoundedSecretService",
        unlock_limit=_SHARE_FOR_UNLOCKING * time_limit,
    )


def _backend(module: str, name: str, **attributes: float) -> Backend:
    # Imported when used: keyring takes 0.13 s, and each of its backends exists on one platform only.
    backend: Backend = getattr(importlib.import_module(module), name)()
    for attribute, value in attributes.items():
        setattr(backend, attribute, value)
    return backend
