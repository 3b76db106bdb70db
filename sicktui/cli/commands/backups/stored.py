"""``sicktui backups``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, completes, with_common


@click.group(name="backups", cls=CommandGroup)
def group() -> None:
    r"""List, check, copy and delete the backups on this PC.

    ID is the id of a backup, its beginning, or 'latest': the one that was taken last.

    \b
    Examples:
      sicktui backups list
      sicktui backups show latest
    """


@group.command("list")
@click.argument("devices", metavar="[DEVICE...]", nargs=-1, shell_complete=completes("devices"))
@click.option("--serial", metavar="NUMBER", help="Only backups of this sensor.")
@with_common
def list_backups(common: Common, devices: tuple[str, ...], serial: str | None) -> int:
    r"""List the backups, newest first; all of them, or those taken under the name of a DEVICE.

    \b
    Examples:
      sicktui backups list @hall-3
      sicktui backups list --serial 25420067
    """
    return actions.stored.list_backups(common, serial, devices)


@group.command("show")
@click.argument("backup_id", metavar="ID", shell_complete=completes("backups"))
@with_common
def show(common: Common, backup_id: str) -> int:
    r"""Show the metadata of a backup.

    \b
    Example:
      sicktui backups show latest
    """
    return actions.stored.show(common, backup_id)


@group.command("history")
@click.option(
    "--old-after",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Age at which a backup is marked as old (backups.old_after).",
)
@with_common
def history(common: Common, old_after: float | None) -> int:
    r"""Show each sensor's newest backup; mark sensors whose backup is missing, old, outdated or damaged.

    \b
    Example:
      sicktui backups history --old-after 90
    """
    return actions.stored.history(common, old_after)


@group.command("verify")
@click.argument("ids", nargs=-1, metavar="[ID...]", shell_complete=completes("backups"))
@click.option("--passphrase", is_flag=True, help="Also test whether a known passphrase opens them.")
@with_common
def verify(common: Common, ids: tuple[str, ...], *, passphrase: bool) -> int:
    r"""Check that backups are intact; without ID, all of them. Exit code 1 if one is damaged.

    With --passphrase, exit code 1 also if no known passphrase opens a backup: a lost passphrase is
    found now and not at the restore.

    \b
    Example:
      sicktui backups verify --passphrase
    """
    return actions.stored.verify(common, ids, passphrase=passphrase)


@group.command("export")
@click.argument("backup_id", metavar="ID", shell_complete=completes("backups"))
@click.argument("file", metavar="FILE", type=click.Path())
@with_common
def export(common: Common, backup_id: str, file: str) -> int:
    r"""Copy a backup to FILE, exactly as the sensor sent it, and its metadata to FILE.json.

    If FILE is '-', the backup goes to stdout, without metadata. The folder of FILE must exist.

    \b
    Example:
      sicktui backups export latest /media/usb
    """
    return actions.stored.export(common, backup_id, file)


@group.command("import")
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--serial", metavar="NUMBER", help="Serial number of the sensor, if there is no FILE.json.")
@click.option("--device", metavar="NAME", help="Name of the sensor.")
@click.option("--model", metavar="MODEL", help="DeviceType of the sensor, e.g. PICS150-1.")
@click.option("--firmware", metavar="VERSION", help="Firmware version that created it.")
@with_common
def import_backup(
    common: Common,
    *,
    file: str,
    serial: str | None,
    device: str | None,
    model: str | None,
    firmware: str | None,
) -> int:
    r"""Import a backup file, with its metadata from FILE.json if there is one.

    \b
    Examples:
      sicktui backups import /media/usb/gate-1.backup
      sicktui backups import old.bin --serial 25420067 --device gate-1
    """
    return actions.stored.import_backup(
        common, file, serial=serial, device=device, model=model, firmware=firmware
    )


@group.command("prune")
@click.option(
    "--keep", type=click.IntRange(min=1), metavar="N", help="Keep the newest N intact backups of each sensor."
)
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Delete only backups last confirmed more than DAYS ago.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be deleted.")
@with_common
def prune(common: Common, keep: int | None, older_than: float | None, *, dry_run: bool) -> int:
    r"""Delete old backups, after showing them and asking.

    The last good backup of each sensor is always kept.

    \b
    Examples:
      sicktui backups prune --older-than 365
      sicktui backups prune --keep 5 --older-than 90 --yes
    """
    return actions.stored.prune(common, keep, older_than, dry_run=dry_run)
