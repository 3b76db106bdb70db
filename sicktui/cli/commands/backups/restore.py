"""``sicktui restore``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, completes
from sicktui.cli.orders import given_order, order_option


@command("restore")
@click.argument("device", metavar="DEVICE", shell_complete=completes("names"))
@click.option(
    "--backup",
    required=True,
    metavar="ID|FILE|latest",
    shell_complete=completes("backups_and_files"),
    help="The backup: its id, a file, or the newest intact one of this sensor.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="This sensor replaces the one in the backup: the profile gets its serial number and keeps "
    "the address.",
)
@click.option("--force", is_flag=True, help="Restore even to another model.")
@click.option("--detach", is_flag=True, help="Start the run in the background and print its id.")
@order_option
@click.option("--dry-run", is_flag=True, help="Only show what would change; write nothing.")
def restore(
    common: Common,
    *,
    device: str,
    backup: str,
    replace: bool,
    force: bool,
    detach: bool,
    dry_run: bool,
    order: str | None,
) -> int:
    r"""Restore a backup to a sensor.

    Checks first that the file is intact, the passphrase correct, and the sensor the one in the backup
    (or one of the same model, with --replace). Shows which parameters would change, and asks. Then
    uploads, activates and saves the parameters, and reads back what can be compared. The passphrase
    crosses the network in clear text, unless over HTTPS.

    \b
    Examples:
      sicktui restore gate-1 --backup latest --dry-run
      sicktui restore gate-1 --backup latest
      sicktui restore gate-1 --backup 25420067-20261121 --replace
      sicktui restore 192.168.0.11 --backup /media/usb/gate-1.backup
    """
    if order is not None and dry_run:
        raise click.UsageError("--dry-run starts no run, so it has no --order.")
    request = actions.restore.RestoreRequest(
        device=device, backup=backup, replace=replace, force=force, detach=detach, dry_run=dry_run
    )
    return actions.restore.restore(common, request, given_order(order))
