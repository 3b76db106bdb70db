"""What is shown on a terminal while sensors are read."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sicktui.cli.context import CliContext
from sicktui.cli.output import Printer
from sicktui.model.wording import count

_T = TypeVar("_T")


class ReadCounter:
    """Counts the sensors that were read, on one line of the terminal. Nothing without a terminal.

    Args:
        out: where the line goes.
        total: how many there are.
    """

    def __init__(self, out: Printer, total: int) -> None:
        self._out = out
        self._total = total
        self._done = 0
        self._part = ""

    def step(self, done: int, total: int) -> None:
        """A part of a sensor was read: shown where it is the only one, which may take a quarter of a minute.

        Args:
            done: values that were read.
            total: how many there are.
        """
        if self._total == 1:
            self._part = f" ({done} of {count(total, 'value')})"
            self.show()

    def show(self) -> None:
        """Show the count, or nothing any more once all were read."""
        words = f"Reading: {self._done} of {count(self._total, 'sensor')}{self._part}"
        self._out.overwrite(words if self._done < self._total else "")

    def done(self) -> None:
        """One more was read."""
        self._done += 1
        self.show()

    def clear(self) -> None:
        """Take the line away, so that another can be printed; ``show`` shows it again."""
        self._out.overwrite("")


def read_counted(
    cli: CliContext, total: int, read: Callable[[Callable[[object], None]], Coroutine[Any, Any, _T]]
) -> _T:
    """Read sensors, with a count of those that were read on the terminal.

    Args:
        cli: the call.
        total: how many sensors there are.
        read: reads them, and calls what it is given for each that was read.

    Raises:
        ReaderGone: the reader of stdout is gone; nothing was begun.
    """
    reading = ReadCounter(cli.out, total)
    reading.show()
    try:
        return cli.read(read(lambda _: reading.done()))
    finally:
        reading.clear()
