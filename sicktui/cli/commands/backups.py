"""``sicktui backups``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, with_common


@click.group(name="backups", cls=CommandGroup)
def group() -> None:
    """Look at the backups that are kept on this PC."""


@group.command("list")
@click.option("--serial", metavar="NUMBER", help="Only of this sensor.")
@with_common
def list_backups(common: Common, serial: str | None) -> int:
    """List the backups, newest first."""
    return actions.backups.list_backups(common, serial)


@group.command("show")
@click.argument("backup_id", metavar="ID")
@with_common
def show(common: Common, backup_id: str) -> int:
    """Show what is known of a backup."""
    return actions.backups.show(common, backup_id)


@group.command("history")
@click.option(
    "--old-after",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="From when on a backup counts as old (backups.old_after).",
)
@with_common
def history(common: Common, old_after: float | None) -> int:
    """Show each sensor's newest backup, and mark what needs one: none, old, changed since, damaged."""
    return actions.backups.history(common, old_after)


@group.command("verify")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--passphrase", is_flag=True, help="Also test whether the known passphrases open them.")
@with_common
def verify(common: Common, ids: tuple[str, ...], *, passphrase: bool) -> int:
    """Check that backups are whole: every one, without ID. Exit code 1 if one is damaged.

    With --passphrase it is found out now, and not at the restore, that one is lost: exit code 1
    too if a backup opens with none that is known.
    """
    return actions.backups.verify(common, ids, passphrase=passphrase)


@group.command("export")
@click.argument("backup_id", metavar="ID")
@click.argument("file", metavar="FILE", type=click.Path())
@with_common
def export(common: Common, backup_id: str, file: str) -> int:
    """Write a copy of a backup to FILE, as the sensor gave it, and its metadata to FILE.json."""
    return actions.backups.export(common, backup_id, file)


@group.command("import")
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--serial", metavar="NUMBER", help="Of which sensor it is, where no metadata lie beside it.")
@click.option("--device", metavar="NAME", help="What the sensor is called.")
@click.option("--model", metavar="MODEL", help="Its DeviceType, e.g. PICS150-1.")
@click.option("--firmware", metavar="VERSION", help="The firmware that wrote it.")
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
    r"""Take a backup file from elsewhere, with the metadata of FILE.json if they lie beside it.

    \b
    Examples:
      sicktui backups import /media/usb/gate-1.backup
      sicktui backups import old.bin --serial 25420067 --device gate-1
    """
    facts = actions.backups.ImportFacts(serial=serial, device=device, model=model, firmware=firmware)
    return actions.backups.import_backup(common, file, facts)


@group.command("prune")
@click.option(
    "--keep", type=click.IntRange(min=1), metavar="N", help="Keep the newest N whole ones of each sensor."
)
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Delete only what was last valid so long ago.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@with_common
def prune(common: Common, keep: int | None, older_than: float | None, *, dry_run: bool) -> int:
    r"""Delete old backups. Shows first what would go, and asks; --yes deletes.

    The last good backup of each sensor always stays.

    \b
    Examples:
      sicktui backups prune --older-than 365
      sicktui backups prune --keep 5 --older-than 90 --yes
    """
    return actions.backups.prune(common, keep, older_than, dry_run=dry_run)
