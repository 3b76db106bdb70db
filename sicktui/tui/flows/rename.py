"""Renames a sensor in place: reads its LocationName, asks, writes, reads back."""

from sicktui.engine.parameters.compare import shown
from sicktui.engine.parameters.write import LOCATION, WritePlan, plan_write, write_parameter
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.sensor.errors import OutcomeUnknown
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.login import ensure_access
from sicktui.tui.flows.parameters import saved_words
from sicktui.tui.flows.progress import run_with_progress
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.rename import NewName, RenameForm


async def rename(services: Services, device: str) -> None:
    """Change the name that a sensor has of its own."""
    targets = services.targets((device,))
    if not targets or not await ensure_access(services, targets, "To rename it, its password is needed."):
        return
    [target] = targets
    name = clean(device, 40)
    try:
        present = await run_with_progress(
            services,
            "Reading LocationName",
            [cell(f"{name} is asked.")],
            lambda: plan_write(services.context, target, LOCATION, ""),
        )
    except SicktuiError as error:
        services.notify(f"{name} cannot be renamed: {error}", "error")
        return
    wanted = await services.ask(RenameForm(services.appearance, device, present))
    if wanted is None:
        return
    if wanted.name == present.old:
        services.notify(f"{name} is called {shown(present.old)} already; nothing was written.")
        return
    lines = _question(target, present, wanted)
    if await services.ask(
        Confirm(services.appearance, "Rename the sensor?", lines, yes="rename", no="leave it")
    ):
        await _write(services, target, wanted)


def _question(target: Target, present: WritePlan, wanted: NewName) -> list[Cell]:
    serial = present.identity.label or "not told"
    saved = (
        "It is saved, and survives a power cycle."
        if wanted.save
        else "It is NOT saved: a power cycle may lose it."
    )
    return [
        (Span(clean(target.device, 40), Tone.KEY), Span(f"  serial number {serial}", Tone.DIM)),
        (),
        (Span("LocationName from  ", Tone.DIM), Span(shown(present.old))),
        (Span("               to  ", Tone.DIM), Span(shown(wanted.name), Tone.KEY)),
        (),
        cell(saved, Tone.PLAIN if wanted.save else Tone.WARN),
    ]


async def _write(services: Services, target: Target, wanted: NewName) -> None:
    name = clean(target.device, 40)
    try:
        written = await run_with_progress(
            services,
            "Writing LocationName",
            [cell(f"{name} is written to, and read back.")],
            lambda: write_parameter(services.context, target, LOCATION, wanted.name, persist=wanted.save),
            stops=False,
        )
    except OutcomeUnknown as error:
        services.notify(f"{name}: nobody knows whether it was renamed. {error} Read its name again.", "error")
    except SicktuiError as error:
        services.notify(f"{name} was not renamed: {error}", "error")
    else:
        services.notify(
            f"{name}: {written} {saved_words(written)}".strip(),
            "warning" if written.persisted is False else "information",
        )
    services.reread_sensor(target.device)
