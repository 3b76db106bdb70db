"""Remembers how the dashboard looks, off the event loop."""

import asyncio
import threading
from collections.abc import Callable
from typing import Final

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.stores.memory.view import ViewMemory, ViewRecord

SETTLED: Final = 1.0
"""Seconds without another change before one is written: a filter is typed letter by letter."""
PATIENCE: Final = 1.0
"""Seconds that leaving the dashboard waits for the disk."""


class ViewKeeper:
    """Reads the view once, and writes what changes.

    Args:
        screen: owns the worker.
        context: for the home and the time.
        view: the view now; not asked before the first one was shown.
    """

    def __init__(self, screen: "Screen[None]", context: Context, view: Callable[[], ViewRecord]) -> None:
        self._screen = screen
        self._clock = context.clock
        self._memory = ViewMemory(context.home.view_file)
        self._view = view
        self._written = self._now = ViewRecord()
        self._was_read = False
        self._lock = threading.Lock()

    async def restore(self, show: Callable[[ViewRecord], object]) -> None:
        """Show the view of the last time."""
        show(await asyncio.to_thread(self._memory.read))
        # What is shown then, not what the file has: one of another version is left as it is.
        self._written = self._now = self._view()
        self._was_read = True

    def look(self) -> None:
        """Remember the view as it is now; one that did not change costs nothing."""
        if self._was_read and self._view() != self._now:
            self._now = self._view()
            self._screen.run_worker(
                self._write(), group="view", name="remember the view", exclusive=True, exit_on_error=False
            )

    async def flush(self) -> None:
        """Write at once what is not written yet."""
        if self._was_read:
            self._now = self._view()
        if self._now != self._written:
            writing = asyncio.ensure_future(asyncio.to_thread(self._save))
            await asyncio.wait([writing], timeout=PATIENCE)

    def _save(self) -> None:
        with self._lock:  # Of two threads the later one finds what is newest, or nothing to do.
            before, self._written = self._written, self._now
            if before != self._written:
                self._memory.write(before, self._written)

    async def _write(self) -> None:
        await self._clock.sleep(SETTLED)
        await self.flush()
