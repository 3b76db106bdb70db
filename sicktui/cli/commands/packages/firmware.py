"""``sicktui firmware``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, completes, with_common

id_argument = click.argument("package", metavar="ID", shell_complete=completes("packages"))


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
    r"""List the packages on the shelf.

    \b
    Example:
      sicktui firmware list
    """
    return actions.firmware.list_packages(common)


@group.command("add")
@click.argument("file", metavar="FILE")
@click.option("--version", "version", metavar="V", help="Its version, if its name does not contain it.")
@with_common
def add(common: Common, file: str, version: str | None) -> int:
    r"""Copy a package to the shelf (a .spk, .spk.signed, .swp, or the zip it came in).

    \b
    Example:
      sicktui firmware add picoScan150_2.3.0.0R.spk.signed
    """
    return actions.firmware.add(common, file, version)


@group.command("approve")
@id_argument
@click.option(
    "--for",
    "models",
    multiple=True,
    metavar="MODEL",
    help="The model that it is for, such as picoScan120 or multiScan100; repeatable. Others are refused.",
)
@click.option("--note", metavar="TEXT", help="What should be known of the approval.")
@with_common
def approve(common: Common, package: str, models: tuple[str, ...], note: str | None) -> int:
    r"""Approve a package for use.

    picoScan120 and picoScan150 need different files, which SICK publishes under one name: name the model
    with --for.

    \b
    Example:
      sicktui firmware approve 3f2a91c0 --for picoScan150
    """
    return actions.firmware.approve(common, package, models, note=note)


@group.command("remove")
@id_argument
@with_common
def remove(common: Common, package: str) -> int:
    r"""Remove a package from the shelf.

    \b
    Example:
      sicktui firmware remove 9f86d081884c
    """
    return actions.firmware.remove(common, package)


sources_argument = click.argument(
    "sources", nargs=-1, metavar="[SOURCE...]", shell_complete=completes("sources")
)
device_option = click.option(
    "--device",
    "devices",
    multiple=True,
    metavar="DEVICE",
    shell_complete=completes("devices"),
    help="Only for these sensors. Repeatable.",
)


@group.command("check")
@sources_argument
@device_option
@click.option(
    "--watch",
    type=click.FloatRange(min=1),
    metavar="MINUTES",
    help="Check again at this interval, and at each message of a server with mqtt_url, until Ctrl-C.",
)
@with_common
def check(common: Common, sources: tuple[str, ...], devices: tuple[str, ...], watch: float | None) -> int:
    r"""Ask the sources for new firmware. Nothing is installed, and nothing is approved.

    Offers of a source with auto_update = true are fetched to the shelf. Without SOURCE, asks all sources.

    \b
    Examples:
      sicktui firmware check
      sicktui firmware check plant --device @hall-3 --json
    """
    return actions.offers.check(common, sources, devices, every=watch)


@group.command("fetch")
@sources_argument
@device_option
@click.option(
    "--forced",
    is_flag=True,
    help="Also firmware that a sensor has already. A THiNX server may still refuse (its own auto_update).",
)
@with_common
def fetch(common: Common, sources: tuple[str, ...], devices: tuple[str, ...], *, forced: bool) -> int:
    r"""Fetch what the sources offer to the shelf, verified but not approved.

    \b
    Examples:
      sicktui firmware fetch plant
      sicktui firmware fetch plant --device gate-1 --forced
    """
    return actions.offers.fetch(common, sources, devices, forced=forced)
