"""Reads the keys of a POSIX terminal, whatever bytes it sends.

Textual 8.2.8 decodes strictly: one byte that is not UTF-8 ends its input thread, and with it the program.
"""

import codecs
import errno
import os
import selectors
import threading
from functools import partial
from typing import Final

from textual.drivers.linux_driver import LinuxDriver

from sicktui.tui.terminal.parser import BoundedParser
from sicktui.tui.terminal.signals import HUNG_UP

TICK: Final = 0.05
"""Seconds between two checks for what silence completes, such as the Esc key."""
READ_AT_ONCE: Final = 4096
"""Bytes."""


class PosixDriver(LinuxDriver):
    """Textual's driver for Linux and macOS with an input thread that survives all input."""

    def start_application_mode(self) -> None:
        """Start, with a type for the type checker."""
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def run_input_thread(self) -> None:
        """Read keys until the end, or until the terminal is gone."""
        parser = BoundedParser(self._debug)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                data = self._read_keys() if selector.select(TICK) else None
                if data == b"":
                    self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=HUNG_UP))
                    return
                if data:
                    for event in parser.feed(decoder.decode(data)):
                        self.process_message(event)
                    self._wait_for_loop()
                for event in parser.tick():
                    self.process_message(event)

    def _read_keys(self) -> bytes:
        """What the terminal has sent; nothing when it is gone."""
        try:
            return os.read(self.fileno, READ_AT_ONCE)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return b""

    def _wait_for_loop(self) -> None:
        """Read no faster than the event loop takes it: a flood stays in the terminal, not in memory."""
        taken = threading.Event()
        self._loop.call_soon_threadsafe(taken.set)
        while not taken.wait(TICK) and not self.exit_event.is_set():
            pass

    def _run_input_thread(self) -> None:
        """Read keys; an error ends the app with exit code 1."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - no key would be read any more: the app must end
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)  # noqa: SLF001
