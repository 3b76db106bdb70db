"""Shows a rollout of the fleet; approves and cancels one."""

from sicktui.model.errors import SicktuiError
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.flows.services import Services
from sicktui.tui.rows.rollouts.rollout import approve_lines, cancel_lines
from sicktui.tui.screens.run.rollout import RolloutAct, RolloutScreen


async def show_rollout(services: Services, rollout: str) -> None:
    """Show a rollout until it is left."""
    elsewhere = services.dashboard.elsewhere
    while True:
        screen = RolloutScreen(services.appearance, services.context, elsewhere, rollout)
        match await services.ask(screen):
            case RolloutAct.APPROVE:
                await approve_rollout(services, rollout)
            case RolloutAct.CANCEL:
                await cancel_rollout(services, rollout)
            case _:
                return


async def approve_rollout(services: Services, rollout: str) -> None:
    """Ask, then let a rollout go on."""
    desk = services.dashboard.elsewhere.desk
    if desk is None:
        return
    try:
        record = await desk.ask(lambda found: found.record(rollout))
        question = Confirm(
            services.appearance,
            "Approve the rollout?",
            approve_lines(record),
            yes="approve the rollout",
            no="not yet",
        )
        if await services.ask(question):
            await desk.ask(lambda found: found.approve(rollout))
            services.notify(f"Rollout {rollout} goes on.")
    except SicktuiError as error:
        services.notify(str(error), "error")


async def cancel_rollout(services: Services, rollout: str) -> None:
    """Ask, then cancel a rollout on all PCs."""
    desk = services.dashboard.elsewhere.desk
    if desk is None:
        return
    try:
        record = await desk.ask(lambda found: found.record(rollout))
        question = Confirm(
            services.appearance,
            "Cancel the rollout?",
            cancel_lines(record),
            yes="cancel the rollout",
            no="keep it going",
        )
        if await services.ask(question):
            await desk.ask(lambda found: found.cancel(rollout))
            services.notify(f"Rollout {rollout} is being cancelled.")
    except SicktuiError as error:
        services.notify(str(error), "error")
