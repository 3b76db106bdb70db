"""``sicktui status``."""

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument


@command("status")
@devices_argument(required=False)
def status(common: Common, devices: tuple[str, ...]) -> int:
    r"""Show identity, firmware, UpdateState and health of sensors.

    Reads only. Without DEVICE, shows the whole device list. Rows are in the order of the devices, JSON
    lines in that of the answers; a sensor that is looked for at other addresses comes last. Exit code 1
    if a sensor could not be read.

    \b
    Examples:
      sicktui status
      sicktui status @hall-3 192.168.0.50
    """
    return actions.status.status(common, devices)
