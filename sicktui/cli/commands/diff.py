"""``sicktui diff``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command


@command("diff")
@click.argument("device", metavar="DEVICE")
@click.argument("other", metavar="[OTHER]", required=False)
@click.option("--against", metavar="ID", help="Compare with this snapshot, or with this backup's.")
@click.option("--list", "listing", is_flag=True, help="List the snapshots that are kept of this sensor.")
@click.option("--quick", is_flag=True, help="Read only the few parameters that an update compares.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if something differs.")
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
    r"""Tell what changed: between a sensor now and earlier, or between two sensors.

    Reads every parameter that the sensor lets be read, and keeps that as a snapshot. Without OTHER and
    --against it is compared with the last snapshot. What cannot be compared is said.

    \b
    Examples:
      sicktui diff gate-1
      sicktui diff gate-1 gate-2
      sicktui diff gate-1 --against 25420067-20261121-095427
    """
    if listing:
        return actions.diff.snapshots(common, device)
    request = actions.diff.DiffRequest(device=device, other=other, against=against, quick=quick)
    return actions.diff.diff(common, request, tell_by_exit_code=exit_code)
