"""Shows a rollout of the fleet; approves and cancels one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sicktui.model.errors import SicktuiError
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.flows.services import Services
from sicktui.tui.rows.rollouts.rollout import approve_lines, cancel_lines
from sicktui.tui.screens.run.rollout import RolloutAct, RolloutScreen

if TYPE_CHECKING:
    from sicktui.fleet.desk import Desk, Record


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
    await _act(
        services,
        rollout,
        question=lambda record: Confirm(
            services.appearance,
            "Approve the rollout?",
            approve_lines(record),
            yes="approve the rollout",
            no="not yet",
        ),
        act=lambda desk: desk.approve(rollout),
        done=f"Rollout {rollout} goes on.",
    )


async def cancel_rollout(services: Services, rollout: str) -> None:
    """Ask, then cancel a rollout on all PCs."""
    await _act(
        services,
        rollout,
        question=lambda record: Confirm(
            services.appearance,
            "Cancel the rollout?",
            cancel_lines(record),
            yes="cancel the rollout",
            no="keep it going",
        ),
        act=lambda desk: desk.cancel(rollout),
        done=f"Rollout {rollout} is being cancelled.",
    )


async def _act(
    services: Services,
    rollout: str,
    *,
    question: "Callable[[Record], Confirm]",
    act: "Callable[[Desk], None]",
    done: str,
) -> None:
    """Read the rollout, ask the question about it, and act if it is confirmed."""
    desk = services.dashboard.elsewhere.desk
    if desk is None:
        return
    try:
        record = await desk.ask(lambda found: found.record(rollout))
        if await services.ask(question(record)):
            await desk.ask(act)
            services.notify(done)
    except SicktuiError as error:
        services.notify(str(error), "error")
