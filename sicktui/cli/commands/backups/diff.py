"""``sicktui diff``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, completes


@command("diff")
@click.argument("device", metavar="DEVICE", shell_complete=completes("names"))
@click.argument("other", metavar="[OTHER]", required=False, shell_complete=completes("names"))
@click.option(
    "--against", metavar="ID", shell_complete=completes("backups"), help="Snapshot or backup to compare with."
)
@click.option("--list", "listing", is_flag=True, help="List the snapshots of this sensor.")
@click.option("--quick", is_flag=True, help="Read only the few parameters that an update compares.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 on any difference.")
def diff(
    common: Common,
    *,
    device: str,
    other: str | None,
    against: str | None,
    listing: bool,
    quick: bool,
    exit_code: bool,
) -> int:
    r"""Compare sensors, snapshots and backups, each with each.

    DEVICE and OTHER are devices, or ids of snapshots or backups. Of a device, reads all readable
    parameters and stores them as a snapshot. Without OTHER and --against, compares with the last
    snapshot. Lists what cannot be compared.

    \b
    Examples:
      sicktui diff gate-1
      sicktui diff gate-1 gate-2
      sicktui diff gate-1 --against 25420067-20261121-095427
      sicktui diff 25420067-20261014-081512 25420067-20261121-095427
    """
    if listing:
        return actions.diff.snapshots(common, device)
    request = actions.diff.DiffRequest(device=device, other=other, against=against, quick=quick)
    return actions.diff.diff(common, request, differences_fail=exit_code)
