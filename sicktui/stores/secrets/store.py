"""What a place for secrets must be able to do, and the simplest one: the memory of this process."""

import threading
from typing import Final, Protocol

MEMORY: Final = "memory, until sicktui exits"
SOURCE_VARIABLE: Final = "SICKTUI_SOURCE_SECRET"
"""The key of every source of packages in this call, for unattended use."""
NONE_HERE: Final = "none here"
"""In brief, of a store that does not exist on this PC or in this session."""


def pending_of(account: str) -> str:
    """The account of a new password that is not known to hold yet."""
    return f"{account} (new)"


def secret_line(text: str | None) -> str | None:
    """A secret from the environment or standard input, without the end of its line; ``None`` if it is empty.

    Files and tools of Windows end lines with a carriage return, which no password has at its end.
    """
    return (text or "").rstrip("\r\n") or None


class StoreFailed(Exception):
    """A store for secrets cannot be used.

    Args:
        reason: why, in words, without any secret in it.
        advice: what would make it work; may be empty.
        brief: why, in a word or two, for where there is little room.
    """

    def __init__(self, reason: str, advice: str = "", *, brief: str = "fails") -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.brief = brief


class SecretStore(Protocol):
    """A place for passwords. Every call may raise ``StoreFailed``; none blocks for long or prompts."""

    @property
    def name(self) -> str:
        """What people call it, e.g. ``OS keyring (Secret Service)``."""
        ...

    def check(self) -> None:
        """Return if the store works, else raise why not. The answer is found once and kept."""
        ...

    def get(self, account: str) -> str | None:
        """The secret of an account (``device/user``); ``None`` if there is none."""
        ...

    def put(self, account: str, secret: str) -> None:
        """Keep a secret, in the place of an older one."""
        ...

    def delete(self, account: str) -> bool:
        """Forget a secret; whether there was one."""
        ...


class MemoryStore:
    """Secrets in the memory of this process. Safe to use from several threads."""

    name = MEMORY

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}
        self._lock = threading.Lock()

    def check(self) -> None:
        """Memory always works."""

    def get(self, account: str) -> str | None:
        """The secret of an account."""
        with self._lock:
            return self._secrets.get(account)

    def everything(self) -> dict[str, str]:
        """Every secret by its account."""
        with self._lock:
            return dict(self._secrets)

    def put(self, account: str, secret: str) -> None:
        """Keep a secret."""
        with self._lock:
            self._secrets[account] = secret

    def delete(self, account: str) -> bool:
        """Forget a secret."""
        with self._lock:
            return self._secrets.pop(account, None) is not None
