"""``sicktui update``."""

from datetime import timedelta
from typing import Final

import click

from sicktui.cli import actions
from sicktui.cli.commands.updates.plan import given, plan_options
from sicktui.cli.commands.updates.spread import spread_options, spreading
from sicktui.cli.options import Common, SpanType, command, devices_argument
from sicktui.cli.orders import given_order, order_option

_OF_PLAN: Final = frozenset(
    {
        *("devices", "expect_version", "allow_downgrade", "force", "allow_unapproved", "no_backup"),
        "persist",
    }
)
"""The arguments that a saved plan has itself."""


@command("update")
@devices_argument(required=False)
@plan_options
@spread_options
@click.option("--no-backup", is_flag=True, help="Do not back up the parameters first.")
@click.option(
    "--persist/--no-persist", default=False, help="Save the parameters on the sensor first. Default: no."
)
@click.option(
    "--check-measuring",
    is_flag=True,
    help="Find out afterwards whether they measure (update.check_measuring). No verdict rests on it.",
)
@click.option(
    "--watch",
    type=SpanType(),
    metavar="DURATION",
    help="Healthy for this long before a sensor has succeeded, e.g. 10m (timing.settle).",
)
@click.option("--detach", is_flag=True, help="Start the run in the background and print its id.")
@order_option
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=click.Path(),
    help="Execute a plan that 'sicktui plan --output' has saved: its devices, package and options.",
)
def update(
    common: Common,
    /,
    *,
    devices: tuple[str, ...],
    package: str | None,
    expect_version: str | None,
    allow_downgrade: bool,
    force: bool,
    allow_unapproved: bool,
    no_backup: bool,
    persist: bool,
    check_measuring: bool,
    watch: timedelta | None,
    detach: bool,
    order: str | None,
    plan_file: str | None,
    **limits: object,
) -> int:
    r"""Update the firmware of sensors in parallel.

    Shows the plan and asks first. The run has its own process and continues if this terminal is closed.
    Ctrl-C cancels the run safely; a second Ctrl-C leaves it in the background, and 'sicktui runs attach'
    follows it again.

    The canaries go first, then wave after wave. Sensors of one segment are never away together. At
    --max-failures nothing new is started; what has begun is finished, and the rest is skipped.

    With --check-measuring, the health of each sensor is read after its update, and its scan data are listened
    for where this PC is the receiver, before and after. What is found is in the log and in 'runs report'.

    With --order, a scheduler may give the same order again and again: it is carried out once. Its devices,
    package and options must be the same each time.

    With --plan, every sensor is compared with the plan first. A device that is not what the plan was made for
    (another sensor, another version, another package) is refused, and named.

    \b
    Examples:
      sicktui update gate-1 gate-2 --package picoScan150_2.3.0.0R.spk.signed
      sicktui update all --package fw.swp --expect-version 2.3.0.0R --yes
      sicktui update all --package fw.swp --canary models --approve --wave 10
      sicktui update all --package fw.swp --order night-2026-11-30 --yes --json
      sicktui update --plan hall-3.plan.json
    """
    if plan_file is None:
        if not devices:
            raise click.MissingParameter(param_type="argument", param_hint="'DEVICE...'")
        package = given(package, "--package")
    else:
        _refuse_beside_plan()
    request = actions.plan.UpdateArguments(
        devices=devices,
        package=package or "",
        expect_version=expect_version,
        allow_downgrade=allow_downgrade,
        force=force,
        allow_unapproved=allow_unapproved,
        backup=not no_backup,
        persist=persist,
    )
    chosen = spreading(common, limits).overriding(
        update__check_measuring="true" if check_measuring else None,
        timing__settle=None if watch is None else watch.total_seconds(),
    )
    return actions.update.update(
        chosen, request, detach=detach, order=given_order(order), plan_file=plan_file
    )


def _refuse_beside_plan() -> None:
    """Refuse what a saved plan holds itself."""
    ctx = click.get_current_context()
    found = [
        param.opts[0] if isinstance(param, click.Option) else "DEVICE"
        for param in ctx.command.params
        if param.name in _OF_PLAN
        and ctx.get_parameter_source(param.name) is not click.core.ParameterSource.DEFAULT
        and ctx.params[param.name] != ()
    ]
    if found:
        raise click.UsageError(
            f"With --plan, {', '.join(found)} cannot be given: the plan has it. Make another plan for it."
        )
