"""What ``sicktui completion`` does: prints the script of a shell."""

from sicktui.cli.completion.shells import script
from sicktui.cli.options import Common
from sicktui.cli.output import Printer
from sicktui.model.errors import UsageError
from sicktui.model.exit_codes import ExitCode


def completion(common: Common, shell: str) -> int:
    """Print the script that a shell reads."""
    if common.json:
        raise UsageError("A script is not JSON lines.", advice="Leave out --json.")
    Printer.for_call(common).document(script(shell).encode())
    return ExitCode.OK
