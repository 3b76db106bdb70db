"""What a restore would change: the sensor's parameters now against those of the backup. Reads only."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct, structs

from sicktui.engine.context import Context
from sicktui.engine.observe import connect
from sicktui.engine.parameters.compare import Comparison, compare
from sicktui.engine.parameters.of_backup import BackupParameters
from sicktui.engine.parameters.read_back import is_masked
from sicktui.engine.parameters.snapshot import read_variables, same_to_the_end
from sicktui.engine.restore.plan import RestorePlan
from sicktui.model.device import Identity
from sicktui.model.snapshot import NOT_THERE
from sicktui.sensor.errors import OtherSensor

_MASKED: Final = "the sensor does not show its value"
_UNKNOWN_HERE: Final = "the firmware of this sensor does not have it"


class RestorePreview(Struct, frozen=True, kw_only=True):
    """What a restore would change, as far as both sides can be read."""

    drift: Comparison
    """Before: the sensor now. After: the backup. Its network settings are usually not restored."""
    later: str = ""
    """Which of the backup's values were read after it, in words."""


def to_read(plan: RestorePlan) -> list[str]:
    """The parameters that a preview reads; empty where nothing of the backup can be compared."""
    known = plan.parameters
    if known is None or not plan.may_go:
        return []
    return [name for name, value in known.snapshot.values.items() if not is_masked(value)]


async def preview_restore(
    context: Context, plan: RestorePlan, on_read: Callable[[int, int], None] | None = None
) -> RestorePreview | None:
    """Read from the sensor what the backup has, and compare; ``None`` where nothing can be compared.

    Two requests a second (the default) take some 25 s for all parameters of a sensor.

    Args:
        context: the settings.
        plan: the restore.
        on_read: called after each parameter with how many are done, and how many there are.

    Raises:
        SicktuiError: the sensor cannot be read, or another one answers than when the plan was made.
    """
    names, planned, known = to_read(plan), plan.item.identity, plan.parameters
    if not names or planned is None or known is None:
        return None
    target = plan.item.target
    sensor = connect(context, target.unpinned)
    try:
        now = await sensor.read.reread_identity(planned)
        if not planned.is_same_sensor(now):
            raise OtherSensor.at(target.address, now.serial, planned.serial or planned.label)
        values, unreadable = await read_variables(sensor, names, on_read, tolerant=True)
        await same_to_the_end(sensor, now)
    finally:
        await sensor.aclose()
    return compared(known, now, values, unreadable)


def compared(
    known: BackupParameters, now: Identity, values: dict[str, object], unreadable: dict[str, str]
) -> RestorePreview:
    """Compare what was read of a sensor with a backup. Pure.

    Args:
        known: the parameters of the backup.
        now: the sensor.
        values: what was read of it.
        unreadable: what could not be read, and why.
    """
    backup = known.snapshot
    # A parameter that only the backup has is not set by the restore: it is not a difference.
    why_not = {name: _UNKNOWN_HERE if why == NOT_THERE else why for name, why in unreadable.items()}
    why_not |= {name: _MASKED for name, value in values.items() if is_masked(value)}
    why_not |= {name: _MASKED for name, value in backup.values.items() if is_masked(value)}
    sensor = structs.replace(
        backup,
        serial=now.serial,
        version=now.version,
        values={name: value for name, value in values.items() if name not in why_not},
        unreadable=why_not,
        parameters_md5=None,
    )
    after = structs.replace(backup, unreadable={}, parameters_md5=None)
    return RestorePreview(drift=compare(sensor, after), later=known.later)
