"""Plans as documents: saved, read with suspicion, and compared with the world before they are executed."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.job.answered import was_silent
from sicktui.engine.plan.base import OnItem, plan_item
from sicktui.engine.plan.refusal import Refusal
from sicktui.engine.targets import choose
from sicktui.engine.update.plan import plan_update
from sicktui.model.clock import timestamp
from sicktui.model.device import Identity, Profile, Target, resolve, same_serial
from sicktui.model.enums import Action, Code
from sicktui.model.errors import UsageError
from sicktui.model.firmware.package import Package
from sicktui.model.run.document import FORMAT, KIND, PlanDocument, PlannedDevice
from sicktui.model.run.event import check_time
from sicktui.model.run.plan import PlanItem, UpdateOptions
from sicktui.model.safe_text import clean, clean_or_none
from sicktui.model.settings import Limits
from sicktui.stores.disk.files import display_path, is_regular
from sicktui.stores.disk.lock_owner import operator
from sicktui.stores.disk.sealed_json import SEAL, read_sealed, sealed, why_unusable
from sicktui.stores.packages.errors import PackageError
from sicktui.stores.packages.inspect import inspect_package

_PLAN_AGAIN = "Make a new plan for it."


def document_of(
    context: Context,
    items: Sequence[PlanItem],
    package: Package,
    options: UpdateOptions,
    *,
    limits: Limits | None = None,
) -> PlanDocument:
    """The plan as a document.

    Args:
        context: the settings.
        items: the plan.
        package: the package.
        options: what the operator chose.
        limits: how the run is to spread; by default as in the settings.
    """
    return PlanDocument(
        kind=KIND,
        format=FORMAT,
        created=timestamp(context.clock.now()),
        operator=operator(),
        package=package,
        options=options,
        limits=limits or context.settings.limits,
        devices=[_planned(item) for item in items],
    )


def _planned(item: PlanItem) -> PlannedDevice:
    identity = item.identity
    return PlannedDevice(
        device=item.device,
        address=item.target.address,
        ad_hoc=item.target.ad_hoc,
        action=item.action,
        reason=item.reason,
        message=clean(item.message, 10_000),
        advice=clean(item.advice, 10_000),
        model=_line(identity.device_type or identity.name) if identity else None,
        name=_line(identity.name) if identity else None,
        serial=_line(identity.serial) if identity else None,
        mac=_line(identity.mac) if identity else None,
        from_version=_line(item.from_version),
        to_version=_line(item.to_version),
        warnings=[clean(warning, 10_000) for warning in item.warnings],
    )


def _line(text: str | None) -> str | None:
    return clean_or_none(text, 300)


def written(document: PlanDocument) -> bytes:
    """The document as a file's bytes: JSON for people, with a hash over all of it."""
    return sealed(document)


def read_document(path: Path) -> PlanDocument:
    """The plan in a file, which may be anything.

    Raises:
        UsageError: it cannot be read, is not a plan, was changed since it was written, or makes no sense.
    """
    try:
        problem, document = _decoded(path)
    except (OSError, msgspec.DecodeError) as error:
        problem, document = why_unusable(error), None
    if document is None or problem:
        raise UsageError(
            f"The plan {display_path(path)} cannot be used: {problem}.",
            advice="Make it again with 'sicktui plan ... --output FILE'.",
        )
    return document


def _decoded(path: Path) -> tuple[str, PlanDocument | None]:
    """What is wrong with a document, and the document."""
    if not is_regular(path):
        return "it is not a regular file", None
    plain: dict[str, Any] = read_sealed(path, dict[str, Any])
    if plain.get("kind") != KIND or plain.pop(SEAL, None) is None:
        return "it is not a plan that 'sicktui plan --output' has written", None
    if plain.get("format") != FORMAT:
        return "it was written by another version of sicktui", None
    document = msgspec.convert(plain, PlanDocument)
    check_time(document.created)
    names = {each.device for each in document.devices}
    return ("" if len(names) == len(document.devices) else "it has a device twice"), document


def find_planned_package(
    context: Context, document: PlanDocument, path: Path | None
) -> Package | PackageError:
    """The package of a plan, its very bytes: where it was, on the shelf, or at another place.

    Args:
        context: the shelf.
        document: the plan.
        path: where it is now, if that is known.
    """
    planned = document.package
    try:
        found = inspect_package(path or Path(planned.path))
    except PackageError as error:
        entry = context.shelf.entry_of(planned.sha256)
        if entry is None:
            return error
        found = context.shelf.package(entry)
    if found.sha256 == planned.sha256:
        return found
    return PackageError(
        f"{found.name} is not the package of the plan: its SHA-256 begins with {found.sha256[:12]}, and that "
        f"of the plan with {clean(planned.sha256[:12])}.",
        advice="Put the package of the plan back, or make a new plan.",
        code=Code.PACKAGE_UNSUITABLE,
    )


def limits_of(context: Context, document: PlanDocument, *, overridden: Collection[str] = ()) -> Limits:
    """The limits of the run: those of the plan; politeness, approval, pins and what this call sets: as now.

    Args:
        context: the settings of this call.
        document: the plan.
        overridden: settings that this call overrides, e.g. ``limits.jobs``.
    """
    now = context.settings.limits
    ours = {"requests_per_second", "require_approval", "keep_pins"}
    ours |= {name.removeprefix("limits.") for name in overridden}
    kept = {name: getattr(now, name) for name in now.__struct_fields__ if name in ours}
    return structs.replace(document.limits, **kept)


