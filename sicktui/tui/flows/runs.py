"""Looks at the runs of this PC: shows one, or resumes one whose process is gone."""

import asyncio

from sicktui.engine.run.launch import resume_run
from sicktui.model.errors import SicktuiError
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.flows.cancel import cancel_run
from sicktui.tui.flows.login import ensure_access
from sicktui.tui.flows.passphrase_unlock import ensure_passphrases
from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.runs import RunAct, RunChoice, RunList


async def browse_runs(stage: Stage) -> None:
    """Show the list, then what was chosen."""
    choice: RunChoice | None = await stage.ask(RunList(stage.face, stage.context))
    if choice is None:
        return
    match choice.act:
        case RunAct.FOLLOW:
            stage.follow(choice.run)
        case RunAct.RESUME:
            await _resume(stage, choice.run)
        case RunAct.CANCEL:
            await cancel_run(stage, choice.run)


async def _resume(stage: Stage, run: str) -> None:
    try:
        spec = await asyncio.to_thread(stage.context.journal.spec, run)
        targets = [item.target for item in spec.items]
        if not await ensure_access(stage, targets, "To go on, the run needs the password of each sensor."):
            return
        if not await ensure_passphrases(stage, spec):
            return
        await resume_run(stage.context, run)
    except SicktuiError as error:
        stage.say(str(error), "error")
        return
    finally:
        Passphrases(stage.context.credentials).forget_tried()
    stage.follow(run)
    stage.say(f"Run {run} goes on. Each sensor is asked first how far it is.")
