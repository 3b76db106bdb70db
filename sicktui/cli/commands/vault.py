"""``sicktui vault``."""

from pathlib import Path

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, with_common

file_argument = click.argument("file", metavar="FILE", type=click.Path(path_type=Path))


@click.group(name="vault", cls=CommandGroup)
def group() -> None:
    r"""Keep passwords in an encrypted file, where the OS keyring does not work.

    Over SSH there is often no keyring. The vault is one file with a password of its own, which is
    asked for when it is needed. Unattended calls take it from SICKTUI_VAULT_PASSWORD.

    \b
    Examples:
      sicktui vault create
      sicktui login @hall-3
      sicktui vault export /media/usb/passwords.vault
    """


@group.command("create")
@with_common
def create(common: Common) -> int:
    """Make the vault. 'sicktui login' offers it too where no keyring works."""
    return actions.vault.create(common)


@group.command("password")
@with_common
def password(common: Common) -> int:
    """Change the vault's password. Everything in it is encrypted afresh."""
    return actions.vault.change_password(common)


@group.command("export")
@file_argument
@with_common
def export(common: Common, file: Path) -> int:
    """Write a copy of the vault to FILE, under a password of its own.

    Unattended, the copy has the vault's password.
    """
    return actions.vault.export(common, file)


@group.command("import")
@click.option("--replace", is_flag=True, help="Where the two differ, take the passwords of FILE.")
@file_argument
@with_common
def absorb(common: Common, file: Path, *, replace: bool) -> int:
    """Take the passwords of FILE, a copy of a vault, over into the vault."""
    return actions.vault.absorb(common, file, replace=replace)
