"""Every command of the dashboard, defined once.

The key bindings, the hint bar, the help screen, the command palette and the reasons why a command
cannot be used now all come from this table. Each has a printable key: terminals over SSH lose Esc,
arrows and control chords at times. ``main/dispatcher.py`` runs the commands.

``command`` is a command and the reasons why it cannot be used; ``context`` what these depend on; ``keymap``
the keys after the settings; ``hints`` those that can be used here and now; ``advice`` puts them in the
place of commands. The table, a group each: ``view``, ``sensors``, ``firmware``, ``runs``, ``backups``,
``parameters``, ``devices``, ``passwords``, ``log``.
"""

from typing import Final

from sicktui.tui.commands import (
    backups,
    devices,
    firmware,
    log,
    parameters,
    passwords,
    runs,
    sensors,
    view,
)
from sicktui.tui.commands.command import Command

COMMANDS: Final[tuple[Command, ...]] = (
    *sensors.COMMANDS,
    *firmware.COMMANDS,
    *backups.COMMANDS,
    *parameters.COMMANDS,
    *passwords.COMMANDS,
    *runs.COMMANDS,
    *devices.COMMANDS,
    *log.COMMANDS,
    *view.COMMANDS,
)
"""All commands, in the order of the help screen."""

BY_ID: Final = {command.id: command for command in COMMANDS}
