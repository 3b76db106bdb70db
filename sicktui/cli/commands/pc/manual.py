"""``sicktui help``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CliCommand


@click.command("help", cls=CliCommand)
@click.argument("words", metavar="[COMMAND...]", nargs=-1)
def help_command(words: tuple[str, ...]) -> int:
    r"""Show the help of a command.

    \b
    Examples:
      sicktui help
      sicktui help runs report
    """
    return actions.manual.show(click.get_current_context().find_root(), words)
