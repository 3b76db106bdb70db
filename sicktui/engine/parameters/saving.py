"""Makes a sensor save its parameters; where no usable reply comes, what it reports as saved decides.

``WriteEeprom`` may be done and answered badly, or not at all. ``MD5Parameters`` (of the saved parameters,
developer guide) and ``LastParaDate``, ``LastParaTime`` (when they were saved, telegram listing) show which.
"""

from typing import Final

from msgspec import Struct

from sicktui.engine.context import Context
from sicktui.engine.job.waiting import Deadline
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.snapshot import read_checksum
from sicktui.engine.plan.base import FLASHING
from sicktui.model.device import Identity
from sicktui.model.enums import Code, UpdateState
from sicktui.model.errors import SicktuiError
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import (
    AccessDenied,
    OutcomeUnknown,
    OutOfConnections,
    SensorError,
    Unreachable,
    may_have_acted,
)
from sicktui.sensor.turns.retry import back_off

PAUSE: Final = 0.5
"""Seconds before the second request to save, and before what is saved is read."""
_SHOWN: Final = 10.0
"""Seconds within which what was saved shows."""
_REFUSED: Final = 2.0
"""The same where the sensor has refused to save."""
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


async def save(sensor: Sensor, context: Context, identity: Identity, since: SavedState | None = None) -> bool:
    """Save; once more after a reply that leaves it open: twice does no harm. ``False``: no call for that.

    Args:
        sensor: the sensor.
        context: the clock.
        identity: who it is.
        since: what it had saved before something was written to it: an Ok alone proves nothing then.

    Raises:
        SicktuiError: another sensor answers now, or it is flashing: it was not asked to save.
        OutcomeUnknown: nothing shows that it has saved, and it may have.
        SensorError: it reports that it has not, or refuses the login.
    """
    await _may_save(sensor, identity)
    saving = _Saving(sensor, context, identity, await read_saved(sensor, identity.name))
    try:
        done = await sensor.parameters.persist()
    except SensorError as error:
        if may_have_acted(error):
            await back_off(context.clock, error)
            done = await saving.once_more()
        else:
            return await saving.after_refusal(error, written=since is not None)
    if not done:
        return since is not None and await saving.shows(saving.before, _REFUSED)
    if since is None or since.checksum is None or await saving.shows(since, _SHOWN):
        return True
    raise _unknown(
        "It answered Ok, but its checksum of what is saved (MD5Parameters) has not changed.",
        Code.DEVICE_ERROR,
    )


class _Saving:
    """One save, and what the sensor had saved before it."""

    def __init__(self, sensor: Sensor, context: Context, identity: Identity, before: SavedState) -> None:
        self.before = before
        self._sensor = sensor
        self._clock = context.clock
        self._identity = identity

    async def once_more(self) -> bool:
        """After a reply that leaves it open."""
        await self._clock.sleep(PAUSE)
        await _may_save(self._sensor, self._identity)
        try:
            return await self._sensor.parameters.persist()
        except SensorError as error:
            if await self.shows(self.before, 0.0):
                return True
            raise _unknown(error.message, error.code) from error

    async def after_refusal(self, refusal: SensorError, *, written: bool) -> bool:
        """It may be done all the same.

        Raises:
            OutcomeUnknown: the login was refused with which something was just ``written``, and nothing shows
                what is saved.
            SensorError: it is not done.
        """
        if refusal.http_status is not None and await self.shows(self.before, _REFUSED):
            return True
        if (
            written
            and isinstance(refusal, AccessDenied)
            and self.before.checksum is None
            and refusal.answered
        ):
            raise _unknown(refusal.message, refusal.code) from refusal
        raise refusal

    async def shows(self, earlier: SavedState, seconds: float) -> bool:
        """Whether the sensor reports within some seconds that it has saved since."""
        deadline = Deadline(self._clock, seconds)
        while True:
            over = deadline.over
            try:
                if earlier.differs(await read_saved(self._sensor, self._identity.name)):
                    return True
            except SensorError:
                pass
            if over:
                return False
            await self._clock.sleep(PAUSE)


def _unknown(why: str, code: Code) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"It is not known whether the sensor saved its parameters: {why}",
        advice="Save them again; twice does no harm. Until then a power cycle may lose what was changed.",
        code=code,
    )


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
