"""Plans an update: reads every sensor, writes to none, and gives every device a reason."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from msgspec import structs

from sicktui.engine.authentication import check_known
from sicktui.engine.context import Context
from sicktui.engine.no_password import no_password
from sicktui.engine.observe import connect, read_update_state
from sicktui.engine.update.rules import Refusal, judge_identity, judge_version
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Action, AuthScheme, Code, UpdateState
from sicktui.model.errors import SicktuiError
from sicktui.model.package import Package
from sicktui.model.plan import PlanItem, UpdateOptions
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import AccessDenied, DeviceError, ProtocolError
from sicktui.stores.disk.locks import Held, sensor_lock
from sicktui.stores.packages.inspect import PackageError
from sicktui.stores.packages.shelf import Shelf

MAX_READS_AT_ONCE: Final = 32
"""Sensors read side by side while planning; each still gets one request at a time."""


def expected_version(package: Package, options: UpdateOptions, shelf: Shelf) -> str | None:
    """The version that a sensor must report to have succeeded.

    ``--expect-version``, else the version in the package's name, else what the shelf recorded.
    """
    return options.expect_version or package.version or shelf.version_for(package.sha256)


async def plan_update(
    context: Context,
    targets: Sequence[Target],
    package: Package | PackageError,
    options: UpdateOptions,
    *,
    on_item: Callable[[PlanItem], None] | None = None,
) -> list[PlanItem]:
    """Give every target ``update``, ``skip`` or ``refuse``, and why.

    Args:
        context: the stores and settings.
        targets: the devices, each once.
        package: the package, or why it cannot be used (then no sensor is contacted).
        options: what the operator said.
        on_item: told of each device as soon as its own part is known. Duplicates are only known
            when all are read, so the returned list wins.
    """
    if isinstance(package, PackageError):
        refused = Refusal(
            Action.REFUSE, package.code or Code.PACKAGE_UNREADABLE, package.message, package.advice
        )
        items = [_item(target, refused) for target in targets]
    else:
        question = _Question(context, package, expected_version(package, options, context.shelf), options)
        gate = asyncio.Semaphore(MAX_READS_AT_ONCE)

        async def one(target: Target) -> PlanItem:
            async with gate:
                item = await _plan_device(question, target)
            if on_item is not None:
                on_item(item)
            return item

        items = list(await asyncio.gather(*(one(target) for target in targets)))
        return refuse_duplicates(items)
    for item in items:
        if on_item is not None:
            on_item(item)
    return items


class _Question(NamedTuple):
    """What is the same for every device of a plan."""

    context: Context
    package: Package
    expected: str | None
    options: UpdateOptions


async def _plan_device(question: _Question, target: Target) -> PlanItem:
    # In a thread: a keyring may take seconds to say that it does not work.
    password = await asyncio.to_thread(question.context.credentials.password, target.device, target.user)
    sensor = connect(question.context, target, password=password)
    try:
        item = await _read_and_judge(question, target, sensor, password)
        return structs.replace(item, auth=sensor.capabilities.auth)
    except SicktuiError as error:
        return _item(target, Refusal.of(error), to_version=question.expected)
    finally:
        await sensor.aclose()


async def _read_and_judge(
    question: _Question, target: Target, sensor: Sensor, password: str | None
) -> PlanItem:
    identity = await sensor.read.identity()
    state = await read_update_state(sensor)
    warnings: list[str] = []
    refusal = (
        judge_identity(target, identity)
        or _judge_state(question.context, target, identity, state)
        or judge_version(identity, question.package, question.expected, question.options)
        or await _judge_access(question.context, target, sensor, password, warnings)
    )
    if refusal is not None:
        return _item(target, refusal, identity=identity, to_version=question.expected, warnings=warnings)
    # Not in the run, where each request takes time from the update: a sensor that has a status now must
    # have a healthy one afterwards, though just after its boot it may say Not Found.
    status = None
    try:
        status = await sensor.read.device_status()
    except (DeviceError, ProtocolError) as error:
        warnings.append(f"Its health cannot be read now: {error.message}")
    warnings += _warnings(identity, question.expected, state)
    item = _item(target, None, identity=identity, to_version=question.expected, warnings=warnings)
    return structs.replace(item, device_status=status)


def _judge_state(
    context: Context, target: Target, identity: Identity, state: UpdateState | None
) -> Refusal | None:
    if state is None:
        return Refusal(
            Action.REFUSE,
            Code.NOT_SUPPORTED,
            f"This {identity.name} with firmware {identity.version} has no firmware update over its REST API "
            "(UpdateState is not found).",
            "Update it with the vendor's own tool for this family.",
        )
    if state is UpdateState.STARTED:
        return Refusal(
            Action.REFUSE,
            Code.BUSY,
            "An update is under way on this sensor already (UpdateState 1, Started).",
            "Wait until it has finished, and do not power-cycle the sensor meanwhile.",
        )
    try:
        sensor_lock(context.home, lock_key(target, identity)).check()
    except Held as held:
        return Refusal(Action.REFUSE, Code.BUSY, held.message, held.advice)
    return None


def lock_key(target: Target, identity: Identity | None) -> str:
    """What a sensor is locked by on this PC: its own key, else its address."""
    return (identity.key if identity else None) or f"address {target.address}"


async def _judge_access(
    context: Context, target: Target, sensor: Sensor, password: str | None, warnings: list[str]
) -> Refusal | None:
    """Whether the password works, tried once: sensors lock after wrong ones."""
    if password is None:
        return await no_password(context, target)
    scheme = await sensor.access.scheme()
    if scheme is AuthScheme.BASIC:
        warnings.append("It knows only Basic authentication: the password crosses the network in clear text.")
    try:
        proven = await check_known(context, target, sensor, password)
    except AccessDenied as error:
        return Refusal.of(error)
    if not proven:
        warnings.append("Its password cannot be tested without writing; a wrong one shows at the first step.")
    return None


def _warnings(identity: Identity, expected: str | None, state: UpdateState | None) -> list[str]:
    found = []
    if expected is None:
        found.append("Nobody knows which version this package brings, so the verdict can be at best unknown.")
    if identity.serial is None:
        known = f"its MAC address {identity.mac}" if identity.mac else "its name and address only"
        found.append(f"It tells no serial number and is known by {known}.")
    if state in (UpdateState.FINISHED, UpdateState.ERROR):
        found.append(f"UpdateState {state.value} ({state.label}) is left over from an earlier update.")
    return found


def _item(
    target: Target,
    refusal: Refusal | None,
    *,
    identity: Identity | None = None,
    to_version: str | None = None,
    warnings: Sequence[str] = (),
) -> PlanItem:
    if refusal is None:
        come_from = identity.version if identity else "?"
        message, advice = f"Update from {come_from} to {to_version or 'an unknown version'}.", ""
    else:
        message, advice = refusal.message, refusal.advice
    return PlanItem(
        target=target,
        action=refusal.action if refusal else Action.UPDATE,
        reason=refusal.code if refusal else None,
        message=" ".join([message, *warnings]),
        advice=advice,
        identity=identity,
        from_version=identity.version if identity else None,
        to_version=to_version,
        warnings=tuple(warnings),
    )


def refuse_duplicates(items: list[PlanItem]) -> list[PlanItem]:
    """Two devices with one serial number are refused until someone tells them apart."""
    keys = Counter(item.identity.key for item in items if item.identity and item.identity.key)
    return [
        _duplicate(item, items)
        if item.identity and item.identity.key and keys[item.identity.key] > 1
        else item
        for item in items
    ]


def _duplicate(item: PlanItem, items: list[PlanItem]) -> PlanItem:
    key = item.identity.key if item.identity else None
    others = [
        other.device if other.device == other.target.address else f"{other.device} ({other.target.address})"
        for other in items
        if other is not item and other.identity and other.identity.key == key
    ]
    return structs.replace(
        item,
        action=Action.REFUSE,
        reason=Code.DUPLICATE_DEVICE,
        message=f"The sensor answers with {key}, and so does {', '.join(others)}.",
        advice="Either both entries are the same sensor (remove one), or two sensors claim one serial number "
        "(check the addresses on site). Nothing is written until they can be told apart.",
    )
