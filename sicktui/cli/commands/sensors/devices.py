"""``sicktui devices``."""

from collections.abc import Callable
from typing import ParamSpec

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, completes, with_common

_P = ParamSpec("_P")
file_argument = click.argument("file", metavar="FILE", type=click.Path())


@click.group(name="devices", cls=CommandGroup)
def group() -> None:
    r"""Manage the device list.

    \b
    Examples:
      sicktui devices add gate-1 192.168.0.11 --tag hall-3
      sicktui devices edit gate-1 --serial 25420067
      sicktui devices edit gate-1 --scheme https --ca-file plant-ca.pem
      sicktui devices import sensors.csv
    """


def _profile_options(function: Callable[_P, int]) -> Callable[_P, int]:
    options = (
        click.option("--user", metavar="LEVEL", help="User level. Default: Service."),
        click.option("--auth", type=click.Choice(["auto", "challenge", "basic"]), help="Default: auto."),
        click.option("--scheme", type=click.Choice(["http", "https"]), help="Protocol. Default: http."),
        click.option("--ca-file", metavar="FILE", help="HTTPS: PEM of the only authority to trust."),
        click.option(
            "--fingerprint", metavar="SHA256", help="HTTPS: the only certificate to accept, by its SHA-256."
        ),
        click.option("--tag", "tags", multiple=True, metavar="TAG", help="For use as @TAG. Repeatable."),
        click.option("--serial", metavar="NUMBER", help="Accept only the sensor with this serial number."),
        click.option(
            "--segment", metavar="NAME", help="Line or cell: its sensors are never updated together."
        ),
        click.option("--pin", metavar="V", help="Version that an update of many devices must not change."),
        click.option("--model", metavar="TEXT", help="Model, for display only."),
        click.option("--note", metavar="TEXT", help="Free-text note."),
        click.option(
            "--timing", multiple=True, metavar="KEY=SECONDS", help="Timing for this device. Repeatable."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


@group.command("list")
@click.argument("words", metavar="[FILTER...]", nargs=-1, shell_complete=completes("devices"))
@with_common
def list_devices(common: Common, words: tuple[str, ...]) -> int:
    r"""List the devices, or those that match a filter.

    FILTER is as in the dashboard: every part must match; a word, @tag, or a field with a value (tag, model,
    version, backup, name, address, serial, location, note). '!' in front of a part means not.

    \b
    Examples:
      sicktui devices list
      sicktui devices list @hall-3 'version<2.3' '!model:lms'
    """
    return actions.devices.list_devices(common, words)


@group.command("show")
@click.argument("name", metavar="NAME", shell_complete=completes("names"))
@with_common
def show(common: Common, name: str) -> int:
    r"""Show a device: its profile, and what was last seen of its sensor.

    \b
    Example:
      sicktui devices show gate-1
    """
    return actions.devices.show(common, name)


@group.command("add")
@click.argument("name", metavar="NAME")
@click.argument("address", metavar="ADDRESS")
@_profile_options
@with_common
def add(
    common: Common,
    /,
    *,
    name: str,
    address: str,
    tags: tuple[str, ...],
    timing: tuple[str, ...],
    **texts: str | None,
) -> int:
    r"""Add a device. ADDRESS is host or host:port.

    \b
    Example:
      sicktui devices add gate-1 192.168.0.11 --tag hall-3
    """
    changes = actions.devices.Changes(tags=tags, timing=timing, texts=texts)
    return actions.devices.add(common, name, address, changes)


@group.command("edit")
@click.argument("name", metavar="NAME", shell_complete=completes("names"))
@click.option("--name", "new_name", metavar="NEW", help="New name.")
@click.option("--address", metavar="ADDRESS", help="New address: host or host:port.")
@_profile_options
@with_common
def edit(
    common: Common,
    /,
    *,
    name: str,
    new_name: str | None,
    address: str | None,
    tags: tuple[str, ...],
    timing: tuple[str, ...],
    **texts: str | None,
) -> int:
    r"""Change a device. Options not given stay as they are; an empty value removes one (--serial '').

    --tag replaces all tags; a timing without a value (KEY=) resets it to the setting.

    \b
    Example:
      sicktui devices edit gate-1 --serial 25420067 --note ''
    """
    changes = actions.devices.Changes(name=new_name, address=address, tags=tags, timing=timing, texts=texts)
    return actions.devices.edit(common, name, changes)


@group.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=completes("names"))
@with_common
def remove(common: Common, names: tuple[str, ...]) -> int:
    r"""Remove devices and their stored passwords.

    \b
    Example:
      sicktui devices remove gate-1 gate-2
    """
    return actions.devices.remove(common, names)


@group.command("import")
@file_argument
@click.option("--replace", is_flag=True, help="Change devices that have the same name.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and save nothing.")
@with_common
def import_file(common: Common, file: str, *, replace: bool, dry_run: bool) -> int:
    r"""Import devices from FILE: all of them, or none. Shows what changes.

    FILE is a table as spreadsheets write it (.csv, .txt) with the columns name, address, user, auth, scheme,
    tags, serial, model, note (the first two are required; ca_file, fingerprint and timing.KEY are possible
    too), or a JSON or TOML file as written by 'devices export'. Encoding and delimiter are detected. A known
    device keeps what a table has no column for.

    \b
    Example:
      sicktui devices import sensors.csv --dry-run
    """
    return actions.inventory.import_file(common, file, replace=replace, dry_run=dry_run)


@group.command("export")
@file_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "toml"]),
    help="Default: by the name of FILE, else toml.",
)
@with_common
def export(common: Common, file: str, form: str | None) -> int:
    r"""Write the device list to FILE, or to stdout if FILE is '-'.

    As a table for a spreadsheet program (CSV), as JSON or as TOML. The folder of FILE must exist.

    Adds what was last seen of each sensor: model, serial number, order number, MAC address, firmware, last
    backup. An import ignores these.

    \b
    Example:
      sicktui devices export sensors.csv
    """
    return actions.inventory.export(common, file, form=form)


@group.command("overview")
@with_common
def overview(common: Common) -> int:
    r"""Show the fleet by family, model and firmware, and what is behind the shelf.

    Asks no sensor: it shows the sensors as they were last seen.

    \b
    Example:
      sicktui devices overview
    """
    return actions.inventory.overview(common)
