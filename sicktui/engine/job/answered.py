"""A sensor that did not answer when its run was planned: what its plan would have known, once it answers."""

from collections.abc import Mapping

from msgspec import structs

from sicktui.engine.job.ended import JobEnded
from sicktui.engine.job.past import JobHistory
from sicktui.model.device import Identity, same_serial
from sicktui.model.enums import Code
from sicktui.model.firmware.product import is_picoscan
from sicktui.model.run.plan import PlanItem, UpdateOptions
from sicktui.sensor.api.variables import DEVICE_STATUS
from sicktui.sensor.client import Sensor


def was_silent(item: PlanItem) -> bool:
    """Whether the plan could not read the sensor, so that the run waits for it."""
    return item.may_go and item.reason is Code.UNREACHABLE


def as_surveyed(item: PlanItem, past: JobHistory) -> PlanItem:
    """The item of a job that an earlier runner had begun, with the sensor that it had found."""
    survey = past.survey
    if not was_silent(item) or survey is None:
        return item
    return _known(item, survey.identity)


async def answered(
    item: PlanItem, sensor: Sensor, known: Mapping[str, Identity], options: UpdateOptions
) -> PlanItem:
    """Read who answers, as the plan does. The job judges it before its first act.

    Args:
        item: the device's part of the plan.
        sensor: its connection.
        known: the sensors of the run's devices, as far as they are known.
        options: what the operator chose.

    Raises:
        SensorError: it does not answer, or answers with an error.
        JobEnded: it is the sensor of another device of the run, or a person must see its plan first.
    """
    identity = await sensor.read.identity()
    if item.identity is not None:
        return item
    for device, other in known.items():
        if device != item.device and identity.serial and same_serial(other.serial or "", identity.serial):
            raise JobEnded.failed(
                Code.DUPLICATE_DEVICE,
                f"It is the same sensor as {device} (serial number {identity.serial}).",
                "Remove one of the two from the device list.",
            )
    if options.allow_downgrade and is_picoscan(identity):
        raise JobEnded.failed(
            Code.DOWNGRADE,
            "A downgrade of a picoScan must be confirmed, and its version was not known then.",
            "Update it by itself, now that it answers.",
        )
    return structs.replace(_known(item, identity), device_status=await sensor.read.optional(DEVICE_STATUS))


def _known(item: PlanItem, identity: Identity) -> PlanItem:
    return structs.replace(item, identity=identity, from_version=identity.version, reason=None)
