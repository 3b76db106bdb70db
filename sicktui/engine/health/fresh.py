"""Where each fresh reading of health passes: that of a command, of a view, and of the live list."""

from sicktui.engine.context import Context
from sicktui.model.device import Target
from sicktui.model.health.judgement import judge
from sicktui.model.health.records import DeviceHealth, Readings


def judged(context: Context, target: Target, readings: Readings) -> DeviceHealth:
    """The health that follows from readings. Pure: nothing is read or kept.

    Args:
        context: the settings.
        target: the device.
        readings: what was read of it, and perhaps pushed since.
    """
    del context  # no setting changes a rule yet
    return DeviceHealth(
        device=target.device,
        at=readings.at,
        identity=readings.identity,
        readings=readings,
        report=judge(readings),
    )


async def note_fresh(context: Context, target: Target, found: DeviceHealth) -> None:
    """Called once with each reading that has ended, and with what a push has changed in the findings.

    Also with the reading of a sensor that did not answer. Must not raise, nor take long.

    Args:
        context: the settings and stores.
        target: the device.
        found: its health; without an identity if it could not be read.
    """
