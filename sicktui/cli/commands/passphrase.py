"""``sicktui passphrase``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, with_common

devices_argument = click.argument("devices", nargs=-1, metavar="[DEVICE...]")


@click.group(name="passphrase", cls=CommandGroup)
def group() -> None:
    r"""Keep the passphrases of backups, where the passwords are kept.

    Without DEVICE it is the plant's: for every device that has none of its own. A backup can only
    be restored with the passphrase that it was made with.

    \b
    Examples:
      sicktui passphrase generate
      printenv PHRASE | sicktui passphrase set gate-1 --passphrase-stdin
    """


@group.command("set")
@devices_argument
@with_common
def store(common: Common, devices: tuple[str, ...]) -> int:
    """Store a passphrase: asked for, or from --passphrase-stdin or SICKTUI_PASSPHRASE."""
    return actions.passphrase.store(common, devices)


@group.command("generate")
@devices_argument
@with_common
def generate(common: Common, devices: tuple[str, ...]) -> int:
    """Make a new passphrase, store it, and show it once, to be written down."""
    return actions.passphrase.generate(common, devices)


@group.command("forget")
@devices_argument
@with_common
def forget(common: Common, devices: tuple[str, ...]) -> int:
    """Forget a stored passphrase. Backups that were made with it need it all the same."""
    return actions.passphrase.forget(common, devices)
