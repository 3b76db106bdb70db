"""What is known of the logins of one sensor: the refused ones, its lock, and how it hashes passwords."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from sicktui.model.passwords.login import LOCK_AFTER, LOCK_SECONDS, LOCK_WAIT, RefusedLogins
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.replies import Reply
from sicktui.sensor.errors import AccessDenied, LoginsLocked, SensorError
from sicktui.sensor.turns.link import Link

OnWait = Callable[[float], Awaitable[None]]
"""Called with the seconds for which a locked sensor is left alone."""


class LoginMemory(Protocol):
    """Remembers, across processes, the refused logins of sensors. Never fails."""

    def refused_logins(self, serial: str | None) -> RefusedLogins:
        """Those since the last accepted one; ``serial`` is what the sensor reports, if that was read."""
        ...

    def note_refused(self, serial: str | None, refused: RefusedLogins) -> None:
        """Remember them; none: a login was accepted."""
        ...

    def hashes_bytes(self, serial: str | None) -> bool:
        """Whether the password that worked last was hashed one byte a character."""
        ...

    def note_hashing(self, serial: str | None, *, one_byte: bool) -> None:
        """Remember how the password that has just worked was hashed."""
        ...


class Forgetful:
    """The memory of one client, for tests."""

    def __init__(self) -> None:
        self._refused = RefusedLogins()
        self._bytes = False

    def refused_logins(self, _serial: str | None) -> RefusedLogins:
        """Those of this client."""
        return self._refused

    def note_refused(self, _serial: str | None, refused: RefusedLogins) -> None:
        """Remember them."""
        self._refused = refused

    def hashes_bytes(self, _serial: str | None) -> bool:
        """As this client found it."""
        return self._bytes

    def note_hashing(self, _serial: str | None, *, one_byte: bool) -> None:
        """Remember it."""
        self._bytes = one_byte


class Logins:
    """Keeps logins out of a sensor's lock.

    Args:
        link: the connection to it.
        reader: knows its serial number, once that was read.
        memory: what was seen of it before.
        on_wait: called before a lock is waited out.
    """

    def __init__(self, link: Link, reader: Reader, memory: LoginMemory, on_wait: OnWait | None) -> None:
        self._link = link
        self._reader = reader
        self._memory = memory
        self._on_wait = on_wait
        self._waited_for: float | None = None
        """The refusal whose lock this client has waited out: the wall clock may be set back meanwhile."""

    @property
    def locked_for(self) -> float:
        """Seconds for which the sensor accepts no login, as far as is known."""
        refused = self._refused()
        return 0.0 if refused.last == self._waited_for else refused.locked_for(self._now())

    async def wait(self) -> None:
        """Wait until the sensor accepts logins again."""
        while (left := self.locked_for) > 0:
            last = self._refused().last
            await self._leave_alone(left)
            self._waited_for = last

    async def sit_out(self) -> None:
        """Wait for as long as a lock lasts: the sensor refuses a password that it has accepted before."""
        if self._refused().count >= LOCK_AFTER:
            await self.wait()
        else:
            await self._leave_alone(LOCK_WAIT)

    async def _leave_alone(self, seconds: float) -> None:
        if self._on_wait is not None:
            await self._on_wait(seconds)
        await self._link.clock.sleep(seconds)

    async def note(self, outcome: Reply | SensorError) -> None:
        """Count the outcome of a login."""
        refused = self._refused()
        if isinstance(outcome, Reply):
            if refused.count:
                await self._keep(RefusedLogins())
        elif isinstance(outcome, LoginsLocked):
            await self.note_lock()
        elif isinstance(outcome, AccessDenied):
            await self._keep(refused.another(self._now()))
            if refused.count + 1 >= LOCK_AFTER:
                outcome.advice = (
                    f"{outcome.advice} {refused.count + 1} logins in a row were refused: for 30 s the sensor "
                    "accepts none, and sicktui sends none."
                ).strip()

    def explain(self, refusal: AccessDenied) -> None:
        """Add what else a refusal may mean: what a locked login is answered with is not documented."""
        if not self.locked_for:
            refusal.message += (
                f" Either this login is not valid, or the sensor is locked for {LOCK_SECONDS:.0f} s after "
                "five refused logins of others."
            )

    async def note_lock(self) -> None:
        """The sensor is locked from now on, perhaps by somebody else's logins."""
        await self._keep(self._refused().locked(self._now()))

    async def note_hashing(self, *, one_byte: bool) -> None:
        """Remember how the password that has just worked was hashed."""
        if one_byte != self.hashes_bytes:
            await asyncio.to_thread(self._memory.note_hashing, self._reader.serial, one_byte=one_byte)

    @property
    def hashes_bytes(self) -> bool:
        """Whether the password that worked last was hashed one byte a character."""
        return self._memory.hashes_bytes(self._reader.serial)

    def _refused(self) -> RefusedLogins:
        return self._memory.refused_logins(self._reader.serial)

    async def _keep(self, refused: RefusedLogins) -> None:
        await asyncio.to_thread(self._memory.note_refused, self._reader.serial, refused)

    def _now(self) -> float:
        return self._link.clock.now().timestamp()
