"""Single parameters: read one, write one with proof, make a sensor blink.

A write reads the old value, writes with the sensor's authentication, and reads back: what counts is the
value that the sensor reports afterwards, not the one that was sent.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from msgspec import Struct

from sicktui.engine.context import Context
from sicktui.engine.observe import check_pinned, connect
from sicktui.engine.parameters.compare import equal, shown
from sicktui.engine.parameters.plan import WritePlan
from sicktui.engine.parameters.read_back import check_kept, check_reader, is_masked, took, write_and_read
from sicktui.engine.parameters.saving import SavedState, read_saved, save
from sicktui.engine.parameters.snapshot import read_variables
from sicktui.engine.parameters.variables import NETWORK, variables
from sicktui.engine.plan.base import (
    expected_identity,
    lock_of,
    no_password,
    reading,
    refuse_flashing,
)
from sicktui.engine.plan.interrupted import LeftOpen
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import (
    AccessDenied,
    NotSupported,
    OutcomeUnknown,
)

LOCATION: Final = "LocationName"
_LOCATION_LIMITS: Final = (("lrs", 16),)
_LOCATION_LIMIT: Final = 32
READ_ONLY: Final = frozenset(
    [
        "DeviceIdent",
        "DeviceType",
        "SerialNumber",
        "OrderNumber",
        "FirmwareVersion",
        "UpdateState",
        "PowerOnCnt",
    ]
)
"""What cannot be written on any sensor: refused before anything is sent."""


def location_limit(family: str) -> int:
    """Characters that ``LocationName`` takes (vendor's OpenAPI: 32; LRS4000: 16)."""
    return next(
        (limit for name, limit in _LOCATION_LIMITS if family.lower().startswith(name)), _LOCATION_LIMIT
    )


class NotSaved(SicktuiError):
    """A value was written, but the sensor did not save it."""


class WriteResult(Struct, frozen=True, kw_only=True):
    """What became of a write."""

    name: str
    old: Any
    new: Any
    """As the sensor reports it afterwards."""
    changed: bool
    """``False``: it already had that value, and nothing was sent."""
    persisted: bool | None = None
    """Whether it was saved for the next power cycle; ``None``: that was not asked for."""

    def __str__(self) -> str:
        """The variable with its old and its new value, as a sentence."""
        if not self.changed:
            return f"{self.name} is already {shown(self.old)}."
        return f"{self.name}: {shown(self.old)} is now {shown(self.new)}."


async def read_parameter(context: Context, target: Target, name: str) -> object:
    """Read one variable. Texts in it are not cleaned.

    Raises:
        UsageError: that is not a valid name.
        SensorError: another sensor answers than the profile pins, it has no such variable, or it is silent.
    """
    sensor = connect(context, target)
    try:
        await check_pinned(target, sensor)
        return await sensor.read.value(name)
    except NotSupported as error:
        meant = nearest(name, variables("", "full"))
        if meant:
            error.advice = f"Names are written as in the vendor's OpenAPI{meant}."
        raise
    finally:
        await sensor.aclose()


async def read_each(
    context: Context, target: Target, names: Sequence[str]
) -> AsyncIterator[tuple[str, object, str]]:
    """Read variables one after the other; yields each name with its value, or why it could not be read.

    Raises:
        SensorError: another sensor answers than the profile pins, or it is silent.
    """
    sensor = connect(context, target)
    try:
        await check_pinned(target, sensor)
        for name in names:
            values, unreadable = await read_variables(sensor, [name])
            yield name, values.get(name), unreadable.get(name, "")
    finally:
        await sensor.aclose()


async def plan_write(context: Context, target: Target, name: str, text: str) -> WritePlan:
    """Read the old value and parse the new one, for confirmation. Writes nothing.

    Args:
        context: the stores and settings.
        target: the device.
        name: the variable.
        text: the new value: JSON, or plain text where the variable is a text.

    Raises:
        UsageError: the value does not fit the variable.
        SicktuiError: another sensor answers than the profile pins.
        SensorError: the sensor has no such variable, or does not answer.
    """
    check_writable(name)
    sensor = connect(context, target)
    try:
        return await planned_on(sensor, await expected_identity(target, sensor), name, text)
    finally:
        await sensor.aclose()


def check_writable(name: str) -> None:
    """Refuse what no sensor lets be written.

    Raises:
        UsageError: that is such a variable.
    """
    if name in READ_ONLY:
        raise UsageError(f"{name} is read-only.")


async def planned_on(sensor: Sensor, identity: Identity, name: str, text: str) -> WritePlan:
    """``plan_write`` on a sensor that is known to be the expected one."""
    old = await sensor.read.value(name)
    new = completed(name, understood(name, text, old), old)
    check_value(name, new, identity.name)
    warned = (
        f"{name} is a network setting. Once it takes effect, the sensor may no longer be reachable at this "
        "address."
    )
    return WritePlan(
        name=name, old=old, new=new, identity=identity, warnings=(warned,) if name in NETWORK else ()
    )


async def write_parameter(
    context: Context,
    target: Target,
    name: str,
    value: object,
    *,
    persist: bool = False,
    planned: WritePlan | None = None,
) -> WriteResult:
    """Write one variable, and read it back.

    Args:
        context: the stores, settings and credentials.
        target: the device.
        name: the variable.
        value: any JSON value.
        persist: whether the sensor saves its parameters then, so that they survive a power cycle.
        planned: what was confirmed; it is not written over anything else.

    Raises:
        Held: a run is working on this sensor.
        UsageError: the value does not fit.
        NotSaved: it was written, but not saved.
        SicktuiError: the sensor took another value than was sent.
        SensorError: it refuses, or does not answer. ``OutcomeUnknown``: read it again.
    """
    async with writing(context, target, purpose="a parameter") as (sensor, identity):
        if persist:
            await asyncio.to_thread(LeftOpen.of(context).refuse_open_address, target, identity)
        check_value(name, value, identity.name)
        old = await sensor.read.value(name)
        if planned is not None:
            planned.check(target, identity, old)
        value = completed(name, value, old)
        changed = not equal(old, value)
        before = await read_saved(sensor, identity.name) if persist and changed else None
        new = await write_and_read(sensor, context, name, value, old) if changed else old
        if changed:
            await check_reader(sensor, context, identity, name)
        if not took(new, value):
            raise SicktuiError(
                f"The sensor accepted {name} but now reports {shown(new)} instead of {shown(value)}.",
                advice="It may round or limit values. Check the reported value, and write again if needed.",
                code=Code.DEVICE_ERROR,
            )
        persisted = None
        if persist:
            what = f"{name} is {shown(new)} now." if changed else f"{name} is already {shown(new)}."
            persisted = await _save(sensor, context, identity, what, before)
            if persisted:
                await check_kept(sensor, context, identity, name, value)
    return WriteResult(name=name, old=old, new=new, changed=changed, persisted=persisted)


async def _save(
    sensor: Sensor, context: Context, identity: Identity, what: str, before: SavedState | None
) -> bool:
    """Save what was written; ``before``: what was saved before it was.

    Raises:
        OutcomeUnknown: it is not known whether it is saved.
        NotSaved: it is not.
    """
    try:
        return await save(sensor, context, identity, before)
    except OutcomeUnknown as error:
        raise OutcomeUnknown(f"{what} {error.message}", advice=error.advice, code=error.code) from error
    except SicktuiError as error:
        raise NotSaved(
            f"{what} It was not saved: {error.message}", advice=error.advice, code=error.code
        ) from error


async def persist_parameters(context: Context, target: Target) -> bool:
    """Make the sensor save its parameters. ``False``: it has no call for that.

    Raises:
        Held: a run is working on this sensor.
        OutcomeUnknown: no usable reply came, and nothing shows that it has saved.
        SicktuiError: it does not.
    """
    async with writing(context, target, purpose="a parameter") as (sensor, identity):
        await asyncio.to_thread(LeftOpen.of(context).refuse_open_address, target, identity)
        return await save(sensor, context, identity)


async def find_me(context: Context, target: Target, seconds: int) -> None:
    """Make a sensor blink. Changes no parameter, so it does not wait for a run; a flashing one is left alone.

    Raises:
        UsageError: the duration is not possible.
        OtherSensor: the profile pins another sensor; nothing was sent.
        SicktuiError: a firmware update is under way on it.
        SensorError: the sensor does not do it.
    """
    async with reading(context, target) as (sensor, password):
        await check_pinned(target, sensor)
        await refuse_flashing(sensor)
        try:
            await sensor.parameters.find_me(seconds, unproven=password is None)
        except AccessDenied:
            if password is not None:
                context.credentials.refused(target.device, target.user, password)
            raise


def understood(name: str, text: str, old: object) -> object:
    """Parse a text as a value of the kind that the variable has now.

    Raises:
        UsageError: it is of another kind.
    """
    if isinstance(old, str):
        return _unquoted(text)
    try:
        value: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        value = {"true": True, "false": False}.get(text.strip().lower(), text)
    if _kind(value) != _kind(old):
        raise UsageError(
            f"{name} is {_kind(old)} ({shown(old)}), and {shown(value)} is {_kind(value)}.",
            advice='Write it as JSON: 4, 2.5, true, [192,168,0,1], {"Port": 2115}.',
        )
    return value


def completed(name: str, value: object, old: object) -> object:
    """Complete a struct that was given in part with the other fields that the sensor has.

    In the vendor's OpenAPI, fields of a struct have defaults: a sensor may reset those that are not sent.

    Raises:
        UsageError: the sensor's struct has no such field, or hides one that is not given.
    """
    if not isinstance(value, dict) or not isinstance(old, dict) or not old:
        return value
    if any(is_masked(old[field]) for field in old.keys() - value.keys()):
        raise UsageError(
            f"A field of {clean(name)} that is not given reads as ***: it would be written back like that.",
            advice="Give all its fields.",
        )
    strange = [field for field in value if field not in old]
    if strange:
        raise UsageError(
            f"{clean(name)} has no field {shown(strange[0])}.",
            advice=f"It has: {', '.join(clean(field) for field in old)}.",
        )
    return old | {field: completed(f"{name}.{field}", part, old[field]) for field, part in value.items()}


def _unquoted(text: str) -> str:
    if text[:1] != '"':
        return text
    try:
        return msgspec.json.decode(text, type=str)
    except msgspec.DecodeError:
        return text


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(value), "an object" if isinstance(value, dict) else "nothing")


