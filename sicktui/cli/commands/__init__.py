"""The definitions of the commands: names, arguments, options and help.

They import nothing but click, so that ``--help`` is quick; what a command does stands in a module of
``sicktui.cli`` that is imported when the command is run.
"""

from collections.abc import Mapping
from typing import Final

import click

from sicktui.cli.commands import (
    backups,
    devices,
    firmware,
    looks,
    parameters,
    passphrases,
    passwords,
    restores,
    runs,
    simulators,
    updates,
    vault,
)

COMMANDS: Final[Mapping[str, click.Command]] = {
    "devices": devices.group,
    "status": looks.status,
    "login": passwords.login,
    "logout": passwords.logout,
    "vault": vault.group,
    "plan": updates.plan,
    "update": updates.update,
    "backup": backups.backup,
    "backups": backups.group,
    "restore": restores.restore,
    "passphrase": passphrases.group,
    "get": parameters.get,
    "set": parameters.set_value,
    "diff": parameters.diff,
    "find-me": parameters.find_me,
    "runs": runs.group,
    "firmware": firmware.group,
    "simulate": simulators.simulate,
    "doctor": looks.doctor,
}
"""Every command but the demo (which needs the dashboard), in the order of the help."""
