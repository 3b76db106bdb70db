"""Watches one sensor for some minutes. Reads only; trouble with it is part of what is seen."""

from collections.abc import Mapping
from typing import Final

from sicktui.engine.context import Context
from sicktui.engine.observe import connect, read_who
from sicktui.engine.parameters.snapshot import read_variables
from sicktui.model.device import Identity, Target
from sicktui.model.errors import SicktuiError
from sicktui.model.health.facts import facts_of
from sicktui.model.health.records import Readings, Watch, read_at
from sicktui.model.health.variables import health_variables
from sicktui.model.health.watching import LOOKED_AT, Watcher
from sicktui.model.snapshot import NOT_THERE
from sicktui.sensor.client import Sensor

_POLLS: Final = 2.0
"""Polls of UpdateState from one look to the next: a look is some eight requests."""


async def watch_sensor(context: Context, target: Target, seconds: float) -> Watch:
    """Look at a sensor again and again.

    Args:
        context: the settings.
        target: the device.
        seconds: for how long.
    """
    clock, watcher = context.clock, Watcher()
    begun, interval = clock.monotonic(), _POLLS * target.timing.poll_interval
    sensor = connect(context, target)
    identity: Identity | None = None
    try:
        while True:
            at = clock.monotonic() - begun
            try:
                if identity is None:
                    identity = await read_who(sensor, target)
                now = await sensor.read.reread_identity(identity)
                if identity.is_same_sensor(now):
                    watcher.saw(facts_of(await _look(context, sensor, now)), at)
                else:
                    watcher.other(now.label, at)
            except SicktuiError:
                watcher.silent(at)
            left = begun + seconds - clock.monotonic()
            if left <= 0:
                break
            await clock.sleep(min(interval, left))
    finally:
        await sensor.aclose()
    return watcher.result(clock.monotonic() - begun, identity.key if identity else None)


async def _look(context: Context, sensor: Sensor, identity: Identity) -> Readings:
    known = health_variables(identity.name, identity.runs)
    values: Mapping[str, object]
    values, missing = await read_variables(sensor, [name for name in LOOKED_AT if name in known])
    now = context.clock.now()
    return Readings(
        identity=identity,
        at=now,
        values=read_at(now, values),
        unreadable={name: why for name, why in missing.items() if why != NOT_THERE},
    )
