"""Finishes a new sensor over REST, where it answers at its address: added to the list, named, saved."""

from msgspec import Struct, structs

from sicktui.engine.address.follow import enlist
from sicktui.engine.context import Context
from sicktui.engine.observe import connect
from sicktui.engine.parameters.write import LOCATION, persist_parameters, write_parameter
from sicktui.model.device import Identity, Profile, Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address_change import Trouble
from sicktui.model.network.commissioning import Entry
from sicktui.sensor.errors import OutcomeUnknown, Unreachable


class Finished(Struct, frozen=True, kw_only=True):
    """What was done, as evidence."""

    listed: str = ""
    """What became of it in the device list, as a sentence."""
    named: bool | None = None
    """Whether it has its name; ``None``: none was asked for."""
    saved: bool | None = None
    """``None``: not known."""
    trouble: Trouble | None = None


async def finish_new(context: Context, entry: Entry, identity: Identity, target: Target) -> Finished:
    """Compare its address, add it to the list, write its name, save. Trouble is part of what comes back.

    Args:
        context: the stores, settings and credentials.
        entry: what it is to have.
        identity: who answers.
        target: where it answers.
    """
    done = Finished()
    try:
        await _confirm_address(context, entry, target)
        profile = Profile(
            name=target.device,
            address=target.address,
            tags=entry.tags,
            serial=identity.serial,
            model=identity.device_type,
        )
        listed = await enlist(context, profile, add=entry.name is not None)
        done = structs.replace(done, listed=listed, named=None if entry.name is None else False)
        saved = await _name_and_save(context, entry, target)
        return structs.replace(done, named=None if entry.name is None else True, saved=saved)
    except SicktuiError as error:
        # A restart, a lost reply: it may have saved all the same.
        unsure = isinstance(error, OutcomeUnknown | Unreachable)
        trouble = Trouble(message=error.message, advice=error.advice, code=error.code)
        return structs.replace(done, saved=None if unsure else False, trouble=trouble)


async def _name_and_save(context: Context, entry: Entry, target: Target) -> bool:
    if entry.name is None:
        return await persist_parameters(context, target)
    written = await write_parameter(context, target, LOCATION, entry.name, persist=True)
    if not written.changed:  # The address is new all the same.
        return await persist_parameters(context, target)
    return bool(written.persisted)


async def _confirm_address(context: Context, entry: Entry, target: Target) -> None:
    """Compare what it reports with what it was given.

    Raises:
        SicktuiError: it has something else.
    """
    sensor = connect(context, target)
    try:
        now = await sensor.network.config()
    finally:
        await sensor.aclose()
    wanted = entry.config
    if not now.fits(wanted):
        raise SicktuiError(
            f"It reports {now.words} instead of {wanted.words}.",
            advice="Set its address with 'sicktui address'.",
            code=Code.DEVICE_ERROR,
        )
