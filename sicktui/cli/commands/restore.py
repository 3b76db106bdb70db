"""``sicktui restore``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command


@command("restore")
@click.argument("device", metavar="DEVICE")
@click.option(
    "--backup",
    required=True,
    metavar="ID|FILE|latest",
    help="The backup: its id, a file, or the newest whole one of this sensor.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="This sensor takes the place of the one that gave the backup: the profile gets its serial "
    "number and keeps the address.",
)
@click.option("--force", is_flag=True, help="Even onto another model.")
@click.option("--detach", is_flag=True, help="Start the run, print its id, and leave it to itself.")
def restore(common: Common, *, device: str, backup: str, replace: bool, force: bool, detach: bool) -> int:
    r"""Bring the parameters of a backup back to a sensor.

    Checks first: that the file is whole, the passphrase right, and the sensor the one it was made of (or
    one of the same model, with --replace). Then uploads it, activates it, saves it, and reads
    back what can be compared.

    \b
    Examples:
      sicktui restore gate-1 --backup latest
      sicktui restore gate-1 --backup 25420067-20261121 --replace
      sicktui restore 192.168.0.11 --backup /media/usb/gate-1.backup
    """
    return actions.restore.restore(common, device, backup, replace=replace, force=force, detach=detach)
