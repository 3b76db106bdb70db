"""Makes a sensor save its parameters; where no usable reply comes, what it reports as saved decides.

``WriteEeprom`` may be done and answered badly, or not at all. ``MD5Parameters`` (of the saved parameters,
developer guide) and ``LastParaDate``, ``LastParaTime`` (when they were saved, telegram listing) show which.
"""

from typing import Final

from msgspec import Struct

from sicktui.engine.context import Context
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.snapshot import read_checksum
from sicktui.engine.plan.base import FLASHING
from sicktui.model.device import Identity
from sicktui.model.enums import Code, UpdateState
from sicktui.model.errors import SicktuiError
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import OutcomeUnknown, OutOfConnections, SensorError, Unreachable, may_have_acted

PAUSE: Final = 0.5
"""Seconds before the second request to save, and before what is saved is read."""
_STAMPS: Final = ("LastParaDate", "LastParaTime")


class SavedState(Struct, frozen=True, kw_only=True):
    """What a sensor reports of its saved parameters. ``None``: not offered, or not readable just now."""

    checksum: str | None = None
    stamp: str | None = None

    def differs(self, later: "SavedState") -> bool:
        """Whether the sensor has saved between the two."""
        pairs = ((self.checksum, later.checksum), (self.stamp, later.stamp))
        return any(None not in pair and pair[0] != pair[1] for pair in pairs)


async def read_saved(sensor: Sensor, family: str) -> SavedState:
    """What the sensor reports of its saved parameters.

    Raises:
        Unreachable: the sensor is gone.
        OutOfConnections: it is busy with others.
    """
    checksum = await read_checksum(sensor, family)
    found = [await _text(sensor, name) for name in _STAMPS]
    return SavedState(checksum=checksum, stamp=str(found) if any(found) else None)


async def _text(sensor: Sensor, name: str) -> str | None:
    """A variable that only helps: it may fail in any way but silence."""
    try:
        reply = await sensor.read.read_if_present(name)
        return None if reply is None else str(reply.value)
    except (Unreachable, OutOfConnections):
        raise
    except SensorError:
        return None


async def save(sensor: Sensor, context: Context, identity: Identity) -> bool:
    """Save; once more after any reply but Ok: twice does no harm. ``False``: it has no call for that.

    Raises:
        SicktuiError: another sensor answers now, or it is flashing: it was not asked to save.
        OutcomeUnknown: it did not answer with Ok, and nothing shows that it has saved.
        SensorError: it reports that it has not, or refuses the login.
    """
    await _may_save(sensor, identity)
    before = await read_saved(sensor, identity.name)
    try:
        return await sensor.parameters.persist()
    except SensorError as error:
        if not may_have_acted(error):
            raise
    await context.clock.sleep(PAUSE)
    await _may_save(sensor, identity)
    try:
        return await sensor.parameters.persist()
    except SensorError as error:
        if await _has_saved(sensor, context, identity, before):
            return True
        raise OutcomeUnknown(
            f"It is not known whether the sensor saved its parameters: {error.message}",
            advice="Save them again; twice does no harm. Until then a power cycle may lose what was changed.",
            code=error.code,
        ) from error


async def _has_saved(sensor: Sensor, context: Context, identity: Identity, before: SavedState) -> bool:
    await context.clock.sleep(PAUSE)
    try:
        return before.differs(await read_saved(sensor, identity.name))
    except SensorError:
        return False


async def _may_save(sensor: Sensor, identity: Identity) -> None:
    """Return if the same sensor answers and no firmware update is under way on it.

    Raises:
        SicktuiError: otherwise.
    """
    now = await sensor.read.reread_identity(identity)
    if not identity.is_same_sensor(now):
        raise SicktuiError(
            f"Another sensor answers now: {now.key or now.name} instead of {identity.key or identity.name}. "
            "It was not asked to save.",
            advice="Check the address. What was written may not survive a power cycle.",
            code=Code.OTHER_DEVICE,
        )
    if await read_update_state(sensor) is UpdateState.STARTED:
        raise SicktuiError(
            f"{FLASHING.message} It was not asked to save.",
            advice=f"{FLASHING.advice} What was written may not survive a power cycle: save it then.",
            code=FLASHING.code,
        )
