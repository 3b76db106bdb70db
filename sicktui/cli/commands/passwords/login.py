"""``sicktui login`` and ``sicktui logout``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument


@command("login")
@devices_argument(required=False)
@click.option("--no-test", is_flag=True, help="Store it without testing it on the sensors.")
@click.option(
    "--shared",
    is_flag=True,
    help="Store it once for '@tag' or 'all', for every device in it without its own password.",
)
def login(common: Common, devices: tuple[str, ...], *, no_test: bool, shared: bool) -> int:
    r"""Store the password of sensors, in this PC's keyring or in the vault.

    Asks once, tests it once on each sensor (never twice: sensors lock out), and stores it for those that
    accept it. Without DEVICE, for the whole device list. If no keyring works, offers a vault.

    \b
    Examples:
      sicktui login gate-1
      sicktui login @hall-3 --shared
      printenv SENSOR_PASSWORD | sicktui login all --password-stdin
    """
    if shared:
        return actions.login_shared.login(common, devices, test=not no_test)
    return actions.login.login(common, devices, test=not no_test)


@command("logout")
@devices_argument(required=False)
@click.option("--shared", is_flag=True, help="Remove only the password shared by '@tag' or 'all'.")
def logout(common: Common, devices: tuple[str, ...], *, shared: bool) -> int:
    r"""Remove the stored password of sensors. Without DEVICE, of the whole device list.

    \b
    Example:
      sicktui logout gate-1
    """
    return actions.login_shared.logout(common, devices) if shared else actions.logout.logout(common, devices)
