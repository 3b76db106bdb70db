"""Reads a sensor's address, where it is now: an open change may have brought it elsewhere."""

import asyncio
from typing import Final

from msgspec import Struct, structs

from sicktui.engine.address.lan import Lan
from sicktui.engine.address.places import at_place, look_at
from sicktui.engine.context import Context
from sicktui.engine.observe import connect
from sicktui.engine.parameters.saving import SavedState, read_saved
from sicktui.engine.plan.base import expected_identity
from sicktui.model.device import Identity, Target
from sicktui.model.network.address import parse_address
from sicktui.model.network.address_change import AddressStage, both_words
from sicktui.model.network.addressing import Ipv4State
from sicktui.sensor.api.variables import POWER_ON_COUNT
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import NotSupported, Unreachable
from sicktui.stores.config.address_changes import AddressChange

_FIND: Final = 10.0


class Addressed(Struct, frozen=True, kw_only=True):
    """A sensor and its address."""

    identity: Identity
    state: Ipv4State
    place: str
    """Where it answers: host or ``host:port``."""
    interrupted: str = ""
    """What is known of a change that was interrupted, and what to do; empty if there is none."""
    pending: bool = False
    """Whether values of that change may be pending that the sensor does not report."""


async def read_address(context: Context, target: Target, lan: Lan) -> Addressed:
    """Read the address of a sensor, where it is now. Needs no password.

    Raises:
        SensorError: it does not answer, or has no address over this API.
        SicktuiError: another sensor answers than the profile pins.
    """
    open_change = _of_target(context, target)
    place = target.address if open_change is None else await _place_now(context, target, open_change, lan)
    sensor = connect(context, at_place(target, place))
    try:
        identity = await expected_identity(target, sensor)
        state = await sensor.network.state()
        found = Addressed(identity=identity, state=state, place=place)
        change = next((each for each in context.address_changes.every() if each.is_of(identity)), None)
        return found if change is None else await _with_change(context, target, found, change, sensor)
    except Unreachable as error:
        if open_change is not None:
            error.advice = open_change.words
        raise
    except NotSupported as error:
        raise NotSupported(
            f"The sensor at {place} does not offer its address over REST: {error.message}",
            advice="Set it with SICK's own tools.",
        ) from error
    finally:
        await sensor.aclose()


async def _with_change(
    context: Context, target: Target, found: Addressed, change: AddressChange, sensor: Sensor
) -> Addressed:
    """The same, with what is left of a change: nothing, where it was undone or saved meanwhile."""
    changes, key = context.address_changes, found.identity.key or ""
    config = found.state.config
    if change.is_undone(found.place, config, await sensor.read.helpful(POWER_ON_COUNT)):
        await asyncio.to_thread(changes.end, key)
        return found
    before = SavedState(checksum=change.checksum, stamp=change.stamp)
    if before.differs(await read_saved(sensor, found.identity.name)):
        if change.all_written and found.place == change.new and config.fits(change.wanted):
            await asyncio.to_thread(changes.end, key)
            return found
        await asyncio.to_thread(changes.was_kept, key)
        change = structs.replace(change, kept=True)
    also = await _also_at(context, target, found, change)
    return structs.replace(
        found,
        interrupted=f"{change.words} {also}".strip(),
        pending=change.unproven and change.stage is not AddressStage.SAVE,
    )


async def _also_at(context: Context, target: Target, found: Addressed, change: AddressChange) -> str:
    """What to know where the same sensor answers at the other address of a change, too."""
    other = change.old if found.place == change.new else change.new
    if not other or other == found.place:
        return ""
    same = (await look_at(context, target, other, found.identity)).same
    return both_words(found.place, other) if same else ""


def _of_target(context: Context, target: Target) -> AddressChange | None:
    """The open change of a device, else the one from or to its address, if it may be of its sensor.

    Raises:
        StorageError: what is known of open changes cannot be read.
    """
    here = parse_address(target.address, target.scheme).place
    rest = [each for each in context.address_changes.every() if (each.serial, each.mac) != (None, None)]
    named = [each for each in rest if each.device == target.device]
    places = [
        each
        for each in rest
        if here in {parse_address(place, target.scheme).place for place in (each.old, each.new) if place}
        and (target.serial is None or target.accepts(each.serial))
    ]
    return next(reversed(named or places), None)


async def _place_now(context: Context, target: Target, change: AddressChange, lan: Lan) -> str:
    """Where a device answers: at its address, or where an open change may have brought it."""
    wanted = Identity(name="", version="", serial=change.serial, mac=change.mac)
    sight = await look_at(context, target, target.address, wanted)
    if sight.same or (sight.other and change.device != target.device):
        return target.address
    places = [place for place in (change.new, change.old) if place and place != target.address]
    if not change.new:
        found = await lan.find(change.serial, change.mac, change.old, _FIND)
        places = [found, *places] if found else places
    for place in places:
        if (await look_at(context, target, place, wanted)).same:
            return place
    return target.address
