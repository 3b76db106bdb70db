"""Sends a value and reads it back. No reply proves anything: the value that the sensor reports does."""

from typing import Final

from sicktui.engine.context import Context
from sicktui.engine.job.waiting import Deadline
from sicktui.engine.parameters.compare import equal, shown
from sicktui.model.device import Identity
from sicktui.model.enums import Code
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import AccessDenied, OutcomeUnknown, SensorError, is_unsure, may_have_acted
from sicktui.sensor.transport.redaction import STARS

POLL: Final = 0.5
_READ_BACK: Final = 10.0
"""Seconds within which a value is read back."""
_REFUSED_BACK: Final = 2.0
"""The same where the sensor has refused it in its own words, or reports a value that is neither."""
_READ_FIRST: Final = "Read it with 'sicktui get' before you write again."


class StillOld(OutcomeUnknown):
    """The sensor accepted a value, and still reports the one that it had."""


def is_masked(value: object) -> bool:
    """Whether a value is hidden by stars, somewhere in it: it is not what the sensor has."""
    if isinstance(value, dict):
        return any(is_masked(part) for part in value.values())
    if isinstance(value, list):
        return any(is_masked(part) for part in value)
    return isinstance(value, str) and STARS in value


def took(new: object, value: object) -> bool:
    """Whether a sensor reports what was written; of a struct that was written in part, those parts."""
    if isinstance(new, dict) and isinstance(value, dict):
        return all(name in new and took(new[name], part) for name, part in value.items())
    return equal(new, value)


async def write_and_read(sensor: Sensor, context: Context, name: str, value: object, old: object) -> object:
    """Write, and return what the sensor reports then: the new value, or a third one that it keeps instead.

    Raises:
        StillOld: it accepted the value, and still reports the old one.
        OutcomeUnknown: the value is not the new one so far, is hidden, or cannot be read.
        SensorError: it refuses, and the value is not the new one.
    """
    trouble: SensorError | None = None
    try:
        await sensor.parameters.write(name, value)
    except SensorError as error:
        if not may_have_acted(error) and not (isinstance(error, AccessDenied) and error.answered):
            raise
        trouble = error
    refused = trouble is not None and not is_unsure(trouble)
    clock = context.clock
    deadline, soon = Deadline(clock, _REFUSED_BACK if refused else _READ_BACK), Deadline(clock, _REFUSED_BACK)
    while True:
        over, settled = deadline.over, soon.over
        try:
            new = await sensor.read.value(name)
        except SensorError as error:
            if over:
                raise OutcomeUnknown(
                    f"{name} was sent, but cannot be read back, so it is unknown whether it was written: "
                    f"{error.message}",
                    advice=f"{_READ_FIRST} {error.advice}".strip(),
                ) from error
        else:
            if took(new, value):
                return new
            other = trouble is None and settled and not equal(new, old) and not is_masked(new)
            if other:
                return new
            if over:
                raise _not_taken(name, new, trouble, refused=refused)
        await clock.sleep(POLL)


def _not_taken(name: str, new: object, trouble: SensorError | None, *, refused: bool) -> SensorError:
    if trouble is not None and refused and not is_masked(new):
        return trouble
    code = Code.DEVICE_ERROR if trouble is None else trouble.code
    if is_masked(new):
        what, advice = "the sensor hides its value (***), so it is unknown whether it takes effect", ""
    else:
        what, advice = f"it is unknown whether it takes effect: it still reads {shown(new)}", _READ_FIRST
        if trouble is None:
            return StillOld(f"{name} was sent, but {what}.", advice=advice, code=code)
    why = "" if trouble is None else f" {trouble.message}"
    return OutcomeUnknown(f"{name} was sent, but {what}.{why}", advice=advice, code=code)


async def check_reader(sensor: Sensor, context: Context, identity: Identity, name: str) -> None:
    """Return if the value was read back from the sensor that it was written to.

    Raises:
        OutcomeUnknown: another sensor answers, or it cannot be read who does.
    """
    deadline = Deadline(context.clock, _READ_BACK)
    while True:
        over = deadline.over
        try:
            now = await sensor.read.reread_identity(identity)
            break
        except SensorError as error:
            if over:
                raise OutcomeUnknown(
                    f"{name} was sent, but it is unknown from which sensor it was read back: {error.message}",
                    advice=f"{_READ_FIRST} {error.advice}".strip(),
                    code=error.code,
                ) from error
        await context.clock.sleep(POLL)
    if not identity.is_same_sensor(now):
        raise OutcomeUnknown(
            f"{name} was sent, but another sensor answers now: {now.key or now.name} instead of "
            f"{identity.key or identity.name}. It is unknown whether it takes effect.",
            advice="Check the address, then read the value of both ('sicktui get').",
            code=Code.OTHER_DEVICE,
        )


async def check_kept(sensor: Sensor, context: Context, identity: Identity, name: str, value: object) -> None:
    """Read a value again after it was saved: a restart before that loses it.

    Raises:
        OutcomeUnknown: it is not there any more, or cannot be read, or another sensor answers.
    """
    deadline = Deadline(context.clock, _READ_BACK)
    while True:
        over = deadline.over
        await context.clock.sleep(POLL)
        try:
            now = await sensor.read.reread_identity(identity)
            found = await sensor.read.value(name)
        except SensorError as error:
            if over:
                raise OutcomeUnknown(
                    f"{name} was saved, but cannot be read again, so it is unknown whether it was kept: "
                    f"{error.message}",
                    advice=f"{_READ_FIRST} {error.advice}".strip(),
                ) from error
            continue
        if not identity.is_same_sensor(now):
            raise OutcomeUnknown(
                f"{name} was saved, but another sensor answers now: {now.key or now.name} instead of "
                f"{identity.key or identity.name}.",
                advice="Check the address, then read the value again ('sicktui get').",
                code=Code.OTHER_DEVICE,
            )
        if took(found, value):
            return
        raise OutcomeUnknown(
            f"{name} was saved, but reads {shown(found)} now: the sensor may have restarted before "
            "that, and lost what was written.",
            advice=_READ_FIRST,
            code=Code.DEVICE_ERROR,
        )