def check_value(name: str, value: object, family: str) -> None:
    """Refuse a value that a sensor of that family is known not to accept.

    Raises:
        UsageError: why.
    """
    if name != LOCATION:
        return
    limit = location_limit(family)
    if not isinstance(value, str):
        raise UsageError(f"{LOCATION} is a text.")
    if len(value) > limit:
        raise UsageError(
            f"{LOCATION} takes at most {limit} characters on this sensor ({clean(family)}).",
            advice=f"Choose a shorter name: this one has {len(value)}.",
        )
    if clean(value, limit + 1) != value:
        raise UsageError(f"{LOCATION} contains characters that cannot be printed.")


@asynccontextmanager
async def writing(
    context: Context, target: Target, *, purpose: str
) -> AsyncIterator[tuple[Sensor, Identity]]:
    """The sensor, if it is the expected one, no run is working on it and it is not flashing.

    Args:
        context: the stores, settings and credentials.
        target: the device.
        purpose: what it is locked for, for others who want it.

    Raises:
        Held: a run is working on this sensor.
        SicktuiError: another sensor answers, or a firmware update is under way on it.
        SensorError: it does not answer.
    """
    async with reading(context, target) as (sensor, password):
        identity = await expected_identity(target, sensor)
        lock = lock_of(context.home, target, identity, purpose=purpose)
        await asyncio.to_thread(lock.acquire)
        try:
            # Under the lock: what this PC flashes is excluded by it, what another one does shows only here.
            await refuse_flashing(sensor)
            await asyncio.to_thread(LeftOpen.of(context).refuse_interrupted, identity)
            yield sensor, identity
        except AccessDenied as error:
            if password is not None:
                context.credentials.refused(target.device, target.user, password)
                raise
            refusal = await no_password(context, target)
            raise AccessDenied(refusal.message, advice=refusal.advice) from error
        finally:
            lock.release()
