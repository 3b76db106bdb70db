"""Gathers the evidence about whether one sensor measures. Reads only, a handful of requests."""

from collections.abc import Mapping
from typing import Any, Final

from sicktui.engine.measuring.listening import listen_for
from sicktui.engine.measuring.receivers import Receivers
from sicktui.engine.parameters.snapshot import read_variables
from sicktui.model.clock import Clock
from sicktui.model.device import Identity
from sicktui.model.families import LRS, MULTI100, PICO120, PICO150, family_of
from sicktui.model.measuring.evidence import MOVING, PACE, MeasuringEvidence, moving, promise_of
from sicktui.sensor.client import Sensor

_BETWEEN: Final = 1.0
"""Seconds between two readings of a moment of measuring: fifteen revolutions at least."""
_HAVE_MOMENTS: Final = (PICO150, MULTI100, LRS)
"""Families with both variables of ``MOVING``."""


async def check_measuring(
    sensor: Sensor,
    identity: Identity,
    clock: Clock,
    receivers: Receivers,
    *,
    address: str,
    settings: Mapping[str, Any],
) -> MeasuringEvidence:
    """All evidence about one sensor.

    Args:
        sensor: the sensor.
        identity: who it is.
        clock: the time source.
        receivers: the ports of this process.
        address: where it is.
        settings: the settings of its stream, as they were just read.

    Raises:
        SensorError: it does not answer any more.
    """
    evidence = await listen_for(receivers, settings, address, identity.serial)
    promise = None
    if evidence.heard is not None and family_of(identity.name) in (PICO150, PICO120):
        pace, _ = await read_variables(sensor, PACE, tolerant=True)
        promise = promise_of(pace, identity.name)
    is_proven = evidence.heard is not None and evidence.heard.is_proven
    return MeasuringEvidence(
        way=evidence.way,
        heard=evidence.heard,
        why_not=evidence.why_not,
        promise=promise,
        moved=() if is_proven else await _moved(sensor, identity, clock),
    )


async def _moved(sensor: Sensor, identity: Identity, clock: Clock) -> tuple[str, ...]:
    """The variables whose moment of measuring is another one a second later."""
    family = family_of(identity.name)
    names = tuple(MOVING) if family is None or family in _HAVE_MOMENTS else ()
    first = moving((await read_variables(sensor, names, tolerant=True))[0])
    if not first:
        return ()
    await clock.sleep(_BETWEEN)
    second = moving((await read_variables(sensor, tuple(first), tolerant=True))[0])
    return tuple(name for name, moment in first.items() if second.get(name, moment) > moment)
