"""Looks at a sensor for the machine: one look is a few reads, and ends in one observation."""

from collections.abc import Awaitable
from typing import TypeVar

from msgspec import structs

from sicktui.engine.job.refind import Seen
from sicktui.model.enums import UpdateState
from sicktui.model.update.evidence import same_sensor
from sicktui.model.update.observations import Garbled, Glimpsed, Looked, Reading, Silent, Want
from sicktui.sensor.api.reader import Reader
from sicktui.sensor.api.values import Digests
from sicktui.sensor.api.variables import (
    CLOCK,
    DAILY_HOURS,
    DEVICE_STATUS,
    DIGESTS,
    FIRMWARE_VERSION,
    MAC,
    POWER_ON_COUNT,
    Variable,
)
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import (
    AccessDenied,
    DeviceError,
    NotSupported,
    ProtocolError,
    SensorError,
    Unreachable,
)

T = TypeVar("T")

Seeing = Looked | Glimpsed | Silent | Garbled
"""What can come of a look."""


async def look(
    sensor: Sensor, before: Reading, wants: frozenset[Want], at_two: frozenset[Want] = frozenset()
) -> Looked | Silent | Garbled:
    """Read UpdateState, DeviceIdent and what is wanted.

    Args:
        sensor: the sensor.
        before: what it was before; a MAC address is read where its serial number does not settle who it is.
        wants: what to read beside.
        at_two: what else, where UpdateState is 2.
    """
    try:
        return await _look(sensor, before, wants, at_two)
    except SensorError as error:
        return _trouble(error)


async def glimpse(sensor: Sensor) -> Glimpsed | Silent | Garbled:
    """Read ``DeviceStatus`` alone."""
    try:
        return Glimpsed(status=await _now(sensor.read.optional(DEVICE_STATUS)))
    except SensorError as error:
        return _trouble(error)


def _trouble(error: SensorError) -> Silent | Garbled:
    if isinstance(error, Unreachable) and not error.untrusted:
        return Silent(why=error.message)
    return Garbled(why=error.message, code=error.code or "", advice=error.advice)


def seen_as(before: Reading, seen: Seeing) -> Seen:
    """What a look amounts to for the search of a sensor that has left its address."""
    if isinstance(seen, Glimpsed):
        return Seen.SENSOR
    if not isinstance(seen, Looked):
        return Seen.NOTHING
    known = Want.IDENTITY in seen.wants
    return Seen.STRANGER if known and same_sensor(before, seen.reading) is False else Seen.SENSOR


async def _look(sensor: Sensor, before: Reading, wants: frozenset[Want], at_two: frozenset[Want]) -> Looked:
    """The same, but trouble is raised.

    Raises:
        SensorError: what identifies or judges the sensor cannot be read.
    """
    part = sensor.read
    state = await part.update_state()
    if state is UpdateState.FINISHED:
        wants |= at_two
    name, version = await part.ident()
    serial, mac = await _who(part, before) if Want.IDENTITY in wants else (None, None)
    digests = await part.helpful(DIGESTS) if Want.CHECKSUM in wants else None
    reading = Reading(
        state=state,
        name=name,
        version=version,
        serial=serial,
        mac=mac,
        status=await _now(part.optional(DEVICE_STATUS)) if Want.STATUS in wants else None,
        firmware=await part.helpful(FIRMWARE_VERSION) if Want.FIRMWARE in wants else None,
        power_on=await part.helpful(POWER_ON_COUNT) if Want.POWER_ON in wants else None,
        hours=await part.helpful(DAILY_HOURS) if Want.HOURS in wants else None,
        clock=await part.helpful(CLOCK) if Want.CLOCK in wants else None,
        checksum=digests.firmware if digests else None,
        calibration=digests.calibration if digests else None,
        sums_ok=digests.ok if digests else None,
        parameters=digests.parameters if digests else None,
    )
    return Looked(reading=reading, wants=wants)


async def _who(part: Reader, before: Reading) -> tuple[str | None, str | None]:
    """Serial number and MAC address; the latter where the former does not settle who it is.

    A sensor whose serial number cannot be read any more is known by its MAC address, if that was known.
    """
    try:
        serial = await _now(part.serial_number())
    except (AccessDenied, DeviceError, ProtocolError):
        mac = await _now(part.optional(MAC))
        if mac is None or mac != before.mac:
            raise
        return None, mac
    needs_mac = serial is None or before.serial is None
    return serial, await _now(part.optional(MAC)) if needs_mac else None


async def read_before(sensor: Sensor, *, thorough: bool, known: bool = True) -> Reading:
    """What proves a reboot later, as far as the sensor offers it; none of it is needed.

    Args:
        sensor: the sensor.
        thorough: whether all of it is read now, since the version will not change; else ``PowerOnCnt`` is
            enough before the upload, and ``read_rest`` follows while the sensor flashes.
        known: whether it is known to answer; else the first read shows it.

    Raises:
        Unreachable: it was not known to answer, and does not.
    """
    part = sensor.read
    power_on = await (part.helpful(POWER_ON_COUNT) if known else _unless_silent(part, POWER_ON_COUNT))
    if power_on is not None and not thorough:
        return Reading(power_on=power_on)
    hours = await part.helpful(DAILY_HOURS)
    more = thorough or (power_on is None and hours is None)
    digests = await part.helpful(DIGESTS)
    clock = await part.helpful(CLOCK) if more else None
    return structs.replace(_digested(digests), power_on=power_on, hours=hours, clock=clock)


async def read_rest(sensor: Sensor) -> Reading:
    """What else proves a reboot, or shows its checksums, where ``read_before`` has left it out.

    Raises:
        Unreachable: the sensor does not answer.
    """
    hours = await _unless_silent(sensor.read, DAILY_HOURS)
    return structs.replace(_digested(await _unless_silent(sensor.read, DIGESTS)), hours=hours)


def _digested(digests: Digests | None) -> Reading:
    if digests is None:
        return Reading()
    return Reading(checksum=digests.firmware, calibration=digests.calibration, sums_ok=digests.ok)


async def _unless_silent(part: Reader, variable: Variable[T]) -> T | None:
    """What helps and is not needed: reading it may fail in any way but by silence."""
    try:
        return await part.optional(variable)
    except Unreachable:
        raise
    except SensorError:
        return None


async def _now(reading: Awaitable[T | None]) -> T | None:
    """What it reports now; ``None`` also where it did so before, as while it starts."""
    try:
        return await reading
    except NotSupported:
        return None
