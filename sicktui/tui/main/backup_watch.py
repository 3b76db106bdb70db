"""Reads the backups on this PC in a worker, so that the list can mark what is missing or old."""

import asyncio
from typing import Final

from textual.screen import Screen

from sicktui.engine.backup.history import histories
from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.tui.messages import BackupsRead, TroubleMet

REFRESH_EVERY: Final = 300.0
"""Seconds between two reads without an occasion: backups grow old, and other sessions make some."""


class BackupWatch:
    """Reads the backups in a worker; a new request restarts it.

    Args:
        screen: owns the worker and receives the messages.
        context: for the engine.
    """

    def __init__(self, screen: "Screen[None]", context: Context) -> None:
        self._screen = screen
        self._context = context
        self._trouble = ""

    def refresh(self) -> None:
        """Read them now."""
        self._screen.run_worker(
            self._read(), group="backups", name="read backups", exclusive=True, exit_on_error=False
        )

    async def _read(self) -> None:
        try:
            found = await asyncio.to_thread(histories, self._context)
        except SicktuiError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._screen.post_message(TroubleMet(self._trouble))
            return
        self._trouble = ""
        self._screen.post_message(BackupsRead(found))
