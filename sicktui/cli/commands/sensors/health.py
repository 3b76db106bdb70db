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
@click.option(
    "--measuring",
    is_flag=True,
    help="Find out whether they measure, too: listens for their scan data where this PC is the receiver.",
)
def health(common: Common, devices: tuple[str, ...], *, accept_calibration: bool, measuring: bool) -> int:
    r"""Show what sensors report of themselves, what is wrong, and the remedy.

    Reads only, and tries no login. Without DEVICE, shows the whole device list. Notes are printed where one
    device is named; of several they are counted. The rules are on the page of health.

    With --measuring, this PC listens for each sensor for four seconds at most. No sensor is set to send
    anywhere else, and a port that another program has is left to it.

    Exit code 0 if nothing is wrong, 1 if a sensor has an error or a warning, 3 if none has, but something
    could not be read.

    \b
    Examples:
      sicktui health
      sicktui health @hall-3 192.168.0.50
      sicktui health all --measuring
      sicktui health --json | jq 'select(.state != "ok")'
    """
    return actions.health.health(common, devices, accept_calibration=accept_calibration, measuring=measuring)
