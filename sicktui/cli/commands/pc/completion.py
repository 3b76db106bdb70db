"""``sicktui completion``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command

SHELLS = ("bash", "zsh", "fish", "powershell")


@command("completion")
@click.argument("shell", metavar="SHELL", type=click.Choice(SHELLS))
def completion(common: Common, shell: str) -> int:
    r"""Print the script that completes commands, devices, tags, runs, backups and packages in a shell.

    SHELL is bash, zsh, fish or powershell. The shell must read the script when it starts.

    \b
    Examples:
      sicktui completion bash > ~/.local/share/bash-completion/completions/sicktui
      sicktui completion zsh > ~/.zfunc/_sicktui          (with ~/.zfunc in fpath)
      sicktui completion fish > ~/.config/fish/completions/sicktui.fish
      sicktui completion powershell >> $PROFILE
    """
    return actions.completion.completion(common, shell)
