"""Makes sensors blink, to find them on site."""

import asyncio
from collections.abc import Sequence
from typing import Final

from sicktui.engine.parameters.write import find_me as blink
from sicktui.model.device import Target
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.dialogs.fields import FormValues, TextField, whole_number
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import cell
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.services import Services

SECONDS: Final = 10
LONGEST: Final = 65535
"""Seconds (the API counts them in 16 bits)."""


async def find_me_for(services: Services, devices: tuple[str, ...]) -> None:
    """Ask how long, then make the devices blink."""

    def check(values: FormValues) -> str:
        text = values["seconds"]
        problem = whole_number(text, "Seconds", least=1)
        return problem or ("" if int(text) <= LONGEST else f"At most {LONGEST} seconds.")

    them = "it" if len(devices) == 1 else "them"
    lines = [cell(f"Makes {count(len(devices), 'sensor')} blink so that you can find {them} on site.")]
    field = TextField(name="seconds", label="Seconds", value="60")
    values = await services.ask(
        ValuesForm(services.appearance, "Blink", lines, [field], check=check, submit="blink")
    )
    if values is not None:
        await find_me(services, devices, int(values["seconds"]))


async def find_me(services: Services, devices: tuple[str, ...], seconds: int = SECONDS) -> None:
    """Make the devices blink; ask for a password only where a sensor requires one."""
    targets = services.targets(devices)
    words = f"Asking {count(len(targets), 'sensor')} to blink"
    failures = await services.work(words, _blink(services, targets, seconds))
    closed = [target for target, error in failures if error.code is Code.ACCESS_DENIED]
    if closed and await ensure_access(services, closed, "This sensor requires a login before it blinks."):
        failures = [(t, e) for t, e in failures if t not in closed] + await _blink(services, closed, seconds)
    failed = {target.device for target, _ in failures}
    names = ", ".join(clean(target.device, 40) for target in targets if target.device not in failed)
    if names:
        services.notify(f"Blinking for {seconds} s: {names}.")
    for target, error in failures:
        services.notify(f"{clean(target.device, 40)} does not blink: {error}", "error")


async def _blink(
    services: Services, targets: Sequence[Target], seconds: int
) -> list[tuple[Target, SicktuiError]]:
    """Make them blink in parallel; returns those that did not, and why."""

    async def one(target: Target) -> tuple[Target, SicktuiError] | None:
        try:
            await blink(services.context, target, seconds)
        except SicktuiError as error:
            return target, error
        return None

    found = await asyncio.gather(*(one(target) for target in targets))
    return [each for each in found if each is not None]
