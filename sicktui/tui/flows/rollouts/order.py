"""Orders a rollout over PCs of the fleet: package, plan, question, then the rollout is shown.

Imported where there is a fleet. What is ordered, and how, is the same as with ``sicktui fleet run``.
"""

from msgspec import structs

from sicktui.fleet.database import DatabaseError
from sicktui.fleet.desk import OrderLost
from sicktui.fleet.drafts import Draft
from sicktui.model.enums import Operation
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.tui.flows.rollouts.follow import show_rollout
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.rollouts.options import RolloutRequest
from sicktui.tui.screens.rollouts.package import FleetPackagePicker
from sicktui.tui.screens.rollouts.plan import DraftAnswer, RolloutPlanScreen
from sicktui.tui.state.elsewhere import FleetDesk


async def order_rollout(services: Services, operation: Operation, devices: tuple[str, ...]) -> None:
    """Choose the package, review the plan, order the rollout, show it.

    Args:
        services: the main screen.
        operation: update or backup.
        devices: ``pc/device`` of each.
    """
    elsewhere, context = services.dashboard.elsewhere, services.context
    desk, package = elsewhere.desk, None
    if desk is None:
        return
    if operation is Operation.UPDATE:
        named = {device.partition("/")[0] for device in devices}
        pcs = [pc for pc in elsewhere.pcs if pc.name in named]
        package = await services.ask(FleetPackagePicker(services.appearance, context, pcs))
        if package is None:
            return
    request, lost = RolloutRequest.of(context.settings.limits), None
    while True:
        answer = await services.ask(
            RolloutPlanScreen(
                services.appearance,
                context,
                desk,
                devices=devices,
                operation=operation,
                package=package,
                request=request,
            )
        )
        if answer is None:
            return
        request = answer.request
        draft = _same(lost, answer) or answer.draft.renewed(context.clock.now())
        if await _order(services, desk, draft):
            break
        lost = draft
    await show_rollout(services, draft.spec.rollout)


async def _order(services: Services, desk: FleetDesk, draft: Draft) -> bool:
    """Order a rollout; returns whether that is certain."""
    rollout = draft.spec.rollout
    try:
        await services.work("Ordering the rollout", desk.ask(lambda found: found.order(draft)), stops=False)
    except SicktuiError as error:
        if isinstance(error, (DatabaseError, UsageError)) and not isinstance(error, OrderLost):
            words = f"The rollout was not ordered. {error}"
        else:
            again = "Confirm the same plan again: it is ordered once."
            words = f"{error.message} The rollout {rollout} may have been ordered. {again}"
        services.notify(words, "error")
    else:
        services.notify(f"Rollout {rollout} ordered for {draft.extent}. It continues if you quit.")
        return True
    return False


def _same(lost: Draft | None, answer: DraftAnswer) -> Draft | None:
    """The draft whose answer was lost, if the same was confirmed again: it may be a rollout already."""
    if lost is None:
        return None
    spec, again = lost.spec, answer.draft.spec
    same = structs.replace(again, rollout=spec.rollout, created=spec.created) == spec
    return lost if same else None
