"""``sicktui sources``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, completes, with_common

source_argument = click.argument("source", metavar="SOURCE", shell_complete=completes("sources"))


@click.group(name="sources", cls=CommandGroup)
def group() -> None:
    r"""Where packages come from: folders and THiNX servers, [sources.NAME] in config.toml.

    \b
    Examples:
      sicktui sources list
      sicktui sources login plant
      sicktui firmware check
    """


@group.command("list")
@with_common
def list_sources(common: Common) -> int:
    r"""List the sources, and whether each can be used.

    \b
    Example:
      sicktui sources list
    """
    return actions.sources.list_sources(common)


@group.command("login")
@source_argument
@with_common
def login(common: Common, source: str) -> int:
    r"""Store the API key of a source, in this PC's keyring or in the vault.

    \b
    Examples:
      sicktui sources login plant
      printenv THINX_KEY | sicktui sources login plant --password-stdin
    """
    return actions.sources.login(common, source)


@group.command("logout")
@source_argument
@with_common
def logout(common: Common, source: str) -> int:
    r"""Remove the stored API key of a source.

    \b
    Example:
      sicktui sources logout plant
    """
    return actions.sources.logout(common, source)
