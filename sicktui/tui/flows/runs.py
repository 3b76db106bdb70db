"""Shows the runs of this PC; follows, cancels or resumes one."""

import asyncio

from sicktui.engine.run.launch import resume_run
from sicktui.model.errors import SicktuiError
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.flows.cancel import cancel_run
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.passwords.passphrase_unlock import ensure_passphrases
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.runs import RunAct, RunChoice, RunList


async def browse_runs(services: Services) -> None:
    """Show the list and carry out what is chosen."""
    choice: RunChoice | None = await services.ask(RunList(services.appearance, services.context))
    if choice is None:
        return
    match choice.act:
        case RunAct.FOLLOW:
            services.follow(choice.run)
        case RunAct.RESUME:
            await _resume(services, choice.run)
        case RunAct.CANCEL:
            await cancel_run(services, choice.run)


async def _resume(services: Services, run: str) -> None:
    try:
        spec = await asyncio.to_thread(services.context.journal.spec, run)
        targets = [item.target for item in spec.items]
        if not await ensure_access(services, targets, "Resuming requires the password of each sensor."):
            return
        if not await ensure_passphrases(services, spec):
            return
        await resume_run(services.context, run)
    except SicktuiError as error:
        services.notify(str(error), "error")
        return
    finally:
        Passphrases(services.context.credentials).forget_tried()
    services.follow(run)
    services.notify(f"Run {run} resumed. Each sensor is checked first.")
