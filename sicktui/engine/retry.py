"""A new run for the failed and unknown devices of an earlier one.

The new run has the operation, the bytes and the options of the earlier one. Everything else is as it is now:
the device list, the settings, and what a new plan finds on each sensor.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence

from msgspec import Struct, structs

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context
from sicktui.engine.plan.base import OnItem, plan_item
from sicktui.engine.plan.refusal import Refusal
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.restore.plan import RestorePlan, plan_restore, restores_spec
from sicktui.engine.restore.rules import RestoreOptions
from sicktui.engine.restore.source import LATEST
from sicktui.engine.run.follow import liveness
from sicktui.engine.run.history import every_event
from sicktui.engine.targets import choose
from sicktui.engine.update.plan import plan_update
from sicktui.model.device import SensorOfRun, Target
from sicktui.model.enums import TROUBLE, Action, Code, Operation, RunState
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.firmware.package import Package
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.plan import RunSpec
from sicktui.model.settings import SPREAD, Limits
from sicktui.model.wording import names
from sicktui.stores.packages.errors import PackageError
from sicktui.stores.packages.inspect import verify_unchanged


class Retry(Struct, frozen=True, kw_only=True):
    """What is to be done again."""

    spec: RunSpec
    """The earlier run."""
    targets: tuple[Target, ...] = ()
    """Its failed and unknown devices, as the device list has them now."""
    removed: tuple[str, ...] = ()
    """Those that are no longer in the device list; they are left out."""

    @property
    def run(self) -> str:
        """The earlier run's id."""
        return self.spec.run

    def backup_of(self, device: str) -> str:
        """The backup that a restore puts onto a device: an id, a path, or ``latest``."""
        order = self.spec.order_of(device)
        return (order.backup or order.path) if order else (self.spec.backup or LATEST)


def find_retry(context: Context, run: str) -> Retry:
    """What a retry of this run would do again; without targets if nothing failed or is unknown.

    Raises:
        UsageError: the run is not over.
        JournalError: it cannot be read.
    """
    row = liveness(context, context.journal.row(run))
    if row.state is RunState.RUNNING:
        raise UsageError(
            f"Run {run} is running; only a finished run can be retried.",
            advice=f"Wait for its end: 'sicktui runs attach {run}' follows it.",
        )
    if row.state is RunState.INTERRUPTED:
        raise UsageError(
            f"Run {run} is interrupted; some of its sensors may be in the middle of an update.",
            advice=f"Finish it first with 'sicktui runs resume {run}', then retry.",
        )
    spec = context.journal.spec(run)
    verdicts = {e.device: e for e in every_event(context.journal, run) if isinstance(e, VerdictReached)}
    again = [i.target for i in spec.items if i.device in verdicts and verdicts[i.device].verdict in TROUBLE]
    devices = context.devices()
    listed = [t.device for t in again if t.ad_hoc or t.device in devices.profiles]
    sensors = _sensors(spec)
    return Retry(
        spec=spec,
        targets=tuple(
            structs.replace(target, retried=sensors.get(target.device))
            for target in choose(listed, devices, context.settings)
        ),
        removed=tuple(target.device for target in again if target.device not in listed),
    )


def _sensors(spec: RunSpec) -> dict[str, SensorOfRun]:
    """Who answered for each device in a run, or in the earlier one that it retries; not those never read.

    A sensor that was refused because it is not that of the profile does not count.
    """
    known: dict[str, SensorOfRun] = {}
    for item in spec.items:
        order, identity = spec.order_of(item.device), item.identity
        if item.target.retried is not None:
            known[item.device] = item.target.retried
        elif identity is not None and identity.key is not None:
            target = item.target.unpinned if order is not None and order.replace else item.target
            if target.accepts(identity.serial):
                known[item.device] = SensorOfRun(run=spec.run, identity=identity)
    return known


def nothing_to_retry(retry: Retry) -> str:
    """Why a retry has nothing to do, in a sentence; empty if it has."""
    if retry.targets:
        return ""
    if retry.removed:
        gone = names(retry.removed)
        return f"What failed in run {retry.run} is no longer in the device list: {gone}."
    return f"No device of run {retry.run} is failed or unknown."


def limits_again(context: Context, retry: Retry, *, overridden: Collection[str] = ()) -> Limits:
    """The limits of the new run: those that were chosen for the earlier one, all others as they are now.

    Args:
        context: the settings of this call.
        retry: what is done again.
        overridden: settings that this call overrides, e.g. ``limits.jobs``.
    """
    before = retry.spec.settings.limits
    kept = {key: getattr(before, key) for key in SPREAD if f"limits.{key}" not in overridden}
    return structs.replace(context.settings.limits, **kept)


