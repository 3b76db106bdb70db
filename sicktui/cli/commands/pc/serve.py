"""``sicktui serve``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command


@command("serve")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8017,
    show_default=True,
    metavar="P",
    help="TCP port; 0: a free one.",
)
@click.option(
    "--listen",
    "host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen at. One that other PCs reach needs --exposed too.",
)
@click.option("--exposed", is_flag=True, help="Let other PCs reach it, unencrypted.")
def serve(common: Common, *, host: str, port: int, exposed: bool) -> int:
    r"""Show the dashboard in a browser of this PC, until Ctrl-C.

    Prints the address to open. The key in it is the only protection: there is no login, and nothing is
    encrypted. Needs the extra 'web': pip install 'sicktui[web]'.

    \b
    Example:
      sicktui serve --port 8000
    """
    return actions.serve.serve(common, host, port, exposed=exposed)
