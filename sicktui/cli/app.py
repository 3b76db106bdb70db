"""The command line: parses the arguments, runs the command, and returns the exit code."""

import os
from collections.abc import Sequence
from typing import Final

import click

from sicktui import __version__
from sicktui.cli import actions, lines
from sicktui.cli.commands import Commands
from sicktui.cli.completion import COMPLETING
from sicktui.cli.options import CommandGroup, Common, Parsed, StartDashboard, parsed
from sicktui.cli.streams import ReaderGone
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError
from sicktui.model.exit_codes import ExitCode, exit_code_of
from sicktui.model.safe_text import clean

MAX_MESSAGE: Final = 2000
"""Characters of an error message."""
_INTERRUPTED: Final = "Interrupted. Nothing was written to any sensor."


HELP: Final = r"""Update, back up and restore SICK LiDAR sensors, many at once.

Without a command, sicktui starts the dashboard; where none can be shown, it prints the state of the
sensors. DEVICE is a name from the device list, @tag, all, or an address (host or host:port).

\b
Examples:
  sicktui demo                    try it on simulated sensors
  sicktui devices add gate-1 192.168.0.11 --tag hall-3
  sicktui status all
  sicktui plan @hall-3 --package picoScan150_2.3.0.0R.spk.signed
  sicktui update @hall-3 --package picoScan150_2.3.0.0R.spk.signed
"""

EPILOG: Final = "\n".join(
    (
        "\b\nExit codes:",
        *(f"  {code.value:<4} {code.meaning}" for code in ExitCode),
        "Output that cannot be written makes a 0 a 1.",
    )
)


def build(dashboard: StartDashboard) -> CommandGroup:
    """The whole command line.

    Args:
        dashboard: starts the dashboard; called only when it is needed.
    """

    def without_command() -> int:
        ctx = click.get_current_context()
        if ctx.invoked_subcommand is not None:
            return 0
        from sicktui.cli.context import open_cli  # noqa: PLC0415  --help needs no engine
        from sicktui.cli.output import no_screen  # noqa: PLC0415

        common = parsed(ctx).common
        if trouble := no_screen(common):
            return actions.status.instead_of_dashboard(common, trouble)
        with open_cli(common) as cli:
            return dashboard(cli.context, demo=False)

    def demo() -> click.Command:
        from sicktui.cli.commands.pc.demo import demo_command  # noqa: PLC0415  as the other commands

        return demo_command(dashboard)

    root = CommandGroup(
        name="sicktui",
        callback=without_command,
        invoke_without_command=True,
        help=HELP,
        epilog=EPILOG,
        commands=Commands({"demo": demo}),
    )
    root.params.append(
        click.Option(
            ["--version", "-V"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help="Show the version and exit.",
        )
    )
    return root


def _show_version(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"sicktui {__version__}")
        ctx.exit()


def run(arguments: Sequence[str], *, dashboard: StartDashboard) -> int:
    """Run one call of the program.

    Args:
        arguments: those after the program's name.
        dashboard: starts the dashboard.

    Returns:
        The exit code, as the command-line contract defines it. An error that stopped the command before
        anything was written is 4 (2 for wrong use and configuration, 1 for a sensor that fails); an
        unexpected one is 1.
    """
    collection = Parsed()
    lines.begin()
    if COMPLETING in os.environ:
        from sicktui.cli.completion.shells import register  # noqa: PLC0415  for a shell alone

        register()
    code, error = _run(arguments, dashboard, collection)
    # The option may be behind what could not be parsed.
    if code and (collection.common.json or "--json" in arguments) and not lines.has_ended():
        _print_error_line(code, error or lines.trouble(code))
    return code


def _run(
    arguments: Sequence[str], dashboard: StartDashboard, collection: Parsed
) -> tuple[int, SicktuiError | None]:
    """The exit code, and the error that ended the call."""
    try:
        code = build(dashboard).main(
            list(arguments), prog_name="sicktui", standalone_mode=False, obj=collection
        )
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE, UsageError(error.format_message())
    except click.Abort:
        # From click, for a Ctrl-C that no command handles: nothing was written.
        _print_error(collection.common, _INTERRUPTED)
        return ExitCode.INTERRUPTED, SicktuiError(_INTERRUPTED, code=Code.INTERRUPTED)
    except ReaderGone:
        return ExitCode.FAILED, None
    except SicktuiError as error:
        _print_error(collection.common, f"Error: {error.message}", error.advice)
        return exit_code_of(error), error
    except Exception as error:  # noqa: BLE001  the last resort: say it in a sentence, keep the details
        from sicktui.cli import crash_log  # noqa: PLC0415  rarely needed

        message, *advice = crash_log.record(error, collection.common)
        _print_error(collection.common, message, *advice)
        return ExitCode.FAILED, SicktuiError(message, advice=" ".join(advice))
    return int(code or 0), None


def _print_error_line(code: int, error: SicktuiError) -> None:
    """The contract's ``error`` line, the last one of a command that did not end well."""
    from sicktui.cli.output import Printer  # noqa: PLC0415  --help is quick without it
    from sicktui.model.clock import SystemClock, timestamp  # noqa: PLC0415
    from sicktui.model.lines.pc import ErrorLine  # noqa: PLC0415

    Printer.for_call(Common(json=True)).emit(
        ErrorLine(
            ts=timestamp(SystemClock().now()),
            code=error.code,
            message=clean(error.message, MAX_MESSAGE),
            advice=clean(error.advice, MAX_MESSAGE),
            exit_code=code,
        )
    )


def _print_error(common: Common, *lines: str) -> None:
    """Print an error for people, each line made harmless."""
    from sicktui.cli.output import Printer  # noqa: PLC0415  --help is quick without it

    out = Printer.for_call(common)
    for line in filter(None, lines):
        out.error(clean(line, MAX_MESSAGE))
