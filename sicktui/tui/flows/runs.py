"""Shows the runs of this PC and what became of each; follows, cancels, resumes or retries one."""

import asyncio

from sicktui.engine.run.launch import resume_run
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.flows.cancel import cancel_run
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.passwords.passphrase_unlock import ensure_passphrases
from sicktui.tui.flows.retry import retry_run
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.run.timeline import TimelineScreen
from sicktui.tui.screens.run.verdicts import AfterRun, VerdictScreen
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
        case RunAct.RETRY:
            await retry_run(services, choice.run)


async def show_verdicts(services: Services, run: str) -> None:
    """Show how a run ended, and retry it where that is wanted."""
    screen = VerdictScreen(services.appearance, services.context, run)
    if await services.ask(screen) is AfterRun.RETRY:
        await retry_run(services, run)


async def show_timeline(services: Services, run: str) -> None:
    """Show who did what when in a run."""
    await services.ask(TimelineScreen(services.appearance, services.context, run))


async def _resume(services: Services, run: str) -> None:
    try:
        spec = await asyncio.to_thread(services.context.journal.spec, run)
        targets = [item.target for item in spec.items]
        if not await ensure_access(services, targets, "Resuming requires the password of each sensor."):
            return
        if not await ensure_passphrases(services, spec):
            return
        await services.work("Starting the run", resume_run(services.context, run), stops=False)
    finally:
        Passphrases(services.context.credentials).forget_tried()
    services.follow(run)
    services.notify(f"Run {run} resumed. Each sensor is checked first.")
