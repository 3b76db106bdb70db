"""The passwords that may be the right one, each in the ways in which a sensor may have hashed it."""

import asyncio
from collections.abc import Callable, Iterable

from msgspec import Struct

from sicktui.sensor.api.login.logins import Logins
from sicktui.sensor.errors import SensorError

OnAccepted = Callable[[str], object]
"""Called, in a thread, with the password that a sensor has accepted out of several candidates."""


class Passwords(Struct, frozen=True, kw_only=True):
    """The passwords of a user that may be the right one, the likeliest first."""

    candidates: tuple[str, ...] = ()
    on_accepted: OnAccepted | None = None
    """Called once."""
    trusted: bool = False
    """Whether the first one was accepted a moment ago: one refusal may be a lock then."""

    def __repr__(self) -> str:
        """Never the passwords."""
        return f"<Passwords: {len(self.candidates)}>"


class Secret(Struct, frozen=True, kw_only=True):
    """A password that may be the right one, and how it is hashed."""

    password: str
    one_byte: bool = False
    """One byte a character, as SICK's Python client does it; else UTF-8, as the articles do."""

    def __repr__(self) -> str:
        """Never the password."""
        return f"<Secret one_byte={self.one_byte}>"


def secrets_of(passwords: Iterable[str], *, one_byte_first: bool) -> list[Secret]:
    """Every password with each way to hash it, in the order in which they are tried.

    Args:
        passwords: the likeliest first.
        one_byte_first: the way that worked last; it matters for passwords that are not ASCII.
    """
    found: list[Secret] = []
    for password in dict.fromkeys(passwords):
        ways = (one_byte_first, not one_byte_first) if _differs(password) else (False,)
        found += [Secret(password=password, one_byte=way) for way in ways]
    return found


def _differs(password: str) -> bool:
    if password.isascii():
        return False
    try:
        password.encode()
    except UnicodeEncodeError:
        return False  # It cannot be sent at all.
    return True


class Secrets:
    """Chooses what a login is made with: each candidate once, until the sensor accepts one.

    Args:
        passwords: the candidates.
        logins: knows how the password that worked last was hashed.
    """

    def __init__(self, passwords: Passwords, logins: Logins) -> None:
        self.known = bool(passwords.candidates)
        self.proven = passwords.trusted
        """Whether the sensor has accepted the present one."""
        self.refused: SensorError | None = None
        """The refusal after which no password is left: nothing more is sent."""
        self._passwords = passwords
        self._logins = logins
        self._left: list[Secret] = []
        self._settled = False

    def __repr__(self) -> str:
        """Never the passwords."""
        return f"<Secrets: {len(self._left)} left>"

    @property
    def now(self) -> Secret:
        """The present one. There must be a password."""
        if not self._left:
            candidates, one_byte = self._passwords.candidates, self._logins.hashes_bytes
            self._left = secrets_of(candidates, one_byte_first=one_byte)
        return self._left[0]

    def next(self) -> bool:
        """Go on to the next one; False: there is none."""
        if len(self._left) <= 1:
            return False
        del self._left[0]
        return True

    async def accepted(self) -> None:
        """The sensor has accepted the present one: no other is tried any more."""
        if self._settled:
            return
        self.proven = self._settled = True
        secret = self.now
        self._left = [secret]
        if not secret.password.isascii():
            await self._logins.note_hashing(one_byte=secret.one_byte)
        if self._passwords.on_accepted is not None:
            await asyncio.to_thread(self._passwords.on_accepted, secret.password)
