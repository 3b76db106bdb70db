"""One parameter of several sensors: a plan of what each would get, then the writes, each with its proof."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from sicktui.engine.context import Context
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.compare import shown
from sicktui.engine.parameters.plan import WritePlan
from sicktui.engine.parameters.write import (
    WriteResult,
    check_writable,
    planned_on,
    write_parameter,
)
from sicktui.engine.plan.base import (
    expected_identity,
    judge_access,
    judge_state,
    plan_each,
    plan_item,
    reading,
)
from sicktui.engine.plan.refusal import Refusal
from sicktui.model.device import Target
from sicktui.model.enums import Action, Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.run.plan import PlanItem


class SetPlan(Struct, frozen=True, kw_only=True):
    """What would be written to one sensor, or why nothing would."""

    item: PlanItem
    """Skipped where the sensor has the value already."""
    write: WritePlan | None = None
    """The old value and the new one, where both are known."""

    @property
    def may_go(self) -> bool:
        """Whether it will be written to."""
        return self.item.may_go and self.write is not None


class SetResult(Struct, frozen=True, kw_only=True):
    """What became of one write."""

    written: WriteResult | None = None
    error: SicktuiError | None = None
    """Why it failed, or is not known."""


async def plan_set(context: Context, targets: Sequence[Target], name: str, text: str) -> list[SetPlan]:
    """Read the value of every sensor, and decide what each would get. Writes nothing.

    Args:
        context: the stores, settings and credentials.
        targets: the devices, each once.
        name: the variable.
        text: the new value, as ``plan_write`` takes it.

    Raises:
        UsageError: no sensor lets this variable be written.
    """
    check_writable(name)
    writes: dict[str, WritePlan] = {}

    async def one(target: Target) -> PlanItem:
        try:
            return await _plan(context, target, name, text, writes)
        except UsageError as error:
            # The value does not fit the variable of this sensor; it may fit that of another family.
            return plan_item(target, Refusal(Action.REFUSE, Code.NOT_SUPPORTED, error.message, error.advice))
        except SicktuiError as error:
            return plan_item(target, Refusal.of(error))

    items = await plan_each(targets, one)
    return [SetPlan(item=item, write=writes.get(item.device)) for item in items]


async def _plan(
    context: Context, target: Target, name: str, text: str, writes: dict[str, WritePlan]
) -> PlanItem:
    warnings: list[str] = []
    async with reading(context, target) as (sensor, password):
        identity = await expected_identity(target, sensor)
        plan = writes[target.device] = await planned_on(sensor, identity, name, text)
        if not plan.changes:
            already = Refusal(Action.SKIP, Code.ALREADY_CURRENT, f"It is already {shown(plan.old)}.")
            return plan_item(target, already, identity=identity)
        refusal = await judge_state(
            context, target, identity, await read_update_state(sensor)
        ) or await judge_access(context, target, sensor, password, warnings)
        item = plan_item(target, refusal, identity=identity, warnings=[*plan.warnings, *warnings])
        return structs.replace(item, auth=sensor.capabilities.auth)


async def write_each(
    context: Context,
    plans: Sequence[SetPlan],
    *,
    persist: bool,
    on_end: Callable[[str, SetResult], None],
) -> None:
    """Write what was planned, to ``limits.jobs`` sensors at a time; each failure stays its own.

    Args:
        context: the stores, settings and credentials.
        plans: those that may not go are left alone.
        persist: whether each sensor saves its parameters then.
        on_end: called with each device and what became of its write.
    """
    gate = asyncio.Semaphore(context.settings.limits.jobs)

    async def write(target: Target, plan: WritePlan) -> None:
        async with gate:
            try:
                written = await write_parameter(
                    context, target, plan.name, plan.new, persist=persist, planned=plan
                )
            except SicktuiError as error:
                on_end(target.device, SetResult(error=error))
            else:
                on_end(target.device, SetResult(written=written))

    await asyncio.gather(
        *(write(plan.item.target, plan.write) for plan in plans if plan.item.may_go and plan.write)
    )
