"""Plans an update: reads every sensor, writes to none, and gives every device a reason."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

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
from sicktui.engine.update.approval import judge_approval, unapproved_words
from sicktui.engine.update.reboot_warnings import clock_note, reboot_warnings
from sicktui.engine.update.rules import (
    is_downgrade,
    judge_family,
    judge_hardware,
    judge_pin,
    judge_support,
    judge_version,
    may_have_new_frontend,
    warn_of_mixed_variants,
    warnings_of,
)
from sicktui.engine.update.versions import Versions
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Action, Code, UpdateState
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.package import Package
from sicktui.model.firmware.product import is_picoscan
from sicktui.model.run.plan import PlanItem, UpdateOptions, update_words
from sicktui.model.settings import Limits
from sicktui.model.wording import duration
from sicktui.sensor.api.variables import DEVICE_STATUS
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import DeviceError, ProtocolError
from sicktui.stores.packages.inspect import PackageError
from sicktui.stores.packages.shelf import Shelf, ShelfEntry


class Basis(NamedTuple):
    """What a package is judged by, as the shelf has it at this moment."""

    package: Package
    versions: Versions
    options: UpdateOptions
    models: tuple[str, ...]
    """The models that the package was fetched or approved for on the shelf."""
    named: bool
    """Whether a person has named them."""
    entry: ShelfEntry | None

    @classmethod
    def of(cls, package: Package, options: UpdateOptions, shelf: Shelf) -> "Basis":
        """Read it.

        Raises:
            StorageError: the shelf cannot be read.
        """
        entry = shelf.entry_of(package.sha256)
        models, named = (entry.models, entry.chosen) if entry else ((), False)
        return cls(package, Versions.of(package, options, shelf), options, models, named, entry)

    def judge_package(self, limits: Limits) -> Refusal | None:
        """Refuse a package that is not approved, where it must be."""
        return None if self.options.allow_unapproved else self._missing_approval(limits)

    def is_override(self, limits: Limits) -> bool:
        """Whether a person takes it although it is not approved and must be."""
        return self.options.allow_unapproved and self._missing_approval(limits) is not None

    def _missing_approval(self, limits: Limits) -> Refusal | None:
        return judge_approval(self.package, self.entry) if limits.require_approval else None


async def judge_sensor(
    basis: Basis,
    sensor: Sensor,
    target: Target,
    identity: Identity,
    state: UpdateState | None,
    *,
    judge_busy: Callable[[], Awaitable[Refusal | None]],
) -> Refusal | None:
    """Whether a sensor may get the package: for the plan, and by its run again right before the write.

    Args:
        basis: the package, and what is known of it.
        sensor: its connection.
        target: the device.
        identity: who answers now.
        state: its ``UpdateState``; ``None`` where it has none.
        judge_busy: whether somebody else works on it. A run holds the sensor itself.

    Raises:
        SensorError: it cannot be read.
    """
    return (
        judge_identity(target, identity)
        or judge_support(identity, state)
        or judge_family(identity, basis.package, basis.models, named=basis.named)
        or await judge_busy()
        or judge_version(identity, basis.package, basis.versions, basis.options)
        or judge_pin(target, basis.versions.expected, bulk=basis.options.bulk)
        or await _judge_hardware(sensor, identity, basis.versions.lowest)
    )


class _Request(NamedTuple):
    """What is the same for every device of a plan."""

    context: Context
    basis: Basis
    doubtful: str
    """What should be known of a package that came from a source and is not approved; else empty."""
    clock: str
    """What is wrong with the clock of this PC; empty if nothing is known."""
    at_once: bool
    """Whether the run follows without a question."""


async def plan_update(
    context: Context,
    targets: Sequence[Target],
    package: Package | PackageError,
    options: UpdateOptions,
    *,
    on_item: OnItem | None = None,
    wait_offline: float | None = None,
    at_once: bool = False,
) -> list[PlanItem]:
    """Decide for every target: ``update``, ``skip`` or ``refuse``, and why.

    Args:
        context: the stores and settings.
        targets: the devices, each once.
        package: the package, or why it cannot be used. No sensor is contacted then, nor if it is not approved
            and must be.
        options: what the operator chose.
        on_item: called with each device as soon as its own part is known. Duplicates are only known
            when all are read, so the returned list takes precedence.
        wait_offline: seconds for which the run waits for sensors that do not answer; ``None``: as in the
            settings.
        at_once: whether the run follows without a question: then the login of the plan serves it too.
    """
    bulk = options.bulk or len(targets) > 1 or context.settings.limits.keep_pins
    options = structs.replace(options, bulk=bulk)
    refused: Refusal | None
    if isinstance(package, PackageError):
        refused = Refusal(
            Action.REFUSE, package.code or Code.PACKAGE_UNREADABLE, package.message, package.advice
        )
    else:
        basis = await asyncio.to_thread(Basis.of, package, options, context.shelf)
        refused = basis.judge_package(context.settings.limits)
    if refused is not None or isinstance(package, PackageError):
        items = [plan_item(target, refused) for target in targets]
        if on_item is not None:
            for item in items:
                on_item(item)
        return items
    request = _Request(
        context, basis, unapproved_words(basis.entry), await asyncio.to_thread(clock_words, context), at_once
    )
    seconds = context.settings.limits.wait_offline if wait_offline is None else wait_offline
    plan_one = partial(_plan_or_wait, request, seconds)
    items = await plan_each(targets, plan_one, on_item=on_item)
    return items if basis.named else warn_of_mixed_variants(items)


async def _plan_or_wait(request: _Request, seconds: float, target: Target) -> PlanItem:
    """The plan of a device; one that does not answer is waited for, where that is wanted."""
    item = await _plan_device(request, target)
    if item.reason is not Code.UNREACHABLE or not seconds:
        return item
    credentials = request.context.credentials
    serial = await asyncio.to_thread(credentials.serial_of, target.device, target.user)
    # Its password is for one sensor: another one that answers by then does not get it.
    pinned = structs.replace(target, serial=target.serial or serial)
    words = f"Waits up to {duration(seconds)} for it to answer, and is judged then. {item.message}"
    return structs.replace(item, target=pinned, action=Action.UPDATE, message=words)


async def _plan_device(request: _Request, target: Target) -> PlanItem:
    async with reading(request.context, target) as (sensor, password):
        try:
            item = await _read_and_judge(request, target, sensor, password)
            return structs.replace(item, auth=sensor.capabilities.auth)
        except SicktuiError as error:
            return plan_item(target, Refusal.of(error), to_version=request.basis.versions.expected)


async def _read_and_judge(
    request: _Request, target: Target, sensor: Sensor, password: str | None
) -> PlanItem:
    context, basis = request.context, request.basis
    versions, expected = basis.versions, basis.versions.expected
    identity = await sensor.read.identity()
    state = await read_update_state(sensor)
    warnings: list[str] = []
    refusal = await judge_sensor(
        basis,
        sensor,
        target,
        identity,
        state,
        judge_busy=partial(judge_state, context, target, identity, state, away=True),
    ) or await judge_access(
        context, target, sensor, password, warnings, warn_untested=True, opens=request.at_once
    )
    status, note = None, ""
    if refusal is None:
        # Not in the run, where each request takes time from the update: a sensor that has a status now must
        # have a healthy one afterwards, though just after its boot it may report Not Found.
        try:
            status = await sensor.read.optional(DEVICE_STATUS)
        except (DeviceError, ProtocolError) as error:
            warnings.append(f"Its health cannot be read now: {error.message}")
        warnings += await change_warnings(context, target, identity)
        warnings += _warnings(request, identity, state)
        warnings += await reboot_warnings(sensor)
        # A run that follows at once logs it, while the sensor flashes and nothing waits.
        note = "" if request.at_once else await clock_note(sensor)
    item = plan_item(
        target,
        refusal,
        message=update_words(identity.runs, expected or ""),
        identity=identity,
        to_version=expected,
        warnings=warnings,
    )
    return structs.replace(
        item,
        message=" ".join(filter(None, [item.message, *warnings, note])),
        device_status=status,
        unapproved=item.may_go and basis.is_override(context.settings.limits),
        against_vendor=item.may_go and is_picoscan(identity) and is_downgrade(identity, versions.lowest),
    )


async def _judge_hardware(sensor: Sensor, identity: Identity, lowest: str | None) -> Refusal | None:
    codes = ("laserType", "sipmType") if may_have_new_frontend(identity, lowest) else ()
    # Their codes are not published: 0 counts as the first frontend.
    found = [await sensor.read.number(name) for name in codes]
    return judge_hardware(identity, lowest, new_frontend=any(found))


def _warnings(request: _Request, identity: Identity, state: UpdateState | None) -> list[str]:
    found = warnings_of(identity, request.basis.package, request.basis.versions, named=request.basis.named)
    found += [text for text in (identity.gaps, request.clock, request.doubtful) if text]
    if request.basis.versions.expected is None:
        found.append("The package's version is not known, so the verdict can be 'unknown' at best.")
    if identity.serial is None:
        known = f"its MAC address {identity.mac}" if identity.mac else "its name and address only"
        found.append(f"It reports no serial number and is identified by {known}.")
    if state in (UpdateState.FINISHED, UpdateState.ERROR):
        found.append(f"UpdateState {state.value} ({state.label}) is left over from an earlier update.")
    return found
