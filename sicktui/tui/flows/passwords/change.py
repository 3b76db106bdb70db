"""Changes the passwords of sensors."""

from collections.abc import Sequence
from typing import Final

from sicktui.engine.password_change import Changed
from sicktui.engine.password_change import change_passwords as change
from sicktui.model.enums import Verdict
from sicktui.model.safe_text import clean
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.passwords.vault import ensure_place
from sicktui.tui.flows.progress import run_with_progress
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.passwords.change import change_form

_TONES: Final = {Verdict.SUCCEEDED: Tone.GOOD, Verdict.FAILED: Tone.BAD, Verdict.UNKNOWN: Tone.WARN}


async def change_passwords(services: Services, devices: tuple[str, ...]) -> None:
    """Ask for the new password, change it on each sensor, and show what became of each."""
    targets = services.targets(devices)
    if not await ensure_access(services, targets, "The present password is needed to change it."):
        return
    hint = await ensure_place(services)
    if hint:
        services.notify(hint, "error")
        return
    typed = await services.ask(change_form(services.appearance, targets))
    if typed is None:
        return
    new = None if typed.checked("generate") else typed["new"]
    lines = [cell("Each is stored, sent and confirmed. Do not switch the sensors off.")]
    done = await run_with_progress(
        services,
        "Changing passwords",
        lines,
        lambda: change(services.context, targets, new),
        stops=False,
    )
    await services.refresh_stores()
    await services.ask(Notice(services.appearance, "Passwords", _lines(done)))


def _lines(done: Sequence[Changed]) -> list[Cell]:
    lines: list[Cell] = []
    for changed in done:
        where = f" Stored in {changed.stored}." if changed.stored else ""
        tone = _TONES.get(changed.verdict, Tone.DIM)
        lines.append(
            (
                Span(f"{clean(changed.device, 40)}  ", Tone.KEY),
                Span(changed.verdict.value, tone),
                Span(f"  {clean(changed.message, 400)}{where}"),
            )
        )
        if changed.advice:
            lines.append(cell(f"  {clean(changed.advice, 400)}", Tone.DIM))
    return lines
