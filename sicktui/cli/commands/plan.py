"""``sicktui plan``, and the options that it shares with ``sicktui update``."""

from collections.abc import Callable
from typing import ParamSpec

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument
from sicktui.model.version import is_comparable

_P = ParamSpec("_P")


def _version(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A version that a sensor could report."""
    version = None if value is None else value.strip()
    if version is not None and not is_comparable(version):
        raise click.BadParameter("it is no version. Write it as the sensor tells it, e.g. 2.3.0.0R.")
    return version


def plan_options(function: Callable[_P, int]) -> Callable[_P, int]:
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
@plan_options
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
    request = actions.plan.UpdateRequest(
        devices=devices,
        package=package,
        expect_version=expect_version,
        allow_downgrade=allow_downgrade,
        force=force,
    )
    return actions.plan.plan(common, request)
