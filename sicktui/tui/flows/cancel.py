"""Cancels a run."""

import asyncio

from sicktui.engine.run.follow import request_cancel
from sicktui.model.errors import SicktuiError
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
