"""``sicktui config``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import CommandGroup, Common, parsed, with_common


@click.group(name="config", cls=CommandGroup, invoke_without_command=True)
def group() -> int:
    r"""Show every setting in force, and where its value comes from.

    \b
    Examples:
      sicktui config
      sicktui config edit
    """
    ctx = click.get_current_context()
    return 0 if ctx.invoked_subcommand else actions.config.show(parsed(ctx).common)


@group.command("path")
@with_common
def path(common: Common) -> int:
    r"""Show where config.toml is.

    \b
    Example:
      sicktui config path
    """
    return actions.config.path(common)


@group.command("edit")
@with_common
def edit(common: Common) -> int:
    r"""Open config.toml in an editor (VISUAL, EDITOR), and check it before it is taken.

    \b
    Example:
      sicktui config edit
    """
    return actions.config.edit(common)
