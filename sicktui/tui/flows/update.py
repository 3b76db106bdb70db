"""Updates the firmware of sensors: package, passwords, plan, question, run."""

from collections.abc import Sequence

from msgspec import structs

from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.launch import start_run
from sicktui.model.enums import Operation
from sicktui.model.errors import SicktuiError
from sicktui.model.plan import PlanItem
from sicktui.model.wording import count
from sicktui.tui.flows.login import ensure_passwords, log_in, log_in_where_denied
from sicktui.tui.flows.passphrase_unlock import may_back_up
from sicktui.tui.flows.services import Stage
from sicktui.tui.screens.package import PackagePicker
from sicktui.tui.screens.plan import PlanScreen
from sicktui.tui.screens.plan_options import UpdateRequest


async def update(stage: Stage, devices: tuple[str, ...]) -> None:
    """From the choice of the package to the run that goes on by itself."""
    package = await stage.ask(PackagePicker(stage.face, stage.context))
    if package is None:
        return
    targets = stage.targets(devices)
    # Without a password the plan refuses the device and says so: leaving the dialog is no dead end.
    await ensure_passwords(stage, targets, "An update needs the password of each sensor.")
    request = UpdateRequest.of(stage.context.settings.limits)
    asked: set[str] = set()

    async def ask_passwords(items: Sequence[PlanItem]) -> bool:
        return await log_in_where_denied(stage, items, asked)

    while True:
        answer = await stage.ask(
            PlanScreen(stage.face, stage.context, targets, package, request, ask_passwords=ask_passwords)
        )
        if answer is None:
            return
        request = answer.request
        if not answer.wants_login:
            break
        await log_in(stage, answer.devices)
    if request.options.backup and not await may_back_up(stage, targets):
        return
    spec = new_spec(stage.context, Operation.UPDATE, answer.items, package=package, options=request.options)
    limits = request.limits(spec.settings.limits)
    spec = structs.replace(spec, settings=structs.replace(spec.settings, limits=limits))
    try:
        run = await start_run(stage.context, spec)
    except SicktuiError as error:
        stage.say(str(error), "error")
        return
    stage.follow(run)
    stage.say(f"Run {run} has started on {count(answer.going, 'sensor')}. It goes on without this window.")
