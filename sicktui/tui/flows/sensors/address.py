"""Shows and sets a sensor's IPv4 address: reads, asks, checks, confirms, changes, shows the verdict."""

from typing import Final

from sicktui.engine.address.change import AddressChanged, change_address
from sicktui.engine.address.lan import Lan
from sicktui.engine.address.plan import AddressRequest, ChangePlan, plan_change
from sicktui.engine.address.read import Addressed, read_address
from sicktui.engine.address.this_pc import ThisPc
from sicktui.model.device import Target
from sicktui.model.enums import Verdict
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.sensors.address import (
    AddressForm,
    AddressProgress,
    OutsideForm,
    change_lines,
    unchanged_lines,
)

_TONES: Final = {Verdict.SUCCEEDED: Tone.GOOD, Verdict.FAILED: Tone.BAD, Verdict.UNKNOWN: Tone.WARN}


async def set_address(services: Services, device: str) -> None:
    """Show the address of a sensor, and set another one if that is asked for."""
    targets = services.targets((device,))
    if not targets:
        return
    [target] = targets
    lan = ThisPc(services.context)
    name = clean(device, 40)
    try:
        found = await services.work(
            f"Reading the address of {name}", read_address(services.context, target, lan)
        )
    except SicktuiError as error:
        services.notify(f"{name}: the address cannot be read. {error}", "error")
        return
    plan = await _planned(services, target, found, lan)
    if plan is None or not await _agreed(services, plan, device):
        return
    if not await ensure_access(services, [target], "Changing the address requires a password."):
        return
    await _change(services, target, plan, lan)


async def _planned(services: Services, target: Target, found: Addressed, lan: Lan) -> ChangePlan | None:
    """Ask until what is asked for is possible. ``None``: it was left."""
    request: AddressRequest | None = None
    problem = ""
    while True:
        asked = await services.ask(AddressForm(services.appearance, target.device, found, request, problem))
        if asked is None:
            return None
        request = asked
        try:
            return await services.work(
                "Reading the sensor, and whether the new address is free",
                plan_change(services.context, target, asked, lan),
            )
        except SicktuiError as error:
            problem = str(error)


async def _agreed(services: Services, plan: ChangePlan, device: str) -> bool:
    """Whether the operator agrees; an address that this PC may not reach must be typed."""
    if not plan.changes:
        lines = unchanged_lines(device)
        asked = Confirm(services.appearance, "Save the parameters?", lines, yes="save", no="cancel")
        return await services.ask(asked) is True
    lines = change_lines(plan, device, services.appearance.glyphs.warning)
    if plan.outside:
        return await services.ask(OutsideForm(services.appearance, plan.wanted.address, lines)) is True
    confirm = Confirm(services.appearance, "Change the address?", lines, yes="change", no="cancel")
    return await services.ask(confirm) is True


async def _change(services: Services, target: Target, plan: ChangePlan, lan: Lan) -> None:
    lines = [cell("Do not switch the sensor off.")]
    ended = await services.ask(
        AddressProgress(
            services.appearance,
            lines,
            lambda on_stage: change_address(services.context, target, plan, lan, on_stage=on_stage),
        )
    )
    if ended is None:
        return
    if ended.error is not None:
        raise ended.error
    done: AddressChanged = ended.result
    await services.reload_devices()
    services.reread_sensor(target.device)
    await services.ask(Notice(services.appearance, "Address", _lines(done)))


def _lines(done: AddressChanged) -> list[Cell]:
    lines: list[Cell] = [
        (
            Span(f"{clean(done.device, 40)}  ", Tone.KEY),
            Span(done.verdict.value, _TONES.get(done.verdict, Tone.DIM)),
        ),
        cell(clean(done.message, 800)),
    ]
    if done.advice:
        lines += [(), cell(clean(done.advice, 800), Tone.WARN)]
    return lines
