"""The skeleton of every plan: read each sensor, write to none, and name the reason for a refusal."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from msgspec import structs

from sicktui.engine.authentication import check_known
from sicktui.engine.context import Context
from sicktui.engine.observe import connect, exchanged, read_update_state
from sicktui.engine.plan.interrupted import LeftOpen
from sicktui.engine.plan.refusal import Refusal
from sicktui.model.device import Identity, Target, bare_serial
from sicktui.model.enums import Action, AuthScheme, Code, UpdateState
from sicktui.model.errors import SicktuiError
from sicktui.model.network.address import parse_address
from sicktui.model.run.plan import PlanItem
from sicktui.sensor.api.login.owner import SensorOwner
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import AccessDenied, OtherSensor
from sicktui.stores.disk.home import Home
from sicktui.stores.disk.locks import Held, SensorLock
from sicktui.stores.secrets.pending import PendingPasswords

MAX_READS_AT_ONCE: Final = 128
"""Sensors read side by side; each still gets one request at a time. Many, so that silent ones hold up few."""


OnItem = Callable[[PlanItem], None]
"""Called with what is planned for one device."""
FLASHING: Final = Refusal(
    Action.REFUSE,
    Code.BUSY,
    "A firmware update is under way on this sensor (UpdateState 1, Started).",
    "Wait until it has finished, and do not power-cycle the sensor meanwhile.",
)


async def plan_each(
    targets: Sequence[Target],
    plan_one: Callable[[Target], Awaitable[PlanItem]],
    *,
    on_item: OnItem | None = None,
) -> list[PlanItem]:
    """Plan devices side by side, then refuse those that answer with one serial number.

    Args:
        targets: the devices, each once.
        plan_one: plans one device. Never raises for trouble with it.
        on_item: called with each device as soon as its own part is known.
    """
    gate = asyncio.Semaphore(MAX_READS_AT_ONCE)

    async def one(target: Target) -> PlanItem:
        async with gate:
            item = await plan_one(target)
        if on_item is not None:
            on_item(item)
        return item

    return refuse_duplicates(await asyncio.gather(*(one(target) for target in targets)))


@asynccontextmanager
async def reading(
    context: Context, target: Target, *, replaces: bool = False
) -> AsyncIterator[tuple[Sensor, str | None]]:
    """A connection to a sensor, and its password if one is known. Nothing is sent yet.

    Args:
        context: the settings, the credentials, and what is remembered of sensors.
        target: the device.
        replaces: the sensor replaces the one that the profile pins, so it may have another serial number.
    """
    # In a thread: a keyring may need seconds to fail.
    credentials = context.credentials
    pending = PendingPasswords(credentials)
    known = await asyncio.to_thread(pending.candidates, target.device, target.user)
    password, others = (known[0], known[1:]) if known else (None, ())
    serial = None if replaces else await asyncio.to_thread(credentials.serial_of, target.device, target.user)
    sensor = connect(
        context,
        target.unpinned if replaces else target,
        password=password,
        others=others,
        on_accepted=partial(pending.settle, target.device, target.user),
        owner=SensorOwner(serial=serial, stored=True) if serial else None,
    )
    try:
        yield sensor, password
    finally:
        await sensor.aclose()


def judge_identity(target: Target, identity: Identity) -> Refusal | None:
    """Refuse a sensor that is not the one the profile pins by serial number, or that a retry is for."""
    if target.serial is not None and not target.accepts(identity.serial):
        return Refusal.of(OtherSensor.at(target.address, identity.serial, target.serial))
    error = exchanged(target, identity)
    return Refusal.of(error) if error else None


async def change_warnings(context: Context, target: Target, identity: Identity) -> list[str]:
    """That another sensor answers than before, as a warning. Remembers the sensor.

    A profile that pins no serial number forbids no replacement; the operator should know of it all the same.

    Args:
        context: what is remembered of sensors.
        target: the device.
        identity: the sensor that answers, perhaps another one than the profile pins.
    """
    if not target.accepts(identity.serial):
        return []
    seen = await asyncio.to_thread(context.last_seen.note, target, identity)
    if seen is None or seen.earlier is None:
        return []
    return [f"Another sensor than before: {seen.earlier.words(identity.label)}."]


async def expected_identity(target: Target, sensor: Sensor) -> Identity:
    """Who answers, if it is the sensor that the profile pins.

    Raises:
        SicktuiError: it is another one.
        SensorError: it cannot be read.
    """
    identity = await sensor.read.identity()
    refusal = judge_identity(target, identity)
    if refusal is not None:
        raise SicktuiError(refusal.message, advice=refusal.advice, code=refusal.code)
    return identity


async def judge_state(
    context: Context, target: Target, identity: Identity, state: UpdateState | None, *, away: bool = False
) -> Refusal | None:
    """Refuse a sensor that is flashing, or that another process of this PC works on.

    Args:
        context: the stores.
        target: the device.
        identity: who answers.
        state: its ``UpdateState``; ``None`` where it has none.
        away: whether it goes away for what is planned: then no other one of its segment may be away.
    """
    if state is UpdateState.STARTED:
        return FLASHING
    try:
        await asyncio.to_thread(lock_of(context.home, target, identity).check)
        await asyncio.to_thread(partial(LeftOpen.of(context).refuse, target, identity, away=away))
    except Held as held:
        return Refusal(Action.REFUSE, Code.BUSY, held.message, held.advice)
    except SicktuiError as error:
        return Refusal(Action.REFUSE, error.code or Code.STORAGE_ERROR, error.message, error.advice)
    return None


async def refuse_flashing(sensor: Sensor) -> None:
    """Return unless a firmware update is under way on the sensor, also one of another PC. Before a first act.

    Raises:
        SicktuiError: one is (``busy``).
        SensorError: its state cannot be read.
    """
    if await read_update_state(sensor) is UpdateState.STARTED:
        raise SicktuiError(FLASHING.message, advice=FLASHING.advice, code=FLASHING.code)


def lock_of(home: Home, target: Target, identity: Identity | None, *, purpose: str = "") -> SensorLock:
    """The lock of one sensor: by its serial number or MAC address, else by its address.

    Args:
        home: the folders.
        target: the device.
        identity: who answers there, if that is known.
        purpose: what it is taken for, e.g. ``run 20261121-095427-k3f``.
    """
    address = parse_address(target.address, target.scheme)
    if identity is not None and identity.serial:
        key = f"serial {bare_serial(identity.serial)}"
    else:
        key = (identity.key if identity else None) or f"address {address.place}"
    return SensorLock(home, key, address, purpose=purpose)


async def judge_access(
    context: Context,
    target: Target,
    sensor: Sensor,
    password: str | None,
    warnings: list[str],
    *,
    exposed: str = "the password crosses",
    warn_untested: bool = False,
    opens: bool = False,
) -> Refusal | None:
    """Refuse a sensor whose password is unknown or wrong. It is tried once: sensors lock after wrong ones.

    Args:
        context: the credentials.
        target: the device.
        sensor: its connection.
        password: the password that is known for it.
        warnings: receives what does not refuse the sensor.
        exposed: which secrets cross the network in clear text with Basic, subject and verb.
        warn_untested: whether a password that cannot be tested deserves a warning.
        opens: whether a session is opened, for a run that follows at once.

    Raises:
        SensorError: the sensor cannot be asked.
    """
    if password is None:
        return await no_password(context, target)
    if await sensor.access.scheme() is AuthScheme.BASIC and not sensor.encrypted:
        warnings.append(f"Only Basic authentication is supported: {exposed} the network in clear text.")
    try:
        proven = await check_known(context, target, sensor, password, opens=opens)
    except AccessDenied as error:
        return Refusal.of(error)
    if warn_untested and not proven:
        warnings.append("The password cannot be tested without writing; a wrong one shows at the first step.")
    return None


async def no_password(context: Context, target: Target) -> Refusal:
    """Why no password is known (none was stored, or the vault is locked), and what to do."""
    # In a thread: a keyring may need seconds to fail.
    why, advice = await asyncio.to_thread(context.credentials.why_unknown, target.device, target.user)
    return Refusal(Action.REFUSE, Code.ACCESS_DENIED, why, advice)


def plan_item(
    target: Target,
    refusal: Refusal | None,
    *,
    message: str = "",
    identity: Identity | None = None,
    to_version: str | None = None,
    warnings: Sequence[str] = (),
) -> PlanItem:
    """One device's part of a plan: what is refused, or what will be done.

    Args:
        target: the device.
        refusal: why it must not, or need not, be worked on.
        message: what will be done, where there is no refusal.
        identity: who answers, where that is known.
        to_version: the version that is to be reached.
        warnings: what is logged when the run starts.
    """
    return PlanItem(
        target=target,
        action=refusal.action if refusal else Action.UPDATE,
        reason=refusal.code if refusal else None,
        message=refusal.message if refusal else message,
        advice=refusal.advice if refusal else "",
        identity=identity,
        from_version=identity.runs if identity else None,
        to_version=to_version,
        warnings=tuple(warnings),
    )


def refuse_duplicates(items: Sequence[PlanItem]) -> list[PlanItem]:
    """Refuse devices that answer with one serial number, until that is settled."""
    keys = Counter(item.identity.key for item in items if item.identity and item.identity.key)
    return [
        _duplicate(item, items)
        if item.identity and item.identity.key and keys[item.identity.key] > 1
        else item
        for item in items
    ]


def _duplicate(item: PlanItem, items: Sequence[PlanItem]) -> PlanItem:
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
        advice="Either both entries are the same sensor (remove one), or two sensors have the same serial "
        "number (check the addresses on site). Nothing is written until that is settled.",
    )
