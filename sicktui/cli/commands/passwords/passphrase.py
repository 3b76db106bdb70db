"""``sicktui passphrase``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, completes, with_common

devices_argument = click.argument(
    "devices", nargs=-1, metavar="[DEVICE...]", shell_complete=completes("devices")
)


@click.group(name="passphrase", cls=CommandGroup)
def group() -> None:
    r"""Manage the passphrases of backups, stored like the passwords.

    Without DEVICE, the passphrase is for the whole site: for every device without its own. A backup can
    only be restored with the passphrase it was made with. It crosses the network in clear text, unless
    over HTTPS, so use it for nothing else.

    \b
    Examples:
      sicktui passphrase generate
      printenv PHRASE | sicktui passphrase set gate-1 --passphrase-stdin
    """


@group.command("set")
@devices_argument
@with_common
def store(common: Common, devices: tuple[str, ...]) -> int:
    r"""Store a passphrase, entered or from --passphrase-stdin or SICKTUI_PASSPHRASE.

    \b
    Example:
      sicktui passphrase set
    """
    return actions.passphrase.store(common, devices)


@group.command("generate")
@devices_argument
@with_common
def generate(common: Common, devices: tuple[str, ...]) -> int:
    r"""Generate a passphrase, store it, and show it once, to be written down.

    \b
    Example:
      sicktui passphrase generate gate-1
    """
    return actions.passphrase.generate(common, devices)


@group.command("forget")
@devices_argument
@with_common
def forget(common: Common, devices: tuple[str, ...]) -> int:
    r"""Remove a stored passphrase. Backups made with it still need it.

    \b
    Example:
      sicktui passphrase forget gate-1
    """
    return actions.passphrase.forget(common, devices)
