"""The definitions of the commands: names, arguments, options and help; a module for each command or group.

They import little but click, so that ``--help`` is quick. What a command does is in the module of the same
name in ``sicktui.cli.actions``, which is imported when the command runs. ``COMMANDS`` has all of them in the
order of the help; ``demo`` is added by ``sicktui.cli.app``, because it needs to start the dashboard.
"""

from collections.abc import Mapping
from typing import Final

import click

from sicktui.cli.commands.backups import backup, diff, restore, stored
from sicktui.cli.commands.network import address, commission, discover
from sicktui.cli.commands.packages import firmware, sources
from sicktui.cli.commands.passwords import login, passphrase, passwd, vault
from sicktui.cli.commands.pc import completion, config, doctor, manual, serve, simulate
from sicktui.cli.commands.sensors import devices, dump, parameters, status
from sicktui.cli.commands.updates import plan, runs, update

COMMANDS: Final[Mapping[str, click.Command]] = {
    "devices": devices.group,
    "discover": discover.discover,
    "status": status.status,
    "login": login.login,
    "logout": login.logout,
    "passwd": passwd.passwd,
    "vault": vault.group,
    "plan": plan.plan,
    "update": update.update,
    "backup": backup.backup,
    "backups": stored.group,
    "restore": restore.restore,
    "passphrase": passphrase.group,
    "get": parameters.get,
    "set": parameters.set_value,
    "diff": diff.diff,
    "address": address.address,
    "commission": commission.commission,
    "find-me": parameters.find_me,
    "dump": dump.dump,
    "runs": runs.group,
    "firmware": firmware.group,
    "sources": sources.group,
    "serve": serve.serve,
    "simulate": simulate.simulate,
    "doctor": doctor.doctor,
    "config": config.group,
    "completion": completion.completion,
    "help": manual.help_command,
}
"""Every command but the demo, in the order of the help."""
