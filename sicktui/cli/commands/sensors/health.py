"""``sicktui health``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument


@command("health")
@devices_argument(required=False)
@click.option(
    "--accept-calibration",
    is_flag=True,
    help="Remember the calibration of now as the right one, after SICK has calibrated the sensor.",
)
def health(common: Common, devices: tuple[str, ...], *, accept_calibration: bool) -> int:
    r"""Show what sensors report of themselves, what is wrong, and the remedy.

    Reads only, and tries no login. Without DEVICE, shows the whole device list. Notes are printed where one
    device is named; of several they are counted. The rules are on the page of health.

    Exit code 0 if nothing is wrong, 1 if a sensor has an error or a warning, 3 if none has, but something
    could not be read.

    \b
    Examples:
      sicktui health
      sicktui health @hall-3 192.168.0.50
      sicktui health --json | jq 'select(.state != "ok")'
    """
    return actions.health.health(common, devices, accept_calibration=accept_calibration)
