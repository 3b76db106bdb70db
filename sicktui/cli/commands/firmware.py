"""``sicktui firmware``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, with_common

id_argument = click.argument("package", metavar="ID")


@click.group(name="firmware", cls=CommandGroup)
def group() -> None:
    r"""Manage the shelf of firmware packages.

    ID is the beginning of a package's SHA-256, or its name.

    \b
    Examples:
      sicktui firmware add picoScan150_2.3.0.0R.spk.signed
      sicktui firmware approve picoScan150_2.3.0.0R.spk.signed
    """


@group.command("list")
@with_common
def list_packages(common: Common) -> int:
    """List the packages on the shelf."""
    return actions.firmware.list_packages(common)


@group.command("add")
@click.argument("file", metavar="FILE")
@click.option("--version", "version", metavar="V", help="Its version, if its name does not contain it.")
@with_common
def add(common: Common, file: str, version: str | None) -> int:
    """Copy a package to the shelf (a .spk, .spk.signed, or the zip it came in)."""
    return actions.firmware.add(common, file, version)


@group.command("approve")
@id_argument
@with_common
def approve(common: Common, package: str) -> int:
    """Approve a package for use."""
    return actions.firmware.approve(common, package)


@group.command("remove")
@id_argument
@with_common
def remove(common: Common, package: str) -> int:
    """Remove a package from the shelf."""
    return actions.firmware.remove(common, package)
