"""Reads the backups on this PC in a worker, so that the list can mark what is missing or old."""

import asyncio
from collections.abc import Iterable
from typing import Final

from textual.screen import Screen

from sicktui.engine.backup.marks import SensorHistory
from sicktui.engine.context import Context
from sicktui.model.enums import Step, StepState
from sicktui.model.errors import SicktuiError
from sicktui.model.run.event import Event, StepChanged
from sicktui.tui.messages import BackupsRead, TroubleMet

SOON: Final = 2.0
"""Seconds in which the backups that a run makes are gathered for one read."""
REFRESH_EVERY: Final = 300.0
"""Seconds between two reads without an occasion: backups grow old, and other sessions make some."""

_MADE: Final = (Step.BACKUP, Step.STORE)
"""The steps of a run after which there is a backup."""


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
        self._soon = False

    def advanced(self, events: Iterable[Event]) -> None:
        """Read them soon, if a run has made one."""
        made = any(
            isinstance(event, StepChanged) and event.step in _MADE and event.state is StepState.DONE
            for event in events
        )
        if made and not self._soon:
            self._soon = True
            self._screen.set_timer(SOON, self.refresh)

    def refresh(self) -> None:
        """Read them now."""
        self._soon = False
        self._screen.run_worker(
            self._read(), group="backups", name="read backups", exclusive=True, exit_on_error=False
        )

    async def _read(self) -> None:
        try:
            found = await asyncio.to_thread(_histories, self._context)
        except SicktuiError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._screen.post_message(TroubleMet(self._trouble))
            return
        self._trouble = ""
        self._screen.post_message(BackupsRead(found))


def _histories(context: Context) -> list[SensorHistory]:
    from sicktui.engine.backup.history import histories  # noqa: PLC0415 - after the first picture

    return histories(context)
