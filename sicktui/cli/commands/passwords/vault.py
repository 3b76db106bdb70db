"""``sicktui vault``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, with_common

file_argument = click.argument("file", metavar="FILE", type=click.Path())


@click.group(name="vault", cls=CommandGroup)
def group() -> None:
    r"""Store passwords in an encrypted file, for PCs without a working keyring.

    Over SSH there is often no keyring. The vault is one file with its own password, which is asked for
    when it is needed. Unattended calls read it from SICKTUI_VAULT_PASSWORD.

    \b
    Examples:
      sicktui vault create
      sicktui login @hall-3
      sicktui vault export /media/usb/passwords.vault
    """


@group.command("create")
@with_common
def create(common: Common) -> int:
    r"""Create the vault. 'sicktui login' offers it too if no keyring works.

    \b
    Example:
      sicktui vault create
    """
    return actions.vault.create(common)


@group.command("password")
@with_common
def password(common: Common) -> int:
    r"""Change the vault's password and re-encrypt its contents.

    \b
    Example:
      sicktui vault password
    """
    return actions.vault.change_password(common)


@group.command("export")
@file_argument
@with_common
def export(common: Common, file: str) -> int:
    r"""Copy the vault to FILE, with its own password.

    Unattended, the copy has the vault's password.

    \b
    Example:
      sicktui vault export /media/usb/vault
    """
    return actions.vault.export(common, file)


@group.command("import")
@click.option("--replace", is_flag=True, help="Replace passwords that differ from those of FILE.")
@file_argument
@with_common
def import_copy(common: Common, file: str, *, replace: bool) -> int:
    r"""Import the passwords of FILE, a copy of a vault.

    \b
    Example:
      sicktui vault import /media/usb/vault --replace
    """
    return actions.vault.import_copy(common, file, replace=replace)
