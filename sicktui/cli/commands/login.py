"""``sicktui login`` and ``sicktui logout``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument


@command("login")
@devices_argument(required=False)
@click.option("--no-test", is_flag=True, help="Store it without trying it on the sensors.")
@click.option(
    "--shared",
    is_flag=True,
    help="Store it once for '@tag' or 'all': every device there that has none of its own uses it.",
)
def login(common: Common, devices: tuple[str, ...], *, no_test: bool, shared: bool) -> int:
    r"""Store the password of sensors, in this PC's keyring or in the vault.

    Asks once, tries it once on each sensor (never twice: sensors lock), and stores it where it is
    right. Without DEVICE it is for the whole device list. Where no keyring works, a vault is offered.

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
@click.option("--shared", is_flag=True, help="Forget what '@tag' or 'all' shares, and nothing else.")
def logout(common: Common, devices: tuple[str, ...], *, shared: bool) -> int:
    """Forget the stored password of sensors. Without DEVICE, of the whole device list."""
    return actions.login_shared.logout(common, devices) if shared else actions.login.logout(common, devices)
