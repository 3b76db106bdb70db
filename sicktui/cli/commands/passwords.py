"""``sicktui login`` and ``sicktui logout``."""

from typing import TYPE_CHECKING

import click

from sicktui.cli.common import Common, command, devices_argument
from sicktui.cli.deferred import deferred

if TYPE_CHECKING:
    from sicktui.cli import access
else:
    access = deferred("sicktui.cli.access")


@command("login")
@devices_argument(required=False)
@click.option("--no-test", is_flag=True, help="Store it without trying it on the sensors.")
def login(common: Common, devices: tuple[str, ...], *, no_test: bool) -> int:
    r"""Store the password of sensors in this PC's keyring.

    Asks once, tries it once on each sensor (never twice: sensors lock), and stores it where it is
    right. Without DEVICE it is for the whole device list.

    \b
    Examples:
      sicktui login @hall-3
      printenv SENSOR_PASSWORD | sicktui login all --password-stdin
    """
    return access.login(common, devices, test=not no_test)


@command("logout")
@devices_argument(required=False)
def logout(common: Common, devices: tuple[str, ...]) -> int:
    """Forget the stored password of sensors. Without DEVICE, of the whole device list."""
    return access.logout(common, devices)
