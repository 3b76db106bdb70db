"""``sicktui status`` and ``sicktui doctor``: what only looks."""

from typing import TYPE_CHECKING

from sicktui.cli.lazy import deferred
from sicktui.cli.options import Common, command, devices_argument

if TYPE_CHECKING:
    from sicktui.cli.actions import doctor as doctoring
    from sicktui.cli.actions import status as looking
else:
    doctoring = deferred("sicktui.cli.actions.doctor")
    looking = deferred("sicktui.cli.actions.status")


@command("status")
@devices_argument(required=False)
def status(common: Common, devices: tuple[str, ...]) -> int:
    r"""Look at sensors: identity, firmware, UpdateState, health.

    Reads only. Without DEVICE it looks at the whole device list. A row appears as soon as its
    sensor has answered. Exit code 1 if at least one could not be read.

    \b
    Examples:
      sicktui status
      sicktui status @hall-3 192.168.0.50
    """
    return looking.status(common, devices)


@command("doctor")
def doctor(common: Common) -> int:
    """Tell what would go wrong on this PC, and the remedy.

    Looks at the folders, the configuration, the keyring, the terminal, proxies and the routes to
    the sensors. Sends nothing to any sensor. Exit code 2 if something must be put right.
    """
    return doctoring.doctor(common)
