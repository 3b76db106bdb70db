"""Asks for passwords, tries them once, and keeps them; and forgets them."""

import asyncio
from collections.abc import Sequence

from sicktui.engine.access import check_login
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.text import clean
from sicktui.model.words import Code
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
        answer = await stage.ask(Login(stage.face, waiting, why=why))
        if answer is None:
            return False
        served = waiting if answer.for_all else waiting[:1]
        waiting = waiting[len(served) :]
        outcomes = await asyncio.gather(*(_try_and_keep(stage, target, answer.password) for target in served))
        refused = [target.device for target, store in zip(served, outcomes, strict=True) if store is None]
        if refused:
            names = ", ".join(clean(name, 40) for name in refused[:4])
            stage.say(f"Wrong password, not kept: {names}. It was tried once.", "error")
        stores = sorted({store for store in outcomes if store is not None})
        if stores:
            number = counted(len(served) - len(refused), "password")
            stage.say(f"{number} kept in: {', '.join(stores)}.")
    return True


async def ensure_passwords(stage: Stage, targets: Sequence[Target], why: str) -> bool:
    """Ask for the passwords that nobody has told yet; ``False`` if the operator left."""
    missing = [target.device for target in targets if not await _is_known(stage, target)]
    return await log_in(stage, tuple(missing), why) if missing else True


async def log_out(stage: Stage, devices: tuple[str, ...]) -> None:
    """Forget the passwords of these devices."""
    targets = stage.targets(devices)
    names: list[Cell] = [cell(f"  {clean(t.device)} ({clean(t.user)})") for t in targets[:12]]
    question = [cell(f"Forget the password of {counted(len(targets), 'device')}?"), *names]
    if not await stage.ask(Confirm(stage.face, "Forget passwords?", question, yes="forget", no="keep")):
        return
    forget = stage.context.credentials.forget
    gone = [await asyncio.to_thread(forget, target.device, target.user) for target in targets]
    stage.say(f"{counted(sum(gone), 'password')} forgotten.")


async def _try_and_keep(stage: Stage, target: Target, password: str) -> str | None:
    """The name of the store that keeps it; ``None`` if the sensor refused it."""
    try:
        await check_login(stage.context, target, password)
    except SicktuiError as error:
        if error.code is Code.ACCESS_DENIED:
            return None
        # A sensor that does not answer now may do so later: the password is kept untried.
    return await asyncio.to_thread(stage.context.credentials.remember, target.device, target.user, password)


async def _is_known(stage: Stage, target: Target) -> bool:
    known = await asyncio.to_thread(stage.context.credentials.password, target.device, target.user)
    return known is not None
