"""Shows the runs of this PC and what became of each; follows, cancels, resumes or retries one."""

import asyncio
from collections.abc import Sequence
from typing import Final

from sicktui.engine.run.launch import open_items, resume_run
from sicktui.model.enums import Operation
from sicktui.model.run.plan import PlanItem, RunSpec
from sicktui.model.safe_text import clean
from sicktui.model.wording import count, names
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.flows.cancel import cancel_run
from sicktui.tui.flows.passwords.login import ensure_access
from sicktui.tui.flows.passwords.passphrase_unlock import ensure_passphrases
from sicktui.tui.flows.prune_runs import prune_old_runs
from sicktui.tui.flows.retry import retry_run
from sicktui.tui.flows.rollouts.follow import approve_rollout, cancel_rollout, show_rollout
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.run.timeline import TimelineScreen
from sicktui.tui.screens.run.verdicts import AfterRun, VerdictScreen
from sicktui.tui.screens.runs import RunAct, RunChoice, RunList


async def browse_runs(services: Services) -> None:
    """Show the list and carry out what is chosen."""
    choice: RunChoice | None = await services.ask(
        RunList(services.appearance, services.context, services.dashboard.elsewhere)
    )
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
        case RunAct.PRUNE:
            await prune_old_runs(services)
        case RunAct.ROLLOUT:
            await show_rollout(services, choice.run)
        case RunAct.APPROVE:
            await approve_rollout(services, choice.run)
        case RunAct.CANCEL_ROLLOUT:
            await cancel_rollout(services, choice.run)


async def show_verdicts(services: Services, run: str) -> None:
    """Show how a run ended, and retry or resume it where that is wanted."""
    wanted = await services.ask(VerdictScreen(services.appearance, services.context, run))
    if wanted is AfterRun.RETRY:
        await retry_run(services, run)
    elif wanted is AfterRun.RESUME:
        await _resume(services, run)


async def show_timeline(services: Services, run: str) -> None:
    """Show who did what when in a run."""
    await services.ask(TimelineScreen(services.appearance, services.context, run))


async def _resume(services: Services, run: str) -> None:
    try:
        journal = await services.context.opened_journal()
        spec = await asyncio.to_thread(journal.spec, run)
        items = await asyncio.to_thread(open_items, services.context, spec)
        if not await services.ask(_question(services, spec, items)):
            return
        targets = [item.target for item in items]
        why = "Resuming requires the password of each sensor."
        if targets and not await ensure_access(services, targets, why):
            return
        if not await ensure_passphrases(services, spec):
            return
        await services.work("Starting the run", resume_run(services.context, run), stops=False)
    finally:
        Passphrases(services.context.credentials).forget_tried()
    services.follow(run)
    services.notify(f"Run {run} resumed. Each sensor is checked first.")


_GOES_ON: Final = {
    Operation.UPDATE: "The update goes on. A sensor restarts and does not measure while it is updated.",
    Operation.RESTORE: "The restore goes on. It overwrites the parameters of the sensors.",
    Operation.BACKUP: "The backup goes on. Nothing on the sensors changes.",
}


def _question(services: Services, spec: RunSpec, items: Sequence[PlanItem]) -> Confirm:
    """Which sensors are written to."""
    which = names([clean(item.device, 40) for item in items], len(items))
    lines: list[Cell] = [
        (Span("Run ", Tone.DIM), Span(clean(spec.run), Tone.KEY)),
        cell(_GOES_ON[spec.operation]),
        (Span(f"{count(len(items), 'sensor')} without a verdict: ", Tone.DIM), Span(which or "none")),
        *([(Span("Package: ", Tone.DIM), Span(clean(spec.package.name)))] if spec.package else []),
        cell("Each sensor is checked first."),
    ]
    return Confirm(services.appearance, "Resume the run?", lines, yes="resume", no="back")
