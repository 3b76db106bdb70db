"""Cancels a run."""

import asyncio

from sicktui.engine.run.follow import request_cancel
from sicktui.model.errors import SicktuiError
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Span, Tone, cell
from sicktui.tui.flows.services import Stage


async def cancel_run(stage: Stage, run: str) -> None:
    """Ask, then tell the run to stop."""
    agreed = await stage.ask(
        Confirm(
            stage.face,
            "Cancel the run?",
            [
                (Span("Run "), Span(run, Tone.KEY)),
                (),
                cell("Sensors that nothing was written to yet stop at once."),
                cell("A sensor that is uploading or flashing is brought to a safe state first."),
            ],
            yes="cancel the run",
            no="let it go on",
        )
    )
    if not agreed:
        return
    try:
        await asyncio.to_thread(request_cancel, stage.context, run)
    except SicktuiError as error:
        stage.say(str(error), "error")
        return
    stage.board.cancelling.add(run)
    stage.say(f"Run {run} was told to stop.")
