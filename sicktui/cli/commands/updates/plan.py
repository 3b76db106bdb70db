"""``sicktui plan``, and the options that it shares with ``sicktui update``."""

from collections.abc import Callable
from typing import ParamSpec

import click

from sicktui.cli import actions
from sicktui.cli.commands.updates.spread import spread_options, spreading
from sicktui.cli.options import Common, command, completes, devices_argument
from sicktui.model.firmware.version import is_comparable

_P = ParamSpec("_P")


def _version(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A version that a sensor could report."""
    version = None if value is None else value.strip()
    if version is not None and not is_comparable(version):
        raise click.BadParameter("not a valid version. Write it as the sensor reports it, e.g. 2.3.0.0R.")
    return version


def plan_options(function: Callable[_P, int]) -> Callable[_P, int]:
    """The options of both ``plan`` and ``update``."""
    options = (
        click.option(
            "--package",
            metavar="FILE",
            shell_complete=completes("packages_and_files"),
            help="Firmware: a .spk, .spk.signed or .swp file, the zip it came in, or a package on the shelf.",
        ),
        click.option(
            "--expect-version",
            metavar="V",
            callback=_version,
            help="Version that the sensors must report afterwards, e.g. 2.3.0.0R. Default: the one in the "
            "package's name, or else on the shelf.",
        ),
        click.option("--allow-downgrade", is_flag=True, help="Allow an older version."),
        click.option("--force", is_flag=True, help="Update even if the version is already current."),
        click.option(
            "--allow-unapproved",
            is_flag=True,
            help="Take a package that is not approved, although limits.require_approval is on.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def given(value: str | None, option: str) -> str:
    """An option that is needed here."""
    if value is None:
        raise click.MissingParameter(param_type="option", param_hint=f"'{option}'")
    return value


@command("plan")
@devices_argument(required=True)
@plan_options
@click.option(
    "--output",
    type=click.Path(),
    metavar="FILE",
    help="Save the plan too, for 'sicktui update --plan'.",
)
@spread_options
def plan(
    common: Common,
    /,
    *,
    devices: tuple[str, ...],
    package: str | None,
    expect_version: str | None,
    allow_downgrade: bool,
    force: bool,
    allow_unapproved: bool,
    output: str | None,
    **limits: object,
) -> int:
    r"""Show what an update would do to each device, and why.

    Reads every sensor and writes to none. Exit code 4 if not one device may be updated. With canaries or
    waves, shows which devices start in which.

    A saved plan holds what would happen to each device and why, the SHA-256 of the package, the options, who
    made it and when. It can be shown to somebody, and executed later ('sicktui update --plan').

    \b
    Example:
      sicktui plan all --package picoScan150_2.3.0.0R.spk.signed
      sicktui plan @hall-3 --package fw.spk.signed --output hall-3.plan.json
    """
    request = actions.plan.UpdateArguments(
        devices=devices,
        package=given(package, "--package"),
        expect_version=expect_version,
        allow_downgrade=allow_downgrade,
        force=force,
        allow_unapproved=allow_unapproved,
    )
    return actions.plan.plan(spreading(common, limits), request, output=output)
