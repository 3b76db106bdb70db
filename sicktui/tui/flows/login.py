"""Asks for passwords, tries them once, and keeps them; and forgets them."""

import asyncio
from collections.abc import Sequence

from sicktui.engine.access import check_login
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.text import clean
from sicktui.model.words import Code
from sicktui.tui.flows.keeping import group_of, keep
from sicktui.tui.flows.vault import held_in_vault, unlock_for, unlock_holding
from sicktui.tui.phrases import counted
from sicktui.tui.screens.confirm import Confirm
from sicktui.tui.screens.login import Login
from sicktui.tui.spans import Cell, cell
from sicktui.tui.stage import Stage


async def log_in(stage: Stage, devices: tuple[str, ...], why: str = "") -> bool:
    """Ask for the passwords of these devices, one by one or one for all.

    A password that a sensor refuses is not kept; it is tried once, since sensors lock.

    Returns:
        Whether the operator went through to the end.
    """
    waiting = stage.targets(devices)
    while waiting:
        group = group_of(stage, waiting)
        answer = await stage.ask(Login(stage.face, waiting, why=why, group=group))
        if answer is None:
            return False
        served = waiting if answer.for_all else waiting[:1]
        waiting = waiting[len(served) :]
        taken = await asyncio.gather(*(_is_taken(stage, target, answer.password) for target in served))
        refused = [target.device for target, good in zip(served, taken, strict=True) if not good]
        if refused:
            names = ", ".join(clean(name, 40) for name in refused[:4])
            stage.say(f"Wrong password, not kept: {names}. It was tried once.", "error")
        good = [target for target in served if target.device not in refused]
        if good:
            shared = group if answer.shared and not refused else None
            await keep(stage, good, answer.password, shared=shared)
    return True


async def ensure_passwords(stage: Stage, targets: Sequence[Target], why: str) -> bool:
    """Unlock the vault if it is needed, and ask for the passwords that nobody has told yet.

    Returns:
        ``False`` if the operator left.
    """
    await unlock_for(stage, targets, why)
    missing = [target.device for target in targets if not await _is_known(stage, target)]
    return await log_in(stage, tuple(missing), why) if missing else True


async def log_out(stage: Stage, devices: tuple[str, ...]) -> None:
    """Forget the passwords of these devices."""
    targets = stage.targets(devices)
    names: list[Cell] = [cell(f"  {clean(t.device)} ({clean(t.user)})") for t in targets[:12]]
    question = [cell(f"Forget the password of {counted(len(targets), 'device')}?"), *names]
    group = group_of(stage, targets)
    if group is not None:
        question.append(cell(f"  and what {group} shares, if it does"))
    if not await stage.ask(Confirm(stage.face, "Forget passwords?", question, yes="forget", no="keep")):
        return
    entries = [(target.device, target.user) for target in targets]
    if group is not None:
        entries += [(group, user) for user in dict.fromkeys(target.user for target in targets)]
    await unlock_holding(stage, entries)
    forget = stage.context.credentials.forget
    gone = [await asyncio.to_thread(forget, *entry) for entry in entries]
    stage.say(f"{counted(sum(gone), 'password')} forgotten.")
    if stuck := await asyncio.to_thread(held_in_vault, stage, entries):
        stage.say(f"Still in the vault, which was not unlocked: {', '.join(stuck)}.", "error")


async def _is_taken(stage: Stage, target: Target, password: str) -> bool:
    """Whether the sensor takes a password, or does not answer: it may do so later."""
    try:
        await check_login(stage.context, target, password)
    except SicktuiError as error:
        return error.code is not Code.ACCESS_DENIED
    return True


async def _is_known(stage: Stage, target: Target) -> bool:
    known = await asyncio.to_thread(stage.context.credentials.password, target.device, target.user)
    return known is not None
