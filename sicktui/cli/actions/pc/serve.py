"""What ``sicktui serve`` does: the dashboard in a browser of this PC."""

import asyncio
import importlib.util
import ipaddress
import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Final

from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.signals import Interrupts
from sicktui.engine.run.process import own_module
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode
from sicktui.model.lines.pc import ServingLine

if TYPE_CHECKING:
    from sicktui.cli.actions.pc.web import WebDashboard

BROWSER: Final = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONUTF8": "1"}
"""What the terminal in the page can show, in the environment of the dashboards."""


def serve(common: Common, host: str, port: int, *, exposed: bool) -> int:
    """Serve the dashboard until a signal.

    Raises:
        UsageError: other PCs could reach it and ``--exposed`` is missing; an option cannot be passed on; the
            extra is not installed.
    """
    if common.password_stdin or common.passphrase_stdin:
        raise UsageError(
            "The dashboard in a browser reads no password from stdin.",
            advice="Store it with 'sicktui login', or enter it in the dashboard.",
        )
    if not exposed and not is_loopback(host):
        raise UsageError(
            f"At {host} other PCs reach the dashboard, unencrypted and without a login: only the key in the "
            "address keeps them out.",
            advice="Leave out --listen and use a tunnel (ssh -L), or add --exposed in a trusted network.",
        )
    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError(
            "The dashboard cannot be served: textual-serve is not installed.",
            advice="Install it with the extra 'web': pip install 'sicktui[web]'.",
        )
    from sicktui.cli.actions.pc.web import WebDashboard  # noqa: PLC0415  of the extra

    with open_cli(common) as cli:  # the settings must be good before a page shows that they are not
        os.environ.update(BROWSER)
        command = own_module("sicktui", *forwarded(common))
        line = subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)
        return asyncio.run(_serve(cli, WebDashboard(line, host, port), exposed=exposed))


def is_loopback(host: str) -> bool:
    """Whether only programs of this PC reach an address. A name but ``localhost`` may lead anywhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def forwarded(common: Common) -> list[str]:
    """The common options that hold for the dashboards too."""
    home = [] if common.home is None else ["--home", str(common.home.absolute())]
    return [*home, *(word for setting in common.overrides for word in ("--set", setting))]


async def _serve(cli: CliContext, server: "WebDashboard", *, exposed: bool) -> int:
    with Interrupts() as interrupts:
        try:
            await server.start()
        except OSError as error:
            raise SicktuiError(
                f"Cannot listen at {server.host}, port {server.port}: {error.strerror or error}.",
                advice="Choose another port with --port.",
            ) from error
        try:
            cli.out.emit(ServingLine(ts=cli.now(), address=server.address))
            cli.out.line(f"Open {server.address}")
            cli.out.note(
                "It has no login: anyone with this address is you. Nothing is encrypted. "
                "Each page that is open is a dashboard, and runs continue without it. Press Ctrl-C to stop."
            )
            if exposed:
                cli.out.note("Other PCs may reach it (--exposed).", "yellow")
            await interrupts.ctrl_c()
        finally:
            await server.stop()
    return ExitCode.OK
