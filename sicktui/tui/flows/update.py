"""Updates the firmware of sensors: package, passwords, plan, question, run."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.update.document import find_planned_package, limits_of, read_document, targets_of
from sicktui.model.device import Target
from sicktui.model.enums import Operation
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.package import Package
from sicktui.model.run.document import PlanDocument
from sicktui.model.run.plan import PlanItem
from sicktui.model.wording import count
from sicktui.stores.packages.errors import PackageError
from sicktui.stores.packages.zip import PACKAGE_ENDINGS
from sicktui.tui.dialogs.fields import PathField
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import Tone, cell
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


async def execute_plan(services: Services) -> None:
    """Choose the file of a saved plan, compare each sensor with it, start the run."""
    context = services.context
    found = await _choose_plan(services)
    if found is None:
        return
    document, package = found
    targets = list((await asyncio.to_thread(targets_of, context, document)).values())
    await ensure_passwords(services, targets, "An update requires the password of each sensor.")
    request = UpdateRequest.of(limits_of(context, document), document.options)
    await review(services, targets, package, request, saved=document)


async def _choose_plan(services: Services) -> tuple[PlanDocument, Package] | None:
    """Ask for a plan's file, and for its package where that is elsewhere by now."""
    plan, package, problem = "", "", ""
    lines = [
        cell("A plan that was saved with w, or by 'sicktui plan ... --output FILE'."),
        cell("Each sensor is compared with it first; what differs is refused, device by device.", Tone.DIM),
    ]
    while True:
        fields = (
            PathField(
                name="plan",
                label="Plan",
                value=plan,
                hint="path of a .json file",
                endings=(".json",),
                required=True,
            ),
            PathField(
                name="package",
                label="Package",
                value=package,
                hint="only if it is at another place now",
                endings=PACKAGE_ENDINGS,
            ),
        )
        form = ValuesForm(
            services.appearance, "Execute a plan", lines, fields, problem=problem, submit="continue"
        )
        values = await services.ask(form)
        if values is None:
            return None
        plan, package = values["plan"], values["package"]
        where = values.path("package") if package else None
        try:
            return await services.work(
                "Reading the plan",
                asyncio.to_thread(_read_plan, services.context, values.path("plan"), where),
            )
        except SicktuiError as error:
            problem = str(error)


def _read_plan(context: Context, path: Path, where: Path | None) -> tuple[PlanDocument, Package]:
    """A saved plan and its package.

    Raises:
        SicktuiError: one of them cannot be used.
    """
    document = read_document(path)
    package = find_planned_package(context, document, where)
    if isinstance(package, PackageError):
        raise package
    return document, package


async def review(
    services: Services,
    targets: Sequence[Target],
    package: Package,
    request: UpdateRequest,
    *,
    retry_of: str | None = None,
    saved: PlanDocument | None = None,
) -> None:
    """Review the plan of an update, start the run.

    Args:
        services: the main screen.
        targets: the devices.
        package: the package.
        request: the options to begin with.
        retry_of: the run whose failed devices these are.
        saved: the plan that each sensor is compared with.
    """
    asked: set[str] = set()

    async def ask_passwords(items: Sequence[PlanItem]) -> bool:
        return await log_in_where_denied(services, items, asked)

    while True:
        answer = await services.ask(
            PlanScreen(
                services.appearance,
                services.context,
                targets,
                package,
                request,
                ask_passwords=ask_passwords,
                saved=saved,
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
