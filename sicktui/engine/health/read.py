"""Reads what one sensor reports of itself, and judges it. Nothing is written to it, and no login is tried."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.health.fresh import judged, note_fresh
from sicktui.engine.health.measuring import check_measuring
from sicktui.engine.measuring.receivers import Receivers
from sicktui.engine.observe import connect, read_who
from sicktui.engine.parameters.snapshot import Pause, read_variables, same_to_the_end
from sicktui.model.device import Identity, Target, same_serial
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.health.facts import facts_of
from sicktui.model.health.records import (
    DeviceHealth,
    Readings,
    Remembered,
    VariableReading,
    Watch,
    not_read,
    read_at,
)
from sicktui.model.health.since import newest
from sicktui.model.health.variables import WEB_SERVER, health_variables, reports_web_server
from sicktui.model.measuring.evidence import MeasuringEvidence
from sicktui.model.measuring.receiving import SETTINGS
from sicktui.model.passwords.factory import is_factory_password
from sicktui.model.snapshot import NOT_THERE
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import AccessDenied, SensorError

_STATES: Final = ("DeviceStatus", "SCdevicestate")
OnRead = Callable[[int, int], None]
"""Called after each variable with how many were read, and how many there are."""
Newer = Callable[[Identity], Readings | None]
"""What is known of a sensor, with what it has pushed."""


async def read_health(
    context: Context,
    target: Target,
    on_read: OnRead | None = None,
    *,
    accept_calibration: bool = False,
    receivers: Receivers | None = None,
    watch: Watch | None = None,
    pause: Pause | None = None,
    newer: Newer | None = None,
) -> DeviceHealth:
    """The health of one sensor. Trouble with it is part of the report, never raised.

    Args:
        context: the settings, and what is remembered of sensors.
        target: the device.
        on_read: called after each variable.
        accept_calibration: whether its calibration is the right one from now on, whatever it was before.
        receivers: finds out whether it measures; listens on these ports of this PC where it sends to them.
        watch: what was seen while it was watched just before.
        pause: awaited between two variables, where there is time; what it raises ends the reading.
        newer: asked when the reading has ended: what has come of this sensor while it went on counts instead.
    """
    sensor = connect(context, target)
    try:
        identity = await read_who(sensor, target)
        _check_watched(watch, identity)
        readings = await _read(context, sensor, identity, on_read, pause)
        readings = structs.replace(readings, watch=watch and watch.ended(identity.runs))
        readings = await _still_measuring(context, sensor, readings)
        if receivers is not None:
            readings = structs.replace(
                readings, measuring=await _check(context, target, sensor, readings, receivers)
            )
        await same_to_the_end(sensor, identity)
    except SicktuiError as error:
        code = error.code.value if error.code else ""
        found = DeviceHealth(
            device=target.device,
            at=context.clock.now(),
            report=not_read(code, error.message, error.advice),
        )
        return await note_fresh(context, target, found)
    finally:
        await sensor.aclose()
    before = await asyncio.to_thread(_remembered, context, target, readings, accept=accept_calibration)
    readings = newest(readings, newer(identity) if newer is not None else None)
    found = judged(context, target, structs.replace(readings, before=before))
    return await note_fresh(context, target, found)


def _check_watched(watch: Watch | None, identity: Identity) -> None:
    """Return if the sensor is the one that was watched, or none was.

    Raises:
        SicktuiError: it is another one.
    """
    if watch is not None and watch.key not in (None, identity.key):
        raise SicktuiError(
            f"The sensor was exchanged while it was watched: {identity.label} answers now.",
            advice="What was seen is not used. Check the address, then watch again.",
            code=Code.OTHER_DEVICE,
        )


async def _read(
    context: Context, sensor: Sensor, identity: Identity, on_read: OnRead | None, pause: Pause | None
) -> Readings:
    names = health_variables(identity.name, identity.runs)
    moments: dict[str, datetime] = {}

    def note(number: int, total: int) -> None:
        moments[names[number - 1]] = context.clock.now()
        if on_read is not None:
            on_read(number, total)

    values, missing = await read_variables(sensor, names, note, tolerant=True, pause=pause)
    found = {
        name: VariableReading(name=name, value=value, at=moments[name]) for name, value in values.items()
    }
    if pause is not None:
        await pause()
    return Readings(
        identity=identity,
        at=context.clock.now(),
        values=found | await _web_server(context, sensor, identity),
        unreadable={name: why for name, why in missing.items() if why != NOT_THERE},
        absent=[name for name, why in missing.items() if why == NOT_THERE],
    )


async def _web_server(context: Context, sensor: Sensor, identity: Identity) -> dict[str, VariableReading]:
    """``GetWebserverEnabled``; nothing where it is not answered.

    A sensor that wants a login for it is not asked again: whether such a POST counts as a wrong login, of
    which five lock, is not documented.
    """
    key = identity.key
    if key is None or key in context.closed_to_all or not reports_web_server(identity.name):
        return {}
    try:
        value = await sensor.read.open_method(WEB_SERVER)
    except SensorError as error:
        if isinstance(error, AccessDenied):
            context.closed_to_all.add(key)
        return {}
    return read_at(context.clock.now(), {WEB_SERVER: value})


async def _still_measuring(context: Context, sensor: Sensor, readings: Readings) -> Readings:
    """Read its states again if its front is to be judged: that reads clean once it does not measure."""
    if facts_of(readings).judged_contamination is None:
        return readings
    values, missing = await read_variables(sensor, _STATES, tolerant=True)
    kept = {name: reading for name, reading in readings.values.items() if name not in _STATES}
    fresh = read_at(context.clock.now(), values)
    return structs.replace(readings, values=kept | fresh, unreadable={**readings.unreadable, **missing})


async def _check(
    context: Context, target: Target, sensor: Sensor, readings: Readings, receivers: Receivers
) -> MeasuringEvidence:
    settings = {name: readings.values[name].value for name in SETTINGS if name in readings.values}
    return await check_measuring(
        sensor, readings.identity, context.clock, receivers, address=target.address, settings=settings
    )


def _remembered(context: Context, target: Target, readings: Readings, *, accept: bool) -> Remembered:
    """What is known of the sensor from before; what was read now is kept for later."""
    calibration, known, trouble = facts_of(readings).calibration, None, ""
    try:
        known = context.health_memory.calibration(
            readings.identity.key, calibration, readings.at, accept=accept and bool(calibration)
        )
    except SicktuiError as error:
        trouble = error.message
    return Remembered(
        trouble=trouble,
        calibration=known.digest if known else None,
        calibration_since=known.since if known else "",
        factory_login=_factory_login(context, target, readings.identity.serial),
    )


def _factory_login(
    context: Context, target: Target, serial: str | None
) -> Literal["no", "stored", "accepted"]:
    """Whether the known password is a published one; nothing is tried."""
    credentials = context.credentials
    if credentials.is_locked(target.device, target.user):
        return "no"
    password = credentials.password(target.device, target.user)
    if password is None or not is_factory_password(password):
        return "no"
    if credentials.was_refused(target.device, target.user, password):
        return "no"
    accepted_by = credentials.serial_of(target.device, target.user)
    return "accepted" if serial and accepted_by and same_serial(serial, accepted_by) else "stored"
