"""Cancels a run, and continues one that waits for approval."""

import asyncio

from sicktui.engine.run.follow import request_cancel, request_continue
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Span, Tone, cell
from sicktui.tui.flows.services import Services


async def cancel_run(services: Services, run: str) -> None:
    """Ask, then cancel the run."""
    agreed = await services.ask(
        Confirm(
            services.appearance,
            "Cancel the run?",
            [
                (Span("Run "), Span(run, Tone.KEY)),
                (),
                cell("Sensors not yet written to stop at once."),
                cell("A sensor that is uploading or flashing is finished safely."),
            ],
            yes="cancel the run",
            no="keep it running",
        )
    )
    if not agreed:
        return
    try:
        await asyncio.to_thread(request_cancel, services.context, run)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return
    services.dashboard.cancelling.add(run)
    services.notify(f"Run {run} is being cancelled.")


async def continue_run(services: Services, run: str) -> None:
    """Ask, then approve the rest of the run."""
    view = services.dashboard.runs[run]
    done = [name for name, part in view.devices.items() if part.verdict is not None]
    rest = len(view.devices) - len(done)
    agreed = await services.ask(
        Confirm(
            services.appearance,
            "Continue the run?",
            [
                (Span("Run "), Span(run, Tone.KEY)),
                (),
                cell(f"{count(rest, 'sensor')} will follow. Firmware cannot be rolled back."),
                cell(f"Check those that are done first: {names([clean(name, 40) for name in done])}."),
            ],
            yes="continue the run",
            no="not yet",
        )
    )
    if not agreed:
        return
    try:
        await asyncio.to_thread(request_continue, services.context, run)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return
    services.notify(f"Run {run} goes on.")
