"""What is shown on a terminal while sensors are read."""

from sicktui.cli.output import Printer
from sicktui.model.wording import count


class Reading:
    """Counts the sensors that were read, on one line of the terminal. Nothing without a terminal.

    Args:
        out: where the line goes.
        total: how many there are.
    """

    def __init__(self, out: Printer, total: int) -> None:
        self._out = out
        self._total = total
        self._done = 0

    def show(self) -> None:
        """Show the count, or nothing any more once all were read."""
        words = f"Reading: {self._done} of {count(self._total, 'sensor')}"
        self._out.overwrite(words if self._done < self._total else "")

    def done(self) -> None:
        """One more was read."""
        self._done += 1
        self.show()

    def clear(self) -> None:
        """Take the line away, so that another can be printed; ``show`` shows it again."""
        self._out.overwrite("")