def package_again(context: Context, retry: Retry) -> Package:
    """The package of an update: the same bytes, where they were or from the shelf.

    Raises:
        PackageError: they cannot be had. Start no run then: the next retry would find no package in it.
    """
    package = retry.spec.package
    if package is None:
        raise PackageError(
            f"Run {retry.run} had no readable package.",
            advice="Start an update with the package.",
            code=Code.PACKAGE_UNREADABLE,
        )
    try:
        return _same_bytes(context, package)
    except PackageError as error:
        raise PackageError(
            error.message,
            advice=f"Put the file with SHA-256 {package.sha256[:12]}... back, or on the shelf with "
            f"'sicktui firmware add FILE', then use 'sicktui runs retry {retry.run}'.",
            code=Code.PACKAGE_UNREADABLE,
        ) from error


def _same_bytes(context: Context, package: Package) -> Package:
    try:
        verify_unchanged(package)
    except PackageError:
        entry = context.shelf.entry_of(package.sha256)
        if entry is None:
            raise
        return context.shelf.package(entry)
    return package


async def plan_retry(
    context: Context,
    retry: Retry,
    *,
    package: Package | None = None,
    overridden: Collection[str] = (),
    on_item: OnItem | None = None,
    on_restore: Callable[[RestorePlan], None] | None = None,
) -> RunSpec:
    """Plan the devices anew. Reads only; ``start_run`` starts the result.

    Args:
        context: the stores, settings and credentials.
        retry: what ``find_retry`` found.
        package: of an update, what ``package_again`` found.
        overridden: settings that this call overrides.
        on_item: called with each device as soon as its own part is known.
        on_restore: called with the plan of each restore, in the order of the targets.

    Raises:
        PackageError: the package of an update cannot be had any more.
        UsageError: the backup of a restore cannot be named any more.
    """
    old = retry.spec
    limits = limits_again(context, retry, overridden=overridden)
    match old.operation:
        case Operation.UPDATE:
            if package is None:
                package = await asyncio.to_thread(package_again, context, retry)
            items = await plan_update(
                context,
                retry.targets,
                package,
                old.options,
                on_item=on_item,
                wait_offline=limits.wait_offline,
            )
            spec = new_spec(
                context, old.operation, items, package=package, options=old.options, limits=limits
            )
        case Operation.BACKUP:
            items = await plan_backup(context, retry.targets, on_item=on_item)
            spec = new_spec(context, old.operation, items, limits=limits)
        case Operation.RESTORE:
            plans = await asyncio.gather(
                *(_restore(context, retry, target, on_item) for target in retry.targets)
            )
            if on_restore is not None:
                for plan in plans:
                    on_restore(plan)
            return restores_again(context, retry, plans, overridden=overridden)
    return structs.replace(spec, retry_of=retry.run)


def restores_again(
    context: Context, retry: Retry, plans: Sequence[RestorePlan], *, overridden: Collection[str] = ()
) -> RunSpec:
    """The run of these restores, for ``start_run``.

    Args:
        context: the settings.
        retry: what is done again.
        plans: what ``restore_again`` planned for its devices.
        overridden: settings that this call overrides.
    """
    spec = restores_spec(context, plans)
    limits = limits_again(context, retry, overridden=overridden)
    settings = structs.replace(spec.settings, limits=limits)
    return structs.replace(spec, settings=settings, backup=retry.spec.backup, retry_of=retry.run)


async def _restore(context: Context, retry: Retry, target: Target, on_item: OnItem | None) -> RestorePlan:
    plan = await restore_again(context, retry, target)
    if on_item is not None:
        on_item(plan.item)
    return plan


async def restore_again(context: Context, retry: Retry, target: Target) -> RestorePlan:
    """Plan one restore again, of the same bytes. A refused one keeps its order, for the next retry."""
    old, word = retry.spec, retry.backup_of(target.device)
    order = old.order_of(target.device)
    options = RestoreOptions(
        replace=order is not None and order.replace, force=order is not None and order.force
    )
    try:
        plan = await plan_restore(context, target, word, options)
    except SicktuiError as error:  # the backup is gone: no reason to keep the other devices from theirs
        return RestorePlan(item=plan_item(target, Refusal.of(error)), order=order)
    if order is None or plan.order is None or plan.order.sha256 == order.sha256:
        return structs.replace(plan, order=plan.order or order)
    changed = Refusal(
        Action.REFUSE,
        Code.BACKUP_UNUSABLE,
        f"The backup {order.name} has changed since run {old.run}.",
        "Check it with 'sicktui backups verify', then start a restore of the backup you want.",
    )
    item = plan_item(target, changed, identity=plan.item.identity)
    return RestorePlan(item=item, order=order, facts=plan.facts)
