"""The one way from a job to the journal.

``record`` returns when the events are safe on disk, so that the intention to do something is known
before anything reaches the sensor. ``record_soon`` is for what may be lost (progress, contact): it is written
within a quarter of a second, together with whatever else is waiting. All jobs of a run share one
writer, so fifty sensors that reach a step at once cost one disk synchronisation, not fifty.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Final

from sicktui.model.clock import Clock, timestamp
from sicktui.model.run.event import Event
from sicktui.stores.journal.database import JournalDamaged, JournalError
from sicktui.stores.journal.journal import Journal

NOTE_INTERVAL: Final = 0.25
"""Seconds between two writes of what need not be durable: the front ends redraw no faster."""

PATIENCE: Final = 20.0
"""Seconds for which a durable write is tried again while the disk is full or the journal is kept busy."""
PAUSE: Final = 0.5

_log = logging.getLogger(__name__)


class Recorder:
    """Writes the events of one run. ``serve`` must be running while jobs record.

    Args:
        journal: where to.
        run: the run's id; put into the events by their makers.
        clock: for time stamps. Writing itself goes by the PC's clock.
    """

    def __init__(self, journal: Journal, run: str, clock: Clock) -> None:
        self.run = run
        self._journal = journal
        self._clock = clock
        self._notes: list[Event] = []
        self._durable: list[Event] = []
        self._kept: list[Event] = []
        self._failing = False
        self._waiting: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()

    def now(self) -> str:
        """The time stamp of an event that happens now."""
        return timestamp(self._clock.now())

    def record_soon(self, event: Event) -> None:
        """Write soon; may be lost if the PC loses power."""
        self._notes.append(event)

    async def record(self, *events: Event) -> None:
        """Return when the events are on disk, whatever happens afterwards.

        Raises:
            JournalError: they could not be written, although it was tried for ``PATIENCE`` seconds.
        """
        done = asyncio.get_running_loop().create_future()
        # What was noted before comes before, so that a reader sees things in their order.
        self._durable += [*self._notes, *events]
        self._notes = []
        self._waiting.append(done)
        self._wake.set()
        await done

    def defer(self, *events: Event) -> None:
        """Write events that ``record`` could not write as soon as it works again, before all others."""
        self._kept += events

    async def drain(self) -> None:
        """Write everything that waits or was kept, for good.

        Raises:
            JournalError: it could not be written, although it was tried for ``PATIENCE`` seconds.
        """
        async with self._writing:
            self._failing = False
        await self.flush()
        if self._kept:
            kept, self._kept = self._kept, []
            await self.record(*kept)

    async def serve(self) -> None:
        """Write until cancelled. ``flush`` afterwards for the last notes."""
        while True:
            try:
                async with asyncio.timeout(NOTE_INTERVAL):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            await self.flush()

    async def flush(self) -> None:
        """Write everything that waits.

        A failure goes to those who wait for it; what was kept stays kept, and notes are lost.
        """
        async with self._writing:
            kept, self._kept = self._kept, []
            durable, self._durable = self._durable, []
            notes, self._notes = self._notes, []
            waiting, self._waiting = self._waiting, []
            if (kept or durable) and not await self._write([*kept, *durable, *notes], waiting):
                self._kept = [*kept, *self._kept]
            elif notes and not (kept or durable):
                # No caller waits for these; the next durable event meets the same fault.
                await self._write(notes, waiting, durable=False)

    async def _write(
        self, events: Sequence[Event], waiting: Sequence["asyncio.Future[None]"], *, durable: bool = True
    ) -> bool:
        try:
            await self._append(events, durable=durable)
        except Exception as error:  # noqa: BLE001  every waiter gets it, whatever it was
            for future in waiting:
                if not future.done():
                    future.set_exception(error)
            return False
        for future in waiting:
            if not future.done():
                future.set_result(None)
        return True

    async def _append(self, events: Sequence[Event], *, durable: bool) -> None:
        """Write, and try again for a while, but not each time anew while it does not work at all."""
        deadline = time.monotonic() + (PATIENCE if durable and not self._failing else 0.0)
        logged = False
        while True:
            try:
                await asyncio.to_thread(self._journal.append, self.run, events, durable=durable)
            except JournalDamaged:
                raise
            except JournalError:
                if time.monotonic() >= deadline:
                    self._failing = durable or self._failing
                    raise
                if not logged:
                    # Once, not at every try: the disk that is full may be the log's too.
                    _log.exception("The journal of run %s is tried again for %g s", self.run, PATIENCE)
                    logged = True
                await asyncio.sleep(PAUSE)
            else:
                self._failing = False
                return
