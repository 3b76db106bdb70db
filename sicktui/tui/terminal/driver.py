"""A driver that a stalled terminal cannot freeze.

Textual hands its output to a thread through a queue of 30 with a blocking put: a terminal that
stops reading (a sleeping laptop, a suspended SSH client) stops the whole event loop, for 8.5 s in
a measurement. Here frames are dropped while the queue is nearly full, and the screen is painted
once when the terminal reads again.
"""

import os
import queue
import sys
from typing import Final

from textual.drivers._writer_thread import WriterThread

if sys.platform == "win32":
    from textual.drivers import win32
    from textual.drivers.windows_driver import WindowsDriver as PlatformDriver

    from sicktui.tui.terminal.parser import BoundedParser

    setattr(win32, "XTermParser", BoundedParser)  # noqa: B010 - its input thread makes the parser itself
else:
    from sicktui.tui.terminal.posix_driver import PosixDriver as PlatformDriver

CROWDED: Final = 12
"""Writes in the queue from which on frames are dropped: about four frames."""
LOOK_AGAIN: Final = 0.2
"""Seconds between two checks whether the terminal reads again."""
LAST_WORDS: Final = 1.0
"""Seconds for the terminal to read the sequences that restore it."""

SYNC_START: Final = "\x1b[?2026h"
SYNC_END: Final = "\x1b[?2026l"


class PatientDriver(PlatformDriver):
    """Textual's driver of this platform, with frames that may be dropped."""

    _leaving = False
    _skipping = False
    _owed = False

    @property
    def _pending(self) -> "queue.Queue[str | None] | None":
        """The queue to the writer; ``None`` once the writer has ended."""
        thread: WriterThread | None = self._writer_thread
        if thread is None or not thread.is_alive():
            return None
        return thread._queue  # noqa: SLF001 - Textual offers no other way to see how full it is

    def start_application_mode(self) -> None:
        """Start, with a queue whose ``put`` never blocks: this class bounds it by dropping frames."""
        self._leaving = False
        if os.name == "posix" and self._file is not None and not self._owns_file:
            # With its own file, a writer that is stuck for ever holds no lock that the
            # interpreter needs to flush stderr at its end.
            self._file = os.fdopen(
                os.dup(self._file.fileno()), "w", encoding=self._file.encoding, errors="replace"
            )
            self._owns_file = True
        super().start_application_mode()
        if (pending := self._pending) is not None:
            pending.maxsize = 0

    _owns_file = False

    def write(self, data: str) -> None:
        """Write, unless the terminal is too far behind; then repaint later."""
        pending = self._pending
        if pending is None:
            return
        if data == SYNC_START:
            self._skipping = not self._leaving and pending.qsize() > CROWDED
        crowded = self._skipping or pending.qsize() > CROWDED
        if data == SYNC_END:
            crowded, self._skipping = self._skipping, False
        if crowded and not self._leaving:
            if not self._owed:
                self._owed = True
                self._loop.call_soon_threadsafe(self._loop.call_later, LOOK_AGAIN, self._repay)
            return
        super().write(data)

    def _repay(self) -> None:
        """Paint the whole screen once the terminal has read all."""
        pending = self._pending
        if pending is None or self._leaving:
            return
        if pending.qsize():
            self._loop.call_later(LOOK_AGAIN, self._repay)
            return
        self._owed = False
        self._app.refresh(layout=True)

    def stop_application_mode(self) -> None:
        """Restore the terminal, and drop the frames that a stalled one has not read."""
        self._leaving = True
        pending = self._pending
        while self._owed and pending is not None and pending.qsize():
            try:
                pending.get_nowait()
            except queue.Empty:
                break
        self._owed = False
        super().stop_application_mode()

    def close(self) -> None:
        """End the writer; one that is stuck in a write is left behind (it is a daemon)."""
        pending, writer = self._pending, self._writer_thread
        if pending is not None and writer is not None:
            pending.put(None)
            writer.join(LAST_WORDS)
        if self._pending is None:
            super().close()
        elif sys.platform == "win32" and self._restore_console is not None:
            self._restore_console()  # the modes of the console need no writer
