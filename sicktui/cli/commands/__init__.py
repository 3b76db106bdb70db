"""The definitions of the commands: names, arguments, options and help.

They import nothing but click, so that ``--help`` is quick; what a command does stands in a module of
``sicktui.cli`` that is imported when the command is run.
"""

from collections.abc import Mapping
from typing import Final

import click

from sicktui.cli.commands import (
    backup,
    backups,
    devices,
    diff,
    doctor,
    firmware,
    login,
    parameters,
    passphrase,
    plan,
    restore,
    runs,
    simulate,
    status,
    update,
    vault,
)

COMMANDS: Final[Mapping[str, click.Command]] = {
    "devices": devices.group,
    "status": status.status,
    "login": login.login,
    "logout": login.logout,
    "vault": vault.group,
    "plan": plan.plan,
    "update": update.update,
    "backup": backup.backup,
    "backups": backups.group,
    "restore": restore.restore,
    "passphrase": passphrase.group,
    "get": parameters.get,
    "set": parameters.set_value,
    "diff": diff.diff,
    "find-me": parameters.find_me,
    "runs": runs.group,
    "firmware": firmware.group,
    "simulate": simulate.simulate,
    "doctor": doctor.doctor,
}
"""Every command but the demo (which needs the dashboard), in the order of the help."""
