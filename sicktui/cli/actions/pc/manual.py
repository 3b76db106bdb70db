"""What ``sicktui help`` does: prints the help of a command."""

from collections.abc import Sequence

import click

from sicktui.model.exit_codes import ExitCode
from sicktui.model.suggest import nearest


def show(root: click.Context, words: Sequence[str]) -> int:
    """Print the help of the command that the words name.

    Raises:
        click.UsageError: there is none.
    """
    context = root
    for word in words:
        group = context.command
        known = group.get_command(context, word) if isinstance(group, click.Group) else None
        if known is None:
            known_words = group.list_commands(context) if isinstance(group, click.Group) else []
            raise click.UsageError(
                f"No such command '{' '.join(words)}'{nearest(word, known_words)}.", ctx=root
            )
        context = known.context_class(known, parent=context, info_name=word, **known.context_settings)
    click.echo(context.get_help())
    return ExitCode.OK
