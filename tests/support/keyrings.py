"""Stand-ins for OS keyrings that raise what the real ones raise."""

from collections.abc import Callable

from sicktui.stores.secrets.keyring import Backend, KeyringStore

KEYRING = "OS keyring (test)"


class Working:
    """A keyring that works."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Refusing(Working):
    """A keyring that fails as long as it has a failure."""

    def __init__(self, failure: Callable[[], BaseException] | None) -> None:
        super().__init__()
        self.failure = failure

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure()

    def get_password(self, service: str, username: str) -> str | None:
        self._fail()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail()
        super().set_password(service, username, password)


class PywinError(Exception):
    """As ``pywintypes.error``: no OSError, no KeyringError; three arguments and these attributes."""

    def __init__(self, winerror: int, funcname: str, strerror: str) -> None:
        super().__init__(winerror, funcname, strerror)
        self.winerror, self.funcname, self.strerror = winerror, funcname, strerror


def windows_over_ssh() -> BaseException:
    """What Credential Manager says in a network logon (Win32-OpenSSH#996)."""
    return PywinError(
        1312, "CredWrite", "A specified logon session does not exist. It may already have been terminated."
    )


def macos_over_ssh() -> BaseException:
    """What ``keyring.backends.macOS`` makes of ``errSecInteractionNotAllowed``."""
    kind: type[Exception] = type("PasswordSetError", (Exception,), {"__module__": "keyring.errors"})
    return kind("Can't store password on keychain: (-25308, 'Unknown Error')")


def keyring_store(backend: Backend, *, time_limit: float = 1.0) -> KeyringStore:
    """The store that the chain has for a keyring."""
    return KeyringStore(KEYRING, lambda: backend, time_limit=time_limit)
