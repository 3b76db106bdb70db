"""Plans a restore: finds the backup, reads the sensor, and names the reason to refuse. Writes nothing."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct, structs

from sicktui.engine.context import Context
from sicktui.engine.observe import read_update_state
from sicktui.engine.parameters.of_backup import BackupParameters
from sicktui.engine.plan.base import judge_access, judge_state, plan_item, reading
from sicktui.engine.plan.clock import clock_words
from sicktui.engine.plan.refusal import Refusal
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.restore.replacement import NOT_CARRIED
from sicktui.engine.restore.rules import RestoreOptions, judge_backup, judge_sensor
from sicktui.engine.restore.source import LATEST, BackupSource, choose_source
from sicktui.model.device import Identity, Target, same_serial
from sicktui.model.enums import Action, Code, Operation
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.run.plan import PlanItem, RestoreOrder, RunSpec
from sicktui.model.safe_text import clean
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.stores.backups.store import BackupFacts, BackupUnusable


class RestorePlan(Struct, frozen=True, kw_only=True):
    """What a restore would do."""

    item: PlanItem
    order: RestoreOrder | None = None
    """For ``new_spec``; ``None`` where no backup was found."""
    facts: BackupFacts | None = None
    """The backup's metadata, where there are any."""
    parameters: BackupParameters | None = None
    """What is known of the parameters that it restores, for a preview."""

    @property
    def may_go(self) -> bool:
        """Whether nothing was refused."""
        return self.item.may_go


async def plan_restore(context: Context, target: Target, word: str, options: RestoreOptions) -> RestorePlan:
    """Check the backup and the sensor, and name the reason if it must not be restored. Reads only.

    Args:
        context: the stores, settings and credentials.
        target: the device.
        word: the backup: an id, the path of a file, or ``latest``.
        options: what the operator chose.

    Raises:
        UsageError: the word does not name a backup.
    """
    source: BackupSource | None = None
    try:
        if word != LATEST:
            # A problem with the file is found before any sensor is contacted.
            source = await asyncio.to_thread(choose_source, context, word, None)
        return await _with_sensor(context, target, word, source, options)
    except UsageError:
        raise
    except SicktuiError as error:
        return _refused(plan_item(target, Refusal.of(error)), source, options)


def restore_spec(context: Context, plan: RestorePlan, word: str) -> RunSpec:
    """The description of the run that restores, for ``start_run``.

    Args:
        context: the settings.
        plan: what ``plan_restore`` returned.
        word: the backup as the operator named it.
    """
    order = plan.order
    named = (order.backup or order.path) if order else word
    spec = new_spec(context, Operation.RESTORE, [plan.item], backup=named)
    return structs.replace(spec, restore=order)


def restores_spec(context: Context, plans: Sequence[RestorePlan]) -> RunSpec:
    """The description of one run that restores onto several sensors, for ``start_run``.

    Args:
        context: the settings.
        plans: what ``plan_restore`` returned for each device; refused ones get their verdict at once.
    """
    spec = new_spec(context, Operation.RESTORE, [plan.item for plan in plans])
    orders = {plan.item.device: plan.order for plan in plans if plan.order is not None}
    return structs.replace(spec, restores=orders)


async def _with_sensor(
    context: Context, target: Target, word: str, source: BackupSource | None, options: RestoreOptions
) -> RestorePlan:
    async with reading(context, target, replaces=options.replace) as (sensor, password):
        identity = await sensor.read.identity()
        refusal = judge_sensor(target, identity, options)
        if refusal is not None:
            return _refused(plan_item(target, refusal, identity=identity), source, options)
        if source is None:
            source = await asyncio.to_thread(_latest, context, target, identity, options)
        warnings = [*source.warnings]
        if word == LATEST and (clock := await asyncio.to_thread(clock_words, context)):
            warnings.append(clock)
        refusal = (
            judge_backup(source.facts, identity, options, warnings)
            or await asyncio.to_thread(_judge_passphrase, context, target, source.facts, warnings)
            or await judge_state(context, target, identity, await read_update_state(sensor), away=True)
            or await judge_access(
                context, target, sensor, password, warnings, exposed="password and passphrase cross"
            )
        )
    order = _order(source, options)
    message = " ".join([_intent(identity, order), *warnings])
    item = plan_item(target, refusal, identity=identity, message=message, warnings=warnings)
    return RestorePlan(item=item, order=order, facts=source.facts, parameters=source.parameters)


