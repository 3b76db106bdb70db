"""What ``sicktui update`` does: plan, ask, start, follow."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from msgspec import structs

from sicktui.cli.actions.updates.ordered import carry_out
from sicktui.cli.actions.updates.plan import (
    UpdateArguments,
    find_package,
    make_plan,
    make_plan_again,
    show_plan,
)
from sicktui.cli.actions.updates.start import OnStarted, execute
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.files import given_file
from sicktui.cli.options import Common
from sicktui.engine.orders import OrderRequest
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.update.document import find_planned_package, limits_of, read_document, written
from sicktui.model.enums import Action, Code, Operation
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.firmware.package import Package
from sicktui.model.run.order import Order
from sicktui.model.run.plan import PlanItem, UpdateOptions, word_to_type
from sicktui.model.safe_text import clean
from sicktui.model.settings import Limits
from sicktui.model.spread.pace import check_limits
from sicktui.model.wording import count, moment, names
from sicktui.stores.disk.files import expand_path
from sicktui.stores.packages.errors import PackageError

PACKAGE: Final = "--package"
PLAN: Final = "--plan"
"""Arguments of an order that are compared by the bytes that they mean, not by the word."""


class _Asked(NamedTuple):
    """What a call asks for: an update of named devices, or a plan that was saved."""

    identity: dict[str, str]
    """The files that it names, by their bytes: what an order is compared by."""
    package: Package | PackageError
    options: UpdateOptions
    limits: Limits | None
    """Those of a saved plan; ``None``: those of the settings."""
    plan: Callable[[], list[PlanItem]]
    """Reads the sensors."""


def update(
    common: Common,
    request: UpdateArguments,
    *,
    detach: bool = False,
    order: Order | None = None,
    plan_file: str | None = None,
) -> int:
    """Update devices. Returns the contract's exit code."""
    with open_cli(common) as cli:
        asked = _asked(cli, request, plan_file, order)
        files = {PLAN, PACKAGE} if plan_file is not None else {PACKAGE}
        given = order
        if order is not None and isinstance(asked, _Asked):
            given = structs.replace(order, asked={**order.asked, **asked.identity})

        def begin(started: OnStarted) -> int:
            if isinstance(asked, UsageError):
                raise asked
            return _start(cli, asked, detach=detach, order=given, started=started)

        known = asked.identity if isinstance(asked, _Asked) else {}
        unknown = frozenset(files - known.keys())
        ordered = OrderRequest(order=given, operation=Operation.UPDATE, unknown=unknown) if given else None
        return carry_out(cli, ordered, begin, detach=detach)


def update_in(cli: CliContext, request: UpdateArguments) -> int:
    """Update devices in a context that is open already."""
    asked = _asked_now(cli, request)
    return _start(cli, asked, detach=False, order=None, started=lambda: None)


def _asked(
    cli: CliContext, request: UpdateArguments, plan_file: str | None, order: Order | None
) -> "_Asked | UsageError":
    """What is asked for; with an order also why it is not known: its files may be gone since its run."""
    try:
        return _asked_now(cli, request) if plan_file is None else _saved(cli, request, plan_file)
    except UsageError as error:
        if order is None:
            raise
        return error


def _asked_now(cli: CliContext, request: UpdateArguments) -> _Asked:
    package = find_package(cli, request.package)
    known = {PACKAGE: package.sha256} if isinstance(package, Package) else {}
    plan = partial(make_plan, cli, request, package, at_once=cli.common.yes)
    return _Asked(known, package, request.options(), None, plan)


def _saved(cli: CliContext, request: UpdateArguments, plan_file: str) -> _Asked:
    path = expand_path(plan_file)
    document = read_document(path)
    where = given_file(request.package, "package", code=Code.PACKAGE_UNREADABLE) if request.package else None
    package = find_planned_package(cli.context, document, where)
    made = f"{moment(document.created)} by {clean(str(document.operator))}"
    cli.out.note(f"The plan was made {made}: {count(len(document.devices), 'device')}.")
    limits = limits_of(cli.context, document, overridden=cli.common.overridden)
    # A package at another place is the same one: the plan names its bytes.
    known = {PLAN: hashlib.sha256(written(document)).hexdigest(), PACKAGE: document.package.sha256}
    return _Asked(known, package, document.options, limits, partial(make_plan_again, cli, document, package))


def _start(cli: CliContext, asked: _Asked, *, detach: bool, order: Order | None, started: OnStarted) -> int:
    check_limits(asked.limits or cli.context.settings.limits)
    items = asked.plan()
    show_plan(cli, items, to_stderr=cli.common.json or detach, limits=asked.limits)
    going = sum(item.may_go for item in items)
    if going and cli.declined(question(items, going), word=word_to_type(items)):
        return ExitCode.INTERRUPTED
    spec = new_spec(
        cli.context,
        Operation.UPDATE,
        items,
        package=asked.package if isinstance(asked.package, Package) else None,
        options=asked.options,
        limits=asked.limits,
    )
    spec = structs.replace(spec, order=order)
    return asyncio.run(execute(cli, spec, detach=detach, started=started))


def question(items: Sequence[PlanItem], going: int) -> str:
    """The confirmation: ``Update 4 sensors (1 refused)?``."""
    refused = sum(item.action is Action.REFUSE for item in items)
    others = f" ({refused} refused)" if refused else ""
    against = ruled_out(items)
    unapproved = any(item.may_go and item.unapproved for item in items)
    approval = " The package is not approved." if unapproved else ""
    warning = f" SICK rules out a downgrade of {names(against)}." if against else ""
    return f"Update {count(going, 'sensor')}{others}?{approval}{warning}"


def ruled_out(items: Sequence[PlanItem]) -> list[str]:
    """The devices whose downgrade the vendor rules out; each needs a typed confirmation."""
    return [item.device for item in items if item.against_vendor]
