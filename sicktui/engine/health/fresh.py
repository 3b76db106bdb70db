"""Where each fresh reading of health passes: that of a command, of a view, and of the live list."""

import asyncio

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.model.device import Target
from sicktui.model.health.history import dated
from sicktui.model.health.judgement import judge
from sicktui.model.health.limits import limits_for
from sicktui.model.health.records import DeviceHealth, Readings


def judged(context: Context, target: Target, readings: Readings) -> DeviceHealth:
    """The health that follows from readings. Pure: nothing is read or kept.

    Args:
        context: the settings.
        target: the device.
        readings: what was read of it, and perhaps pushed since.
    """
    limits = limits_for(context.settings.health, target.tags)
    return DeviceHealth(
        device=target.device,
        at=readings.at,
        identity=readings.identity,
        readings=readings,
        report=judge(structs.replace(readings, limits=limits)),
    )


async def note_fresh(context: Context, target: Target, found: DeviceHealth) -> DeviceHealth:
    """Keep a reading that has ended, or what a push has changed in the findings. Never raises for trouble.

    Also called with the reading of a sensor that did not answer, which leaves the history as it is.

    Args:
        context: the settings and stores.
        target: the device.
        found: its health; without an identity if it could not be read.

    Returns:
        The same, with the moment since when each finding holds, and with those that have begun or ended.
    """
    identity = found.identity
    if identity is None:
        return found
    change = await asyncio.to_thread(
        context.health_history.note,
        *(identity.key, found.at, found.report, identity.runs),
        device=target.device,
    )
    if change is None:
        return found
    return structs.replace(found, report=dated(found.report, change), begun=change.begun, ended=change.ended)
