"""Changes the password of one sensor: the new one is stored before it is sent, and confirmed by a login.

Whatever happens in between, both are stored, and the next login of any command finds out which one holds.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from msgspec import Struct

from sicktui.engine.authentication import check_known
from sicktui.engine.context import Context
from sicktui.engine.job.waiting import retry_for
from sicktui.engine.plan.base import expected_identity, lock_of, no_password, reading, refuse_flashing
from sicktui.model.device import Identity, Target
from sicktui.model.enums import AuthScheme, Code, Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.passwords.new import check_new_password, generate_password
from sicktui.model.safe_text import clean
from sicktui.sensor.api.login.secrets import Passwords
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import AccessDenied, OutOfConnections, SensorError, Unreachable, is_unsure
from sicktui.stores.secrets.pending import PendingPasswords
from sicktui.stores.secrets.store import StoreFailed

_FIND_OUT: Final = 30.0
"""Seconds for which a sensor is asked which password holds, after its reply was lost."""
_PAUSE: Final = 2.0
_SALT: Final = 16
_BOTH: Final = (
    "Both passwords are stored. Log in when it answers again: any command finds out which one holds, and "
    "keeps that one."
)


class Changed(Struct, frozen=True, kw_only=True):
    """What became of the change of one password."""

    device: str
    user: str
    verdict: Verdict
    message: str
    advice: str = ""
    code: Code | None = None
    stored: str | None = None
    """Where the new password is stored, for people."""
    sent: bool = False
    """Whether anything that could change the password was sent."""


async def change_password(context: Context, target: Target, new: str) -> Changed:
    """Change the password of the device's user. Trouble with the sensor is part of the result.

    Raises:
        UsageError: no sensor should be given this password.
    """
    check_new_password(new)
    change = _Change(context, target, new)
    try:
        return await change.run()
    except SicktuiError as error:
        return change.failed(error)
    except StoreFailed as error:
        return change.failed(
            SicktuiError(
                f"The new password of {clean(target.device)} could not be stored, so it was not sent: "
                f"{error.reason}.",
                advice=error.advice,
                code=Code.STORAGE_ERROR,
            )
        )


async def change_passwords(
    context: Context,
    targets: Sequence[Target],
    new: str | None,
    *,
    on_changed: Callable[[Changed], None] = lambda _: None,
) -> list[Changed]:
    """Change the passwords of several sensors, one after the other.

    After one that is not known to be changed, the others are left as they are.

    Args:
        context: the stores, settings and credentials.
        targets: the devices.
        new: the new password; ``None``: another one is generated for each.
        on_changed: called after each of them.

    Raises:
        UsageError: no sensor should be given this password.
    """
    done: list[Changed] = []
    for target in targets:
        if any(changed.verdict is Verdict.UNKNOWN for changed in done):
            changed = Changed(
                device=target.device,
                user=target.user,
                verdict=Verdict.SKIPPED,
                message="Not started, because the change before it is not settled.",
            )
        else:
            changed = await change_password(context, target, new or generate_password())
        done.append(changed)
        on_changed(changed)
    return done


def exit_code_of(done: Sequence[Changed]) -> ExitCode:
    """The exit code of a command that changed passwords."""
    failed = [changed for changed in done if changed.verdict is Verdict.FAILED]
    if failed and not any(changed.sent for changed in done):
        return ExitCode.REFUSED if len(failed) == len(done) else ExitCode.FAILED
    if failed:
        return ExitCode.FAILED
    unknown = any(changed.verdict is Verdict.UNKNOWN for changed in done)
    return ExitCode.UNKNOWN if unknown else ExitCode.OK


def _is_refusal(error: SensorError) -> bool:
    """Whether the change was refused, by the sensor or here."""
    return not is_unsure(error) and not isinstance(error, OutOfConnections)


class _Change:
    """One change, from the first read to its result.

    Args:
        context: the stores, settings and credentials.
        target: the device.
        new: its new password.
    """

    def __init__(self, context: Context, target: Target, new: str) -> None:
        self._context = context
        self._target = target
        self._new = new
        self._pending = PendingPasswords(context.credentials)
        self._sent = False

    async def run(self) -> Changed:
        """Change it.

        Raises:
            SicktuiError: it was not changed.
            StoreFailed: nothing was sent.
        """
        async with self._sensor() as (sensor, identity):
            old = await self._prove(sensor)
            if old == self._new:
                return self._result(Verdict.SKIPPED, "It has this password already.")
            own = await asyncio.to_thread(self._context.credentials.own_password, *self._whose)
            salts = await sensor.access.salt(), os.urandom(_SALT)
            try:
                await asyncio.to_thread(self._pending.stage, *self._whose, old, self._new)
                lost = await self._send(sensor, salts[1])
            except BaseException:
                if not self._sent:
                    await asyncio.shield(asyncio.to_thread(self._pending.unstage, *self._whose, own))
                raise
            which = partial(self._which, sensor, identity, old, salts)
            changed = await self._find_out(sensor, which, lost)
            if changed is not None:
                return changed
            if lost is not None and _is_refusal(lost):
                await asyncio.to_thread(self._pending.unstage, *self._whose, own)
                raise lost
            return self._kept(lost)

    @property
    def _whose(self) -> tuple[str, str]:
        return self._target.device, self._target.user

    @asynccontextmanager
    async def _sensor(self) -> AsyncIterator[tuple[Sensor, Identity]]:
        """The sensor, if it is the expected one, does not flash, and no other process here writes to it."""
        async with reading(self._context, self._target) as (sensor, password):
            identity = await expected_identity(self._target, sensor)
            if password is None:
                refusal = await no_password(self._context, self._target)
                raise AccessDenied(refusal.message, advice=refusal.advice)
            lock = lock_of(self._context.home, self._target, identity, purpose="a change of its password")
            await asyncio.to_thread(lock.acquire)
            try:
                await refuse_flashing(sensor)
                yield sensor, identity
            finally:
                lock.release()

    async def _prove(self, sensor: Sensor) -> str:
        """The password that holds now. Where it cannot be tested, the change itself tests it."""
        if await sensor.access.scheme() is not AuthScheme.CHALLENGE:
            raise SicktuiError(
                "The sensor has Basic authentication only: its password cannot be changed over this API.",
                advice="Change it on the sensor's web page, then log in again.",
                code=Code.NOT_SUPPORTED,
            )
        if not await check_known(self._context, self._target, sensor, sensor.access.password or ""):
            await sensor.access.open_session()
        return sensor.access.password or ""

    async def _send(self, sensor: Sensor, salt: bytes) -> SensorError | None:
        """Send it. Returns what refuses it or leaves it open; ``None``: the sensor reports success."""
        await refuse_flashing(sensor)
        self._sent = True
        try:
            await sensor.password.change(self._new, salt)
        except SensorError as error:
            return error
        return None

    async def _find_out(
        self, sensor: Sensor, which: Callable[[], Awaitable[tuple[str, bool]]], lost: SensorError | None
    ) -> Changed | None:
        """Log in with both, the likelier one first, and keep the one that holds. ``None``: the old one.

        Unless it was refused, the old one is believed only after a while: the change may follow the reply.
        """
        clock = self._context.clock
        until = clock.monotonic() + (0 if lost is not None and _is_refusal(lost) else _FIND_OUT)
        try:
            holds, confirmed = await retry_for(clock, _FIND_OUT, _PAUSE, which, on=Unreachable)
            while holds != self._new and clock.monotonic() < until:
                await clock.sleep(_PAUSE)
                holds, confirmed = await retry_for(clock, _FIND_OUT, _PAUSE, which, on=Unreachable)
        except SicktuiError as error:
            first = "" if lost is None or lost.message == error.message else f" Before that: {lost.message}"
            why = f"The new password was sent, but it is not known which one holds: {error.message}{first}"
            advice = f"{error.advice} {_BOTH}".strip()
            return self._result(Verdict.UNKNOWN, why, code=error.code or Code.DEVICE_ERROR, advice=advice)
        if holds != self._new:
            return None
        await asyncio.to_thread(self._context.credentials.accepted, *self._whose, sensor.read.serial)
        place = await asyncio.to_thread(self._pending.settle, *self._whose, self._new)
        how = "confirmed by a login" if confirmed else "confirmed by the salt that the sensor sends now"
        return self._result(Verdict.SUCCEEDED, f"The password was changed and {how}.", stored=place)

    async def _which(
        self, sensor: Sensor, identity: Identity, old: str, salts: tuple[bytes, bytes]
    ) -> tuple[str, bool]:
        """The password that holds, and whether a login has shown it.

        Args:
            sensor: the sensor.
            identity: who it was.
            old: the old password.
            salts: the one that the sensor sent before, and that of the new password.
        """
        now = await sensor.read.reread_identity(identity)
        if not identity.is_same_sensor(now):
            raise SicktuiError(
                f"Another sensor answers now: {now.key or now.name} instead of "
                f"{identity.key or identity.name}.",
                advice="Check the address.",
                code=Code.OTHER_DEVICE,
            )
        salt = await sensor.access.salt()
        order = (old, self._new) if salt == salts[0] else (self._new, old)
        sensor.access.use(Passwords(candidates=order))
        if await sensor.access.prove():
            return sensor.access.password or "", True
        if salt in salts:
            return order[0], False
        raise SicktuiError(
            "This sensor has no login that can be tested, and its salt is neither the old nor the new one.",
            code=Code.NOT_SUPPORTED,
        )

    def _kept(self, lost: SensorError | None) -> Changed:
        """The old one still holds. What was sent may take effect late, so both stay stored until a login."""
        if lost is None:
            return self._result(
                Verdict.UNKNOWN,
                f"The sensor reports that the password was changed, but after {_FIND_OUT:g} s the old one "
                "still holds.",
                code=Code.DEVICE_ERROR,
                advice=f"It may take effect later. {_BOTH}",
            )
        return self._result(
            Verdict.FAILED,
            f"The old password still holds. {lost.message.rstrip('.')}.",
            code=lost.code,
            advice="Both passwords stay stored until the next login. Try again.",
        )

    def failed(self, error: SicktuiError) -> Changed:
        """The result of an error after which the old password holds for certain."""
        code = error.code or Code.DEVICE_ERROR
        return self._result(Verdict.FAILED, error.message, code=code, advice=error.advice)

    def _result(
        self,
        verdict: Verdict,
        message: str,
        *,
        code: Code | None = None,
        advice: str = "",
        stored: str | None = None,
    ) -> Changed:
        return Changed(
            device=self._target.device,
            user=self._target.user,
            verdict=verdict,
            message=message,
            advice=advice,
            code=code,
            stored=stored,
            sent=self._sent,
        )
