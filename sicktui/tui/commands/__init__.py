"""Every command of the dashboard, defined once.

The key bindings, the hint bar, the help screen, the command palette and the reasons why a command
is of no use right now all come from this table. Each has a printable key: terminals over SSH lose
Esc, arrows and control chords at times. What carries a command out stands in ``carrier.py``.
"""

from typing import Final

from sicktui.tui.commands import backups, devices, firmware, parameters, passwords, runs, sensors, view
from sicktui.tui.commands.command import Command

COMMANDS: Final[tuple[Command, ...]] = (
    *sensors.COMMANDS,
    *firmware.COMMANDS,
    *backups.COMMANDS,
    *parameters.COMMANDS,
    *passwords.COMMANDS,
    *runs.COMMANDS,
    *devices.COMMANDS,
    *view.COMMANDS,
)
"""All commands, in the order of the help screen."""

BY_ID: Final = {command.id: command for command in COMMANDS}
