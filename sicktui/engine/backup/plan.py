"""Plans a backup: reads every sensor, and says which cannot be backed up and why."""

import asyncio
from collections.abc import Sequence

from msgspec import structs

from sicktui.engine.authentication import check_known
from sicktui.engine.context import Context
from sicktui.engine.no_password import no_password
from sicktui.engine.observe import connect
from sicktui.engine.update.plan import MAX_READS_AT_ONCE, refuse_duplicates
from sicktui.engine.update.rules import Refusal, judge_identity
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Action, AuthScheme
from sicktui.model.plan import PlanItem
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import SensorError


async def plan_backup(context: Context, targets: Sequence[Target]) -> list[PlanItem]:
    """Give every target ``update`` (it may go) or ``refuse``, and why. Reads only.

    Args:
        context: the stores and settings.
        targets: the devices, each once.
    """
    gate = asyncio.Semaphore(MAX_READS_AT_ONCE)

    async def one(target: Target) -> PlanItem:
        async with gate:
            return await _plan_device(context, target)

    # Their backups would be kept under one serial number, whoever they are of.
    return refuse_duplicates(list(await asyncio.gather(*(one(target) for target in targets))))


async def _plan_device(context: Context, target: Target) -> PlanItem:
    password = await asyncio.to_thread(context.credentials.password, target.device, target.user)
    sensor = connect(context, target, password=password)
    warnings: list[str] = []
    try:
        identity = await sensor.read.identity()
        refusal = judge_identity(target, identity) or await _judge_access(
            context, target, sensor, password, warnings
        )
    except SensorError as error:
        return _item(target, Refusal.of(error), None)
    finally:
        await sensor.aclose()
    return structs.replace(_item(target, refusal, identity, warnings), auth=sensor.capabilities.auth)


async def _judge_access(
    context: Context, target: Target, sensor: Sensor, password: str | None, warnings: list[str]
) -> Refusal | None:
    if password is None:
        return await no_password(context, target)
    if await sensor.access.scheme() is AuthScheme.BASIC:
        warnings.append("It knows only Basic authentication: the password crosses the network in clear text.")
    # AccessDenied is the refusal; 'cannot be tested' shows at the first step.
    await check_known(context, target, sensor, password)
    return None


def _item(
    target: Target, refusal: Refusal | None, identity: Identity | None, warnings: Sequence[str] = ()
) -> PlanItem:
    return PlanItem(
        target=target,
        action=refusal.action if refusal else Action.UPDATE,
        reason=refusal.code if refusal else None,
        message=refusal.message if refusal else "Back up its parameters.",
        advice=refusal.advice if refusal else "",
        identity=identity,
        from_version=identity.version if identity else None,
        warnings=tuple(warnings),
    )
