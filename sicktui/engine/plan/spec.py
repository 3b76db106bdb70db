"""The description of a run that is about to be started."""

import secrets
from collections.abc import Sequence

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.model.clock import timestamp
from sicktui.model.enums import Operation
from sicktui.model.firmware.package import Package
from sicktui.model.run.plan import PlanItem, RunSpec, UpdateOptions
from sicktui.model.settings import Limits
from sicktui.stores.disk.locks import operator


def new_run_id(context: Context) -> str:
    """Sortable by time, unique, and short enough to type: ``20261121-095427-3fa``."""
    return f"{context.clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def new_spec(
    context: Context,
    operation: Operation,
    items: Sequence[PlanItem],
    *,
    package: Package | None = None,
    options: UpdateOptions | None = None,
    backup: str | None = None,
    limits: Limits | None = None,
) -> RunSpec:
    """The description of a run that is about to be started.

    Args:
        context: the settings.
        operation: what is done.
        items: the plan.
        package: the package of an update.
        options: the options of an update.
        backup: the backup of a restore, as the operator named it.
        limits: limits for this run only, instead of those of the settings.
    """
    settings = context.settings if limits is None else structs.replace(context.settings, limits=limits)
    return RunSpec(
        run=new_run_id(context),
        operation=operation,
        created=timestamp(context.clock.now()),
        # Its record is read as plain settings; what the call sets itself is in the targets already.
        settings=structs.replace(settings, timing=settings.timing.for_profile({})),
        operator=operator(),
        items=tuple(items),
        package=package,
        options=options or UpdateOptions(),
        backup=backup,
    )
