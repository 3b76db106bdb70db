"""``sicktui dump``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument


@command("dump")
@devices_argument(required=True)
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(),
    help="Folder for the files. Default: dumps in the data folder.",
)
def dump(common: Common, devices: tuple[str, ...], output: str | None) -> int:
    r"""Fetch the diagnosis files of sensors, for SICK's support.

    Each sensor creates a new file, which replaces its earlier one; that may take minutes. Only SICK
    can read it. It is stored as a zip, with a .json that describes it. A sensor that is being updated
    is left alone. Exit code 1 if a file could not be fetched.

    \b
    Examples:
      sicktui dump gate-1
      sicktui dump @hall-3 --output support-case
    """
    return actions.dump.dump(common, devices, output)
