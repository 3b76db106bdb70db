"""Plans a backup: reads every sensor, and explains which cannot be backed up."""

import asyncio
from collections.abc import Sequence
from functools import partial

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.observe import read_update_state
from sicktui.engine.plan.base import (
    OnItem,
    change_warnings,
    judge_access,
    judge_identity,
    judge_state,
    plan_each,
    plan_item,
    reading,
)
from sicktui.engine.plan.clock import clock_words
from sicktui.engine.plan.refusal import Refusal
from sicktui.model.device import Target
from sicktui.model.run.plan import PlanItem
from sicktui.sensor.errors import SensorError


async def plan_backup(
    context: Context, targets: Sequence[Target], *, on_item: OnItem | None = None
) -> list[PlanItem]:
    """Decide for every target: ``update`` (it may go) or ``refuse``, and why. Reads only.

    Two entries with one serial number are refused: their backups would be stored under it together.

    Args:
        context: the stores and settings.
        targets: the devices, each once.
        on_item: called with each device as soon as its own part is known.
    """
    return await plan_each(targets, partial(_plan_device, context), on_item=on_item)


async def _plan_device(context: Context, target: Target) -> PlanItem:
    words = await asyncio.to_thread(clock_words, context)
    warnings = [words] if words else []
    async with reading(context, target) as (sensor, password):
        try:
            identity = await sensor.read.identity()
            refusal = (
                judge_identity(target, identity)
                or await judge_state(context, target, identity, await read_update_state(sensor))
                or await judge_access(context, target, sensor, password, warnings)
            )
        except SensorError as error:
            return plan_item(target, Refusal.of(error))
        warnings += await change_warnings(context, target, identity)
        item = plan_item(
            target, refusal, message="Back up its parameters.", identity=identity, warnings=warnings
        )
        return structs.replace(item, auth=sensor.capabilities.auth)
