"""A clean end when the terminal goes away or the process is terminated.

By default SIGHUP kills the app at once, without any ``finally``; ignoring it would leave the loop
writing to a terminal that is gone. Neither affects a run, which is a separate process.
"""

import asyncio
import errno
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

from textual.timer import Timer

if TYPE_CHECKING:
    from textual.app import App

CHECK_EVERY: Final = 2.0
"""Seconds between two checks whether the terminal is still there (a hang-up can come without a signal)."""
HUNG_UP: Final = 129
ENDED: Final = 143


class TerminalGuard:
    """Ends the app when it loses its terminal or is asked to end."""

    def __init__(self, app: "App[Any]") -> None:
        self._app = app
        self._handled: list[int] = []
        self._timer: Timer | None = None

    def start(self) -> None:
        """Handle the signals, where the app has a terminal. Windows has no such signals."""
        if sys.platform != "win32" and not self._app.is_headless:
            loop = asyncio.get_running_loop()
            for number, code in ((signal.SIGHUP, HUNG_UP), (signal.SIGTERM, ENDED)):
                loop.add_signal_handler(number, self._end, code)
                self._handled.append(number)
            self._timer = self._app.set_interval(CHECK_EVERY, self._check)

    def stop(self) -> None:
        """Restore the signals."""
        for number in self._handled:
            asyncio.get_running_loop().remove_signal_handler(number)
        self._handled.clear()

    def _end(self, code: int) -> None:
        self._app.exit(return_code=code)

    def _check(self) -> None:
        if terminal_is_gone():
            self._end(HUNG_UP)


def terminal_is_gone() -> bool:
    """Whether standard input was a terminal that has hung up."""
    if sys.platform != "win32" and sys.__stdin__ is not None:
        import termios  # noqa: PLC0415 - not on every platform

        try:
            termios.tcgetattr(sys.__stdin__.fileno())
        except termios.error as error:
            return bool(error.args[0] == errno.EIO)
    return False
