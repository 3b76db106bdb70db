"""Lets sensors blink, to find them on site."""

import asyncio
from collections.abc import Sequence
from typing import Final

from sicktui.engine.parameters import find_me as blink
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.text import clean
from sicktui.model.words import Code
from sicktui.tui.flows.login import ensure_access
from sicktui.tui.stage import Stage

SECONDS: Final = 10


async def find_me(stage: Stage, devices: tuple[str, ...]) -> None:
    """Let the devices blink; a password is asked for only where a sensor wants one."""
    targets = stage.targets(devices)
    failures = await _blink(stage, targets)
    closed = [target for target, error in failures if error.code is Code.ACCESS_DENIED]
    if closed and await ensure_access(stage, closed, "This sensor blinks only for a user that is logged in."):
        failures = [(t, e) for t, e in failures if t not in closed] + await _blink(stage, closed)
    failed = {target.device for target, _ in failures}
    names = ", ".join(clean(target.device, 40) for target in targets if target.device not in failed)
    if names:
        stage.say(f"Blinking for {SECONDS} s: {names}.")
    for target, error in failures:
        stage.say(f"{clean(target.device, 40)} does not blink: {error}", "error")


async def _blink(stage: Stage, targets: Sequence[Target]) -> list[tuple[Target, SicktuiError]]:
    """Let them blink side by side; which did not, and why."""

    async def one(target: Target) -> tuple[Target, SicktuiError] | None:
        try:
            await blink(stage.context, target, SECONDS)
        except SicktuiError as error:
            return target, error
        return None

    found = await asyncio.gather(*(one(target) for target in targets))
    return [each for each in found if each is not None]