def _order(source: BackupSource, options: RestoreOptions) -> RestoreOrder:
    return structs.replace(source.order, replace=options.replace, force=options.force)


def _refused(item: PlanItem, source: BackupSource | None, options: RestoreOptions) -> RestorePlan:
    """The plan of a device that is refused, with what would have been restored: a retry is of the same."""
    if source is None:
        return RestorePlan(item=item)
    return RestorePlan(item=item, order=_order(source, options), facts=source.facts)


def _latest(context: Context, target: Target, identity: Identity, options: RestoreOptions) -> BackupSource:
    """What ``latest`` means for this sensor.

    Raises:
        BackupUnusable: there is none, or none is intact.
    """
    try:
        return choose_source(context, LATEST, _key(context, target, identity, options))
    except BackupUnusable as error:
        if options.replace or _predecessor(context, target, identity) is None:
            raise
        raise BackupUnusable(
            error.message,
            advice=f"There are backups of another sensor that was called {clean(target.device)}: if this one "
            "replaces it, use --replace.",
        ) from error


def _key(context: Context, target: Target, identity: Identity, options: RestoreOptions) -> str | None:
    """Whose backup ``latest`` means: this sensor's, or that of the one it replaces."""
    if not options.replace:
        return identity.key_for(target.device)
    if target.serial is not None and not same_serial(target.serial, identity.serial or ""):
        return target.serial
    return _predecessor(context, target, identity)


def replaced_key(context: Context, target: Target, identity: Identity) -> str | None:
    """What the backups of the replaced sensor are stored under; ``None`` if it is not known.

    The serial number that the profile names counts first; then the newest backup under the device's name.

    Raises:
        StorageError: the backups cannot be read.
    """
    return _key(context, target, identity, RestoreOptions(replace=True))


def _predecessor(context: Context, target: Target, identity: Identity) -> str | None:
    """The sensor that had this device's name before, by the newest backup that was made under it."""
    others = (
        record
        for record in context.backups.list()
        if record.device == target.device and not same_serial(record.serial or "", identity.serial or "")
    )
    return next((record.key for record in others), None)


def _judge_passphrase(
    context: Context, target: Target, facts: BackupFacts | None, warnings: list[str]
) -> Refusal | None:
    passphrases = Passphrases(context.credentials)
    if facts is None:
        if not passphrases.for_bare_file(target.device):
            warnings.append("No passphrase is known. The restore is tried without one.")
        return None
    if passphrases.opening(facts, target.device) is not None:
        return None
    known = passphrases.known(target.device)
    return Refusal(
        Action.REFUSE,
        Code.WRONG_PASSPHRASE,
        "The backup was made with a different passphrase from the one known here."
        if known
        else "The backup needs its passphrase, but none is known here.",
        "Pass the one that it was made with (--passphrase-stdin or SICKTUI_PASSPHRASE). Nothing was sent.",
    )


def _intent(identity: Identity, order: RestoreOrder) -> str:
    what = f"Restore {order.name}"
    if order.created is not None:
        what += (
            f" of {order.created[:10]} ({clean(order.device or '?')}, firmware {clean(order.version or '?')})"
        )
    onto = f"onto the {identity.device_type or identity.name} {identity.label}".strip()
    if not order.replace:
        return f"{what} {onto}."
    return f"{what} {onto}, which replaces {clean(order.serial or 'another sensor')}. {NOT_CARRIED}"
