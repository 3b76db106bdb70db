"""Asks for passwords, tries them once and stores them; and forgets them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from sicktui.engine.authentication import check_login, refused_in_a_row
from sicktui.engine.context import Context
from sicktui.model.device import Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.passwords.factory import FACTORY_WARNING, is_factory_password
from sicktui.model.run.plan import PlanItem
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names
from sicktui.sensor.errors import PasswordWithheld
from sicktui.stores.secrets.credentials import ALL_DEVICES
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell, cell
from sicktui.tui.flows.passwords.vault import ensure_place, held_in_vault, unlock_for, unlock_holding
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.passwords.login import Login, Password, is_last_try, lock_warning

DENIED: Final = "The sensor rejected the stored password. It was tried once."

_WRONG: Final = "It was tried once."
_NOT_TRIED: Final = "It was not tried."
_NOT_STORED: Final = {_WRONG: "Wrong password, not stored"}


class _Tried(Struct, frozen=True, kw_only=True):
    """What came of trying a password."""

    good: Sequence[Target]
    """The devices that it can be stored for."""
    unproven: Sequence[Target] = ()
    """Those of them whose sensor did not confirm it: it cannot be tested there, or the sensor is silent."""
    problem: str = ""
    """Why it cannot be stored for the others."""


Plan = Callable[[Context, Sequence[Target]], Awaitable[list[PlanItem]]]
"""Reads sensors and decides for each whether the operation can start."""


async def log_in(services: Services, devices: Sequence[str], why: str = "") -> bool:
    """Ask for the passwords of these devices, as ``log_in_to``."""
    return await log_in_to(services, services.targets(tuple(devices)), why)


async def log_in_to(
    services: Services, targets: Sequence[Target], why: str = "", *, replaces: bool = False
) -> bool:
    """Ask for passwords, one by one or one for all.

    A password that a sensor rejects is not stored; it is tried only once, because sensors lock.

    Args:
        services: the main screen.
        targets: the devices. One that pins a sensor, or is for the one of an earlier run, gets no password
            tried on another one.
        why: what the passwords are needed for.
        replaces: the sensor replaces the one that the profile pins.

    Returns:
        ``False`` if the operator left.
    """
    waiting, problem = list(targets), ""
    while waiting:
        group = group_of(services, waiting)
        refused = await asyncio.to_thread(refused_in_a_row, services.context, waiting[0])
        asked = Login(
            services.appearance, waiting, why=why, group=group, problem=problem, refused=refused.count
        )
        answer = await services.ask(asked)
        if answer is None:
            return False
        served = waiting if answer.for_all else waiting[:1]
        tried = await _accepting(services, served, answer, replaces=replaces)
        good, problem = tried.good, tried.problem
        if good:
            shared = group if answer.shared and not problem else None
            await _store_password(services, tried, answer.password, shared=shared)
        waiting = [target for target in waiting if target not in good]
    return True


async def _accepting(
    services: Services, served: Sequence[Target], answer: Password, *, replaces: bool
) -> _Tried:
    """Try a password: on the first sensor, and only if that does not reject it on the others."""
    if not answer.test:
        return _Tried(good=served)
    good: list[Target] = []
    unproven: list[Target] = []
    problems: dict[str, str] = {}
    for part in (served[:1], served[1:]):
        found = await services.work(
            f"Trying the password on {count(len(part), 'sensor')}",
            asyncio.gather(
                *(
                    _problem(services, target, answer.password, replaces=replaces, risk=answer.risk)
                    for target in part
                )
            ),
        )
        for target, why_not in zip(part, found, strict=True):
            if why_not:
                problems[target.device] = why_not
                continue
            good.append(target)
            if why_not is None:
                unproven.append(target)
        if problems:
            break
    problem = await _why_not_stored(services, served, problems)
    return _Tried(good=good, unproven=unproven, problem=problem)


async def _why_not_stored(services: Services, served: Sequence[Target], problems: Mapping[str, str]) -> str:
    """What is shown beside the field: the reason, and how near the lock of a sensor is."""
    if not problems:
        return ""
    why_not = next(iter(problems.values()))
    names = ", ".join(clean(name, 40) for name in list(problems)[:4])
    words = f"{_NOT_STORED.get(why_not, 'Not stored')}: {names}. {why_not}"
    first = next(target for target in served if target.device in problems)
    refused = await asyncio.to_thread(refused_in_a_row, services.context, first)
    return f"{words} {lock_warning(clean(first.device, 40), refused.count)}".strip()


async def ensure_passwords(services: Services, targets: Sequence[Target], why: str) -> bool:
    """Unlock the vault if needed, and ask for the missing passwords.

    Returns:
        ``False`` if the operator left.
    """
    await unlock_for(services, targets, why)
    missing = [target for target in targets if not await _is_known(services, target)]
    return await log_in_to(services, missing, why) if missing else True


async def ensure_access(
    services: Services, targets: Sequence[Target], why: str, *, replaces: bool = False
) -> bool:
    """As ``ensure_passwords``, and try each known password once on its sensor.

    Args:
        services: the main screen.
        targets: the devices.
        why: what the passwords are needed for.
        replaces: the sensor replaces the one that the profile pins.

    Returns:
        ``False`` if the operator left.
    """
    if not await ensure_passwords(services, targets, why):
        return False
    denying = await services.work(
        f"Logging in to {count(len(targets), 'sensor')}",
        asyncio.gather(*(_denies(services, target, replaces=replaces) for target in targets)),
    )
    denied = [target for target, denies in zip(targets, denying, strict=True) if denies]
    return await log_in_to(services, denied, DENIED, replaces=replaces) if denied else True


async def log_in_where_denied(services: Services, items: Sequence[PlanItem], asked: set[str]) -> bool:
    """Ask for the passwords of sensors that rejected the known one in a plan; once per device.

    Args:
        services: the main screen.
        items: the plan.
        asked: the devices asked for before; extended here.

    Returns:
        Whether planning again may change the plan.
    """
    denied = [
        item.target
        for item in items
        if item.reason is Code.ACCESS_DENIED
        and item.device not in asked
        and await _was_refused(services, item.target)
    ]
    if not denied:
        return False
    asked.update(target.device for target in denied)
    await log_in_to(services, denied, DENIED)
    return not all([await _was_refused(services, target) for target in denied])


async def planned(services: Services, targets: Sequence[Target], plan: Plan) -> list[PlanItem]:
    """A plan; sensors that rejected a password are planned again after a login."""
    words = f"Reading {count(len(targets), 'sensor')}"
    items = await services.work(words, plan(services.context, targets))
    asked: set[str] = set()
    if not await log_in_where_denied(services, items, asked):
        return items
    again = await services.work(
        words, plan(services.context, [target for target in targets if target.device in asked])
    )
    found = {item.device: item for item in again}
    return [found.get(item.device, item) for item in items]


async def log_out(services: Services, devices: tuple[str, ...]) -> None:
    """Forget the passwords of these devices."""
    targets = services.targets(devices)
    names: list[Cell] = [cell(f"  {clean(t.device)} ({clean(t.user)})") for t in targets[:12]]
    question = [cell(f"Forget the password of {count(len(targets), 'device')}?"), *names]
    group = group_of(services, targets)
    if group is not None:
        question.append(cell(f"  and the shared password of {group}, if there is one"))
    if not await services.ask(
        Confirm(services.appearance, "Forget passwords?", question, yes="forget", no="keep")
    ):
        return
    entries = [(target.device, target.user) for target in targets]
    if group is not None:
        entries += [(group, user) for user in dict.fromkeys(target.user for target in targets)]
    await unlock_holding(services, entries)
    forget = services.context.credentials.forget
    gone = [await asyncio.to_thread(forget, *entry) for entry in entries]
    services.notify(f"{count(sum(gone), 'password')} forgotten.")
    if stuck := await asyncio.to_thread(held_in_vault, services, entries):
        services.notify(
            f"Still in the vault, which is locked: {', '.join(stuck)}. They are not used any more, and "
            "deleted when it is next unlocked.",
            "error",
        )


async def _problem(
    services: Services, target: Target, password: str, *, replaces: bool, risk: bool = True
) -> str | None:
    """Why a password cannot be stored for a sensor.

    Args:
        services: the main screen.
        target: the device.
        password: the password.
        replaces: the sensor replaces the one that the profile pins.
        risk: try it also if a wrong one would lock the sensor.

    Returns:
        Empty: the sensor accepts it. ``None``: it can be stored, but the sensor did not confirm it.
    """
    refused = await asyncio.to_thread(refused_in_a_row, services.context, target)
    if not risk and is_last_try(refused.count):
        return _NOT_TRIED
    try:
        check = await check_login(services.context, target.unpinned if replaces else target, password)
    except SicktuiError as error:
        if error.code is Code.ACCESS_DENIED:
            withheld = isinstance(error, PasswordWithheld)
            return str(error) if withheld else _WRONG
        return str(error) if error.code is Code.OTHER_DEVICE else None
    return "" if check.proven else None


async def _denies(services: Services, target: Target, *, replaces: bool) -> bool:
    """Whether the sensor rejects the known password; one it rejected before is not tried again."""
    if not await _was_refused(services, target):
        known = services.context.credentials.password
        password = await asyncio.to_thread(known, target.device, target.user)
        if password is not None:
            await _problem(services, target, password, replaces=replaces)
    return await _was_refused(services, target)


async def _was_refused(services: Services, target: Target) -> bool:
    credentials = services.context.credentials
    password = await asyncio.to_thread(credentials.password, target.device, target.user)
    return password is not None and credentials.was_refused(target.device, target.user, password)


async def _is_known(services: Services, target: Target) -> bool:
    known = await asyncio.to_thread(services.context.credentials.password, target.device, target.user)
    return known is not None


async def _store_password(services: Services, tried: _Tried, password: str, *, shared: str | None) -> None:
    """Store a password for each device, or once for their group.

    Args:
        services: the main screen.
        tried: the devices, at least one, whose sensors did not reject it.
        password: the password.
        shared: their group, if the password is stored once for it.
    """
    targets = tried.good
    hint = await ensure_place(services)
    stores = await asyncio.to_thread(_remember, services, targets, password, shared)
    what = f"The password of {shared}" if shared else count(len(targets), "password")
    untested = names([clean(target.device, 40) for target in tried.unproven])
    not_tested = f" Not tested: {untested}." if untested else ""
    services.notify(f"{what} stored in: {', '.join(sorted(stores))}.{not_tested}")
    # Into the log: long notes would cover what the operator wants to read next.
    if hint:
        services.warn(hint)
    if is_factory_password(password):
        who = shared or names([clean(target.device, 40) for target in targets])
        services.warn(f"{who}: {FACTORY_WARNING[0].lower()}{FACTORY_WARNING[1:]}")
    await services.refresh_stores()


def _remember(services: Services, targets: Sequence[Target], password: str, shared: str | None) -> set[str]:
    credentials = services.context.credentials
    if shared is None:
        return {credentials.remember(target.device, target.user, password) for target in targets}
    for target in targets:
        # The device's own password would take precedence over the shared one.
        credentials.forget(target.device, target.user)
    return {credentials.share(shared, user, password) for user in {target.user for target in targets}}


def group_of(services: Services, targets: Sequence[Target]) -> str | None:
    """The group with exactly these devices; ``None`` if there is none."""
    members = {target.device for target in targets}
    profiles = services.profiles()
    tags = dict.fromkeys(tag for name in members if name in profiles for tag in profiles[name].tags)
    for tag in tags:
        if {name for name, profile in profiles.items() if tag in profile.tags} == members:
            return f"@{tag}"
    return ALL_DEVICES if len(members) > 1 and members == set(profiles) else None
