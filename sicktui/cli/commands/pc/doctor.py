"""``sicktui doctor``."""

from sicktui.cli import actions
from sicktui.cli.options import Common, command


@command("doctor")
def doctor(common: Common) -> int:
    r"""Check this PC for problems and show the fixes.

    Checks the folders, the configuration, the keyring, the terminal, proxies and the routes to the
    sensors. Sends nothing to any sensor. Exit code 2 if a check failed.

    \b
    Example:
      sicktui doctor
    """
    return actions.doctor.doctor(common)
