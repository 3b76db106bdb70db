"""``sicktui backup``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument


@command("backup")
@devices_argument(required=True)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Sensors at once (limits.jobs).")
@click.option("--detach", is_flag=True, help="Start the run, print its id, and leave it to itself.")
def backup(common: Common, devices: tuple[str, ...], jobs: int | None, *, detach: bool) -> int:
    r"""Back up the parameters of sensors.

    A backup counts only when its file is complete and of now. Where no parameter has changed since
    the last one, that one is seen again instead. The passphrase protects it ('sicktui passphrase', or
    SICKTUI_PASSPHRASE for this call); keep it, nobody can restore the backup without.

    \b
    Example:
      sicktui backup @hall-3
    """
    return actions.backup.backup(common.overriding(limits__jobs=jobs), devices, detach=detach)
