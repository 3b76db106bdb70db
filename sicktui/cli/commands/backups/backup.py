"""``sicktui backup``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument
from sicktui.cli.orders import given_order, order_option


@command("backup")
@devices_argument(required=True)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Sensors backed up in parallel (limits.jobs)."
)
@click.option("--detach", is_flag=True, help="Start the run in the background and print its id.")
@order_option
def backup(
    common: Common, devices: tuple[str, ...], jobs: int | None, *, detach: bool, order: str | None
) -> int:
    r"""Back up the parameters of sensors.

    A backup counts only if its file is complete and current. If no parameter has changed since the last
    backup, that one is confirmed instead. A passphrase protects it ('sicktui passphrase', or
    SICKTUI_PASSPHRASE for this call). Keep it safe: the backup cannot be restored without it. It crosses the
    network in clear text, unless over HTTPS, to the expected sensor only.

    \b
    Example:
      sicktui backup @hall-3
    """
    limited = common.overriding(limits__jobs=jobs)
    return actions.backup.backup(limited, devices, detach=detach, order=given_order(order))
