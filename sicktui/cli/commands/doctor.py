"""``sicktui doctor``."""

from sicktui.cli import actions
from sicktui.cli.options import Common, command


@command("doctor")
def doctor(common: Common) -> int:
    """Tell what would go wrong on this PC, and the remedy.

    Looks at the folders, the configuration, the keyring, the terminal, proxies and the routes to
    the sensors. Sends nothing to any sensor. Exit code 2 if something must be put right.
    """
    return actions.doctor.doctor(common)
