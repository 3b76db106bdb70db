"""What ``sicktui update`` does: plan, ask, start, follow."""

import asyncio
from collections.abc import Sequence
from typing import Final

from msgspec import structs

from sicktui.cli.actions.updates.ordered import carry_out
from sicktui.cli.actions.updates.plan import UpdateArguments, find_package, make_plan, show_plan
from sicktui.cli.actions.updates.start import OnStarted, execute
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.engine.orders import Request
from sicktui.engine.plan.spec import new_spec
from sicktui.model.enums import Action, Operation
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.firmware.package import Package
from sicktui.model.run.order import Order
from sicktui.model.run.plan import DOWNGRADE_WORD, PlanItem
from sicktui.model.wording import count, names
from sicktui.stores.packages.errors import PackageError

PACKAGE: Final = "--package"
"""The argument of an order that is compared by the bytes it means, not by the word."""


def update(
    common: Common, request: UpdateArguments, *, detach: bool = False, order: Order | None = None
) -> int:
    """Update devices. Returns the contract's exit code."""
    with open_cli(common) as cli:
        if order is None:
            return update_in(cli, request, find_package(cli, request.package), detach=detach)
        found = _found(cli, request)
        asked = found.sha256 if isinstance(found, Package) else request.package
        given = Request(
            order=structs.replace(order, asked={**order.asked, PACKAGE: asked}),
            operation=Operation.UPDATE,
            unknown=frozenset() if isinstance(found, Package) else frozenset({PACKAGE}),
        )

        def begin(started: OnStarted) -> int:
            if isinstance(found, UsageError):
                raise found
            return update_in(cli, request, found, detach=detach, order=given.order, started=started)

        return carry_out(cli, given, begin, detach=detach)


def _found(cli: CliContext, request: UpdateArguments) -> Package | PackageError | UsageError:
    """The package of an order: it may be gone since the order was carried out."""
    try:
        return find_package(cli, request.package)
    except UsageError as error:
        return error


def update_in(
    cli: CliContext,
    request: UpdateArguments,
    package: Package | PackageError,
    *,
    detach: bool = False,
    order: Order | None = None,
    started: OnStarted = lambda: None,
) -> int:
    """Update devices in a context that is open already."""
    items = make_plan(cli, request, package)
    show_plan(cli, items, to_stderr=cli.common.json or detach)
    going = sum(item.may_go for item in items)
    if going and cli.declined(question(items, going), word=DOWNGRADE_WORD if ruled_out(items) else ""):
        return ExitCode.INTERRUPTED
    spec = new_spec(
        cli.context,
        Operation.UPDATE,
        items,
        package=package if isinstance(package, Package) else None,
        options=request.options(),
    )
    spec = structs.replace(spec, order=order)
    return asyncio.run(execute(cli, spec, detach=detach, started=started))


def question(items: Sequence[PlanItem], going: int) -> str:
    """The confirmation: ``Update 4 sensors (1 refused)?``."""
    refused = sum(item.action is Action.REFUSE for item in items)
    others = f" ({refused} refused)" if refused else ""
    against = ruled_out(items)
    warning = f" SICK rules out a downgrade of {names(against)}." if against else ""
    return f"Update {count(going, 'sensor')}{others}?{warning}"


def ruled_out(items: Sequence[PlanItem]) -> list[str]:
    """The devices whose downgrade the vendor rules out; each needs a typed confirmation."""
    return [item.device for item in items if item.against_vendor]
