"""``sicktui plan`` and ``sicktui update``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec

import click

from sicktui.cli.lazy import deferred
from sicktui.cli.options import Common, command, devices_argument
from sicktui.model.version import is_comparable

if TYPE_CHECKING:
    from sicktui.cli.actions import plan as planning
    from sicktui.cli.actions import update as updating
else:
    planning = deferred("sicktui.cli.actions.plan")
    updating = deferred("sicktui.cli.actions.update")

_P = ParamSpec("_P")


def _version(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A version that a sensor could report."""
    version = None if value is None else value.strip()
    if version is not None and not is_comparable(version):
        raise click.BadParameter("it is no version. Write it as the sensor tells it, e.g. 2.3.0.0R.")
    return version


def _plan_options(function: Callable[_P, int]) -> Callable[_P, int]:
    """What shapes the plan, for ``plan`` and ``update`` alike."""
    options = (
        click.option(
            "--package",
            required=True,
            metavar="FILE",
            help="The firmware: a .spk or .spk.signed file, the zip it came in, or a package of the shelf.",
        ),
        click.option(
            "--expect-version",
            metavar="V",
            callback=_version,
            help="The version that the sensors must report afterwards, e.g. 2.3.0.0R. Without it, "
            "the one in the package's name, else the one the shelf records.",
        ),
        click.option("--allow-downgrade", is_flag=True, help="Also to an older version."),
        click.option("--force", is_flag=True, help="Again, where the version is current already."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@command("plan")
@devices_argument(required=True)
@_plan_options
def plan(
    common: Common,
    *,
    devices: tuple[str, ...],
    package: str,
    expect_version: str | None,
    allow_downgrade: bool,
    force: bool,
) -> int:
    r"""Show what an update would do to each device, and why.

    Reads every sensor and writes to none. Exit code 4 if not one device may be updated.

    \b
    Example:
      sicktui plan all --package picoScan150_2.3.0.0R.spk.signed
    """
    wish = planning.Wish(
        devices=devices,
        package=package,
        expect_version=expect_version,
        allow_downgrade=allow_downgrade,
        force=force,
    )
    return planning.plan(common, wish)


@command("update")
@devices_argument(required=True)
@_plan_options
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Sensors not ready at once (limits.jobs)."
)
@click.option(
    "--canary",
    type=click.IntRange(min=0),
    metavar="N",
    help="Update the first N alone; go on only if they succeed (limits.canary).",
)
@click.option(
    "--max-failures",
    type=click.IntRange(min=1),
    metavar="N",
    help="Start nothing more at N failed or unknown (limits.max_failures).",
)
@click.option("--no-backup", is_flag=True, help="Do not back the parameters up first.")
@click.option(
    "--persist/--no-persist", default=False, help="Save the parameters on the sensor first. Default: no."
)
@click.option("--detach", is_flag=True, help="Start the run, print its id, and leave it to itself.")
def update(
    common: Common,
    *,
    devices: tuple[str, ...],
    package: str,
    expect_version: str | None,
    jobs: int | None,
    canary: int | None,
    max_failures: int | None,
    allow_downgrade: bool,
    force: bool,
    no_backup: bool,
    persist: bool,
    detach: bool,
) -> int:
    r"""Update the firmware of sensors, side by side.

    Plans first, shows the plan, and asks. The work is done by a process of its own: it goes on
    when this terminal is closed. Ctrl-C asks the run to stop safely; a second Ctrl-C leaves it
    to itself, and 'sicktui runs attach' comes back to it.

    \b
    Examples:
      sicktui update gate-1 gate-2 --package picoScan150_2.3.0.0R.spk.signed
      sicktui update all --package fw.spk.signed --expect-version 2.3.0.0R --canary 1 --yes
    """
    wish = planning.Wish(
        devices=devices,
        package=package,
        expect_version=expect_version,
        allow_downgrade=allow_downgrade,
        force=force,
        backup=not no_backup,
        persist=persist,
    )
    limited = common.overriding(limits__jobs=jobs, limits__canary=canary, limits__max_failures=max_failures)
    return updating.update(limited, wish, detach=detach)
