"""``sicktui backup`` and ``sicktui backups``."""

from typing import TYPE_CHECKING

import click

from sicktui.cli.common import CommandGroup, Common, command, devices_argument, with_common
from sicktui.cli.deferred import deferred

if TYPE_CHECKING:
    from sicktui.cli import backing_up, kept_backups
else:
    backing_up = deferred("sicktui.cli.backing_up")
    kept_backups = deferred("sicktui.cli.kept_backups")


@command("backup")
@devices_argument(required=True)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Sensors at once (limits.jobs).")
@click.option("--detach", is_flag=True, help="Start the run, print its id, and leave it to itself.")
def backup(common: Common, devices: tuple[str, ...], jobs: int | None, *, detach: bool) -> int:
    r"""Back up the parameters of sensors.

    A backup counts only when its file is complete. The passphrase of SICKTUI_PASSPHRASE or
    --passphrase-stdin protects it; keep it, nobody can restore the backup without.

    \b
    Example:
      sicktui backup @hall-3
    """
    return backing_up.backup(common.overriding(limits__jobs=jobs), devices, detach=detach)


@click.group(name="backups", cls=CommandGroup)
def group() -> None:
    """Look at the backups that are kept on this PC."""


@group.command("list")
@click.option("--serial", metavar="NUMBER", help="Only of this sensor.")
@with_common
def list_backups(common: Common, serial: str | None) -> int:
    """List the backups, newest first."""
    return kept_backups.list_backups(common, serial)


@group.command("show")
@click.argument("backup_id", metavar="ID")
@with_common
def show(common: Common, backup_id: str) -> int:
    """Show what is known of a backup."""
    return kept_backups.show(common, backup_id)


@group.command("verify")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@with_common
def verify(common: Common, ids: tuple[str, ...]) -> int:
    """Check that backups are whole: every one, without ID. Exit code 1 if one is damaged."""
    return kept_backups.verify(common, ids)


@group.command("export")
@click.argument("backup_id", metavar="ID")
@click.argument("file", metavar="FILE", type=click.Path())
@with_common
def export(common: Common, backup_id: str, file: str) -> int:
    """Write a copy of a backup's file to FILE, as the sensor gave it."""
    return kept_backups.export(common, backup_id, file)
