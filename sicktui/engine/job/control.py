"""What the jobs of a run share: whether it was cancelled, and whether others wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from sicktui.engine.job.ended import JobEnded
from sicktui.model.spread.rule import CANCELLED

CANCEL: Final = "cancel"
"""The command in the journal that asks a run to stop safely."""
CONTINUE: Final = "continue"
"""The command that approves the rest of a run that waits for it; behind a blank, who gave it."""


class Control:
    """The cancel flag of one run, and how many wait."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        self.waiting = 0
        """Devices that have not begun: they wait for a place, or for a wave."""
        self.may_act: Callable[[], Awaitable[None]] = _always
        """Asked before each act up to the one that cannot be taken back. Raises JobEnded (skipped) where the
        job must not begin now."""

    def cancel(self) -> None:
        """Start nothing more; jobs that have written nothing stop at their next checkpoint."""
        self.cancelled.set()

    def checkpoint(self) -> None:
        """Raise JobEnded if the run was cancelled. Only called where nothing has been written."""
        if self.cancelled.is_set():
            raise JobEnded(CANCELLED.verdict, CANCELLED.code, CANCELLED.message)


async def _always() -> None:
    """Nothing forbids it."""
