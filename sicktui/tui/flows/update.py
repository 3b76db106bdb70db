"""Updates the firmware of sensors: package, passwords, plan, question, run."""

from collections.abc import Sequence

from msgspec import structs

from sicktui.engine.plan.spec import new_spec
from sicktui.model.device import Target
from sicktui.model.enums import Operation
from sicktui.model.firmware.package import Package
from sicktui.model.run.plan import PlanItem
from sicktui.model.wording import count
from sicktui.tui.flows.launch import launch
from sicktui.tui.flows.passwords.login import ensure_passwords, log_in_to, log_in_where_denied
from sicktui.tui.flows.passwords.passphrase_unlock import may_back_up
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.update.package import PackagePicker
from sicktui.tui.screens.update.plan import PlanScreen
from sicktui.tui.screens.update.plan_options import UpdateRequest


async def update(services: Services, devices: tuple[str, ...]) -> None:
    """Choose the package, review the plan, start the run."""
    package = await services.ask(PackagePicker(services.appearance, services.context))
    if package is None:
        return
    targets = services.targets(devices)
    # Without a password the plan refuses the device with that reason, so the dialog can be left.
    await ensure_passwords(services, targets, "An update requires the password of each sensor.")
    await review(services, targets, package, UpdateRequest.of(services.context.settings.limits))


async def review(
    services: Services,
    targets: Sequence[Target],
    package: Package,
    request: UpdateRequest,
    *,
    retry_of: str | None = None,
) -> None:
    """Review the plan of an update, start the run.

    Args:
        services: the main screen.
        targets: the devices.
        package: the package.
        request: the options to begin with.
        retry_of: the run whose failed devices these are.
    """
    asked: set[str] = set()

    async def ask_passwords(items: Sequence[PlanItem]) -> bool:
        return await log_in_where_denied(services, items, asked)

    while True:
        answer = await services.ask(
            PlanScreen(
                services.appearance, services.context, targets, package, request, ask_passwords=ask_passwords
            )
        )
        if answer is None:
            return
        request = answer.request
        if not answer.wants_login:
            break
        await log_in_to(services, [target for target in targets if target.device in answer.devices])
    if request.options.backup and not await may_back_up(services, targets):
        return
    spec = new_spec(
        services.context,
        Operation.UPDATE,
        answer.items,
        package=package,
        options=request.options,
        limits=request.limits(services.context.settings.limits),
    )
    spec = structs.replace(spec, retry_of=retry_of)
    if await launch(services, spec):
        started = f"Run {spec.run} started on {count(answer.going, 'sensor')}."
        services.notify(f"{started} It continues if you quit.")
