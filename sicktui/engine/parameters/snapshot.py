"""Takes snapshots: reads every parameter that needs no login, and records which could not be read."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from sicktui.engine.context import Context
from sicktui.engine.observe import connect
from sicktui.engine.parameters.variables import CHECKSUM, has_checksum, variables
from sicktui.engine.plan.base import expected_identity
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import NOT_THERE, Scope, Snapshot
from sicktui.sensor.api.values import parameters_md5
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import (
    AccessDenied,
    NotSupported,
    OtherSensor,
    OutOfConnections,
    ProtocolError,
    SensorError,
    Unreachable,
)
from sicktui.stores.disk.locks import operator

MOST_BYTES: Final = 65_536
"""A value that is larger as JSON is not compared."""
MOST_UNANSWERED: Final = 3
"""Variables that may stay unanswered: each costs a time-out."""


async def read_checksum(sensor: Sensor, family: str) -> str | None:
    """``LFTchecksum.MD5Parameters``; ``None`` where the sensor has none or cannot report it now.

    Args:
        sensor: the sensor.
        family: its ``DeviceIdent.Name``; a family that is not documented to have it is not asked.

    Raises:
        Unreachable: the sensor is gone.
        OutOfConnections: it is busy with others.
    """
    if not has_checksum(family):
        return None
    try:
        value = await sensor.read.value(CHECKSUM)
    except (Unreachable, OutOfConnections):
        raise
    except SensorError:
        return None
    return parameters_md5(value.get("MD5Parameters") if isinstance(value, dict) else None)


async def silent_only_here(sensor: Sensor) -> bool:
    """Whether a sensor answers although one of its variables did not: then only that one is unreadable.

    Raises:
        SensorError: it does not answer at all.
    """
    await sensor.read.ident()
    return True


Pause = Callable[[], Awaitable[None]]
"""Awaited between two variables; what it raises ends the reading."""


async def read_variables(
    sensor: Sensor,
    names: Sequence[str],
    on_read: Callable[[int, int], None] | None = None,
    *,
    tolerant: bool = False,
    pause: Pause | None = None,
) -> tuple[dict[str, object], dict[str, str]]:
    """Read variables one after the other: the values, and why the others could not be read.

    Args:
        sensor: the sensor.
        names: the variables.
        on_read: called after each with how many are done, and how many there are.
        tolerant: whether up to three variables may stay unanswered while the sensor answers otherwise; not
            where silence itself means something.
        pause: awaited between two variables.

    Raises:
        Unreachable: the sensor is gone.
        OutOfConnections: it is busy with others.
    """
    values: dict[str, object] = {}
    unreadable: dict[str, str] = {}
    spare = MOST_UNANSWERED if tolerant else 0
    for number, name in enumerate(names, start=1):
        if pause is not None and number > 1:
            await pause()
        try:
            values[name] = await _value(sensor, name)
        except OutOfConnections:
            raise
        except Unreachable as error:
            if not (spare and await silent_only_here(sensor)):
                raise
            spare -= 1
            unreadable[name] = error.message
        except SensorError as error:
            unreadable[name] = _why(error)
        if on_read is not None:
            on_read(number, len(names))
    return values, unreadable


async def _value(sensor: Sensor, name: str) -> object:
    value = await sensor.read.value(name)
    if len(msgspec.json.encode(value)) > MOST_BYTES:
        raise ProtocolError("its value is too large to compare")
    return value


def _why(error: SensorError) -> str:
    if isinstance(error, NotSupported):
        return NOT_THERE
    return "the sensor requires a login to read it" if isinstance(error, AccessDenied) else error.message


async def same_to_the_end(sensor: Sensor, begun: Identity, *, updated: bool = False) -> None:
    """Return if the sensor answers that answered when a reading began: reading all takes half a minute.

    Args:
        sensor: the sensor.
        begun: who it was then.
        updated: whether its firmware may be another one now.

    Raises:
        OtherSensor: another sensor answers: what was read may be of either.
        SicktuiError: its firmware was changed meanwhile.
        SensorError: it does not answer any more.
    """
    now = await sensor.read.reread_identity(begun)
    if not begun.is_same_sensor(now):
        raise OtherSensor(
            f"The sensor was exchanged while it was read: {now.key or now.name} answers now instead of "
            f"{begun.key or begun.name}.",
            advice="What was read is not used. Check the address, then try again.",
        )
    if not updated and now.version != begun.version:
        raise SicktuiError(
            f"The firmware was changed while the sensor was read: {clean(begun.version)} is now "
            f"{clean(now.version)}.",
            advice="What was read is not used. Try again.",
            code=Code.BUSY,
        )


async def take_snapshot(
    sensor: Sensor,
    identity: Identity,
    *,
    scope: Scope,
    device: str,
    taken: str,
    by: str,
    run: str | None = None,
    checksum: str | None | UnsetType = UNSET,
    names: Sequence[str] | None = None,
    on_read: Callable[[int, int], None] | None = None,
    recognise: bool = True,
) -> Snapshot:
    """Read the variables of a family. Two requests a second (the default) take 25 s for a full one.

    Args:
        sensor: the sensor.
        identity: who it is.
        scope: the essential few, or all.
        device: its name.
        taken: the time stamp.
        by: the operator.
        run: the run that takes it, if one does.
        checksum: ``MD5Parameters``, where it was read just now.
        names: these variables, instead of those of the scope.
        on_read: called after each variable.
        recognise: whether it is asked once more who it is; not where the caller does that himself.

    Raises:
        OtherSensor: another sensor answers at the end.
        SicktuiError: its firmware was changed meanwhile.
        Unreachable: the sensor is gone.
        OutOfConnections: it is busy with others.
    """
    if checksum is UNSET:
        checksum = await read_checksum(sensor, identity.name)
    wanted = variables(identity.name, scope, identity.version) if names is None else names
    values, unreadable = await read_variables(sensor, wanted, on_read, tolerant=True)
    if recognise:
        await same_to_the_end(sensor, identity)
    return Snapshot(
        device=device,
        serial=identity.serial,
        mac=identity.mac,
        name=identity.name,
        model=identity.device_type,
        version=identity.version,
        taken=taken,
        operator=by,
        run=run,
        scope=scope,
        values=values,
        unreadable=unreadable,
        parameters_md5=checksum,
    )


async def snapshot_now(
    context: Context,
    target: Target,
    *,
    scope: Scope = "full",
    keep: bool = True,
    on_read: Callable[[int, int], None] | None = None,
) -> Snapshot:
    """Take a snapshot of one device and store it. Reads only; needs no password.

    Args:
        context: the stores and settings.
        target: the device.
        scope: the essential few, or all.
        keep: whether it is stored, for later comparisons.
        on_read: called after each variable with how many are done, and how many there are.

    Raises:
        SensorError: the sensor cannot be read.
        SicktuiError: another sensor answers than the profile pins, or it is exchanged or updated meanwhile.
        StorageError: it cannot be stored.
    """
    sensor = connect(context, target)
    try:
        identity = await expected_identity(target, sensor)
        names = variables(identity.name, scope, identity.version)
        path = context.settings.device.description
        if path and scope == "full":
            names = tuple(dict.fromkeys((*names, *await sensor.description.settings(path))))
        taken = await take_snapshot(
            sensor,
            identity,
            scope=scope,
            device=target.device,
            taken=timestamp(context.clock.now()),
            by=str(operator()),
            names=names,
            on_read=on_read,
        )
    finally:
        await sensor.aclose()
    return await asyncio.to_thread(context.snapshots.add, taken) if keep else taken


def snapshots_of(context: Context, device: str, key: str | None) -> list[Snapshot]:
    """The snapshots of a sensor, and of those that had its name before, newest first. Reads the disk.

    Args:
        context: the stores.
        device: its name.
        key: its serial number (else MAC address), if that is known.

    Raises:
        StorageError: they cannot be read.
    """
    return [kept for kept in context.snapshots.list() if kept.key == key or kept.device == device]


def last_snapshot(context: Context, now: Snapshot) -> Snapshot | None:
    """The snapshot of a sensor to compare a new one with: the newest full one, else the newest.

    Raises:
        StorageError: they cannot be read.
    """
    earlier = [kept for kept in context.snapshots.list(now.key) if kept.id != now.id]
    return next((kept for kept in earlier if kept.scope == "full"), earlier[0] if earlier else None)
