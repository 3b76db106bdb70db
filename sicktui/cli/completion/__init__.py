"""Completion in shells.

- ``values``: what the home has: devices, tags, runs, backups, packages. Imports little: a key waits for it.
- ``shells``: the scripts, and how each shell asks and is answered.
"""

from typing import Final

COMPLETING: Final = "_SICKTUI_COMPLETE"
"""In the environment of a call that a shell makes for completions."""