async def plan_again(
    context: Context,
    document: PlanDocument,
    package: Package | PackageError,
    *,
    on_item: OnItem | None = None,
) -> list[PlanItem]:
    """Plan the devices of a document anew, and refuse those that no longer are what it was made for.

    Args:
        context: the stores, settings and credentials.
        document: the plan.
        package: what ``find_planned_package`` found.
        on_item: called with each device as soon as it is read and compared.
    """
    targets = targets_of(context, document)
    made = {planned.device: planned for planned in document.devices}

    def compared(item: PlanItem) -> None:
        if on_item is not None:
            on_item(fitting(made[item.device], item))

    fresh = await plan_update(context, list(targets.values()), package, document.options, on_item=compared)
    now = {item.device: item for item in fresh}
    return [
        fitting(planned, now[planned.device])
        if planned.device in now
        else plan_item(_as_planned(context, planned), _gone(planned))
        for planned in document.devices
    ]


def targets_of(context: Context, document: PlanDocument) -> dict[str, Target]:
    """The devices of a plan that the device list still has, or that were named by their address."""
    devices = context.devices()
    words = [each.device for each in document.devices if each.ad_hoc or each.device in devices.profiles]
    return {target.device: target for target in choose(words, devices, context.settings)}


def fitting(planned: PlannedDevice, item: PlanItem) -> PlanItem:
    """What is planned now, refused where it differs from the document. No I/O."""
    if (refusal := _unfit(planned, item)) is None:
        return item
    return structs.replace(
        plan_item(item.target, refusal, identity=item.identity, to_version=item.to_version), auth=item.auth
    )


def _unfit(planned: PlannedDevice, item: PlanItem) -> Refusal | None:
    if was_silent(item):
        why = f"It does not answer, so it cannot be compared with the plan. {item.message}"
        return Refusal(Action.REFUSE, Code.UNREACHABLE, why, "Check power, network and address first.")
    was_unread = planned.action is Action.UPDATE and planned.reason is Code.UNREACHABLE
    if planned.action is Action.UPDATE and item.action is Action.SKIP and not was_unread:
        # What another sensor runs is not what that of the plan runs.
        return _another(planned, item) if item.identity is not None else None
    if not item.may_go:
        return None
    if was_unread:
        why = "It did not answer when the plan was made, so the plan has nothing to compare it with."
        return Refusal(Action.REFUSE, Code.PLAN_OUTDATED, why, _PLAN_AGAIN)
    if planned.action is not Action.UPDATE:
        why = f"The plan does not update it: {clean(planned.message)}"
        return Refusal(Action.REFUSE, Code.PLAN_OUTDATED, why, _PLAN_AGAIN)
    if (another := _another(planned, item)) is not None:
        return another
    named = _line(item.identity.name) if item.identity else None
    if planned.name is not None and named != planned.name:
        why = f"It was {clean(planned.name)} when the plan was made, and is {named or '?'} now."
        return Refusal(Action.REFUSE, Code.MODEL_MISMATCH, why, _PLAN_AGAIN)
    before, now = planned.from_version, _line(item.from_version)
    if before != now:
        why = f"It ran {clean(before or '?')} when the plan was made, and runs {now} now."
        return Refusal(Action.REFUSE, Code.VERSION_MISMATCH, why, _PLAN_AGAIN)
    wanted, brought = planned.to_version, _line(item.to_version)
    if wanted != brought:
        why = f"The plan updates it to {clean(wanted or '?')}, and the package would bring {brought}."
        return Refusal(Action.REFUSE, Code.PLAN_OUTDATED, why, _PLAN_AGAIN)
    return None


def _another(planned: PlannedDevice, item: PlanItem) -> Refusal | None:
    identity = item.identity
    if identity is not None and _is_same(planned, item, identity):
        return None
    was = planned.serial or planned.mac or planned.address
    now = (identity.key if identity else None) or item.target.address
    why = f"Another sensor answers than the one of the plan: {now} instead of {clean(was)}."
    return Refusal(Action.REFUSE, Code.OTHER_DEVICE, why, _PLAN_AGAIN)


def _is_same(planned: PlannedDevice, item: PlanItem, identity: Identity) -> bool:
    """By the serial number; without one by the MAC address, and without both by the address."""
    if planned.serial is not None or identity.serial is not None:
        return bool(planned.serial and identity.serial and same_serial(planned.serial, identity.serial))
    if planned.mac is not None or identity.mac is not None:
        return planned.mac == _line(identity.mac)
    return planned.address == item.target.address


def _gone(planned: PlannedDevice) -> Refusal:
    return Refusal(
        Action.REFUSE,
        Code.PLAN_OUTDATED,
        f"{planned.device} is no longer in the device list.",
        "Add it again, or make a new plan.",
    )


def _as_planned(context: Context, planned: PlannedDevice) -> Target:
    settings = context.settings
    profile = Profile(name=planned.device, address=planned.address)
    return resolve(profile, settings.device, settings.timing)
