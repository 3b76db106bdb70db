"""What is kept of the log, what of that is shown, and what is looked for in it."""

from collections import deque
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from sicktui.tui.drawing.spans import Tone
from sicktui.tui.rows.log.lines import LogLine

CAPACITY: Final = 1000
"""Lines kept; the journal has all of a run's."""

Numbered = tuple[int, LogLine]
"""A line with its number since the start."""


class LogLevel(StrEnum):
    """Which lines are shown."""

    ALL = "all"
    WARNINGS = "warnings"
    ERRORS = "errors"


_LEAST: Final = {
    LogLevel.ALL: frozenset(Tone),
    LogLevel.WARNINGS: frozenset({Tone.WARN, Tone.BAD}),
    LogLevel.ERRORS: frozenset({Tone.BAD}),
}


def everything(_: LogLine) -> bool:
    """Every line."""
    return True


class LogBook:
    """The newest lines. While it is paused, those that come are held back."""

    def __init__(self) -> None:
        self._kept: deque[Numbered] = deque(maxlen=CAPACITY)
        self._held: deque[LogLine] = deque(maxlen=CAPACITY)
        self._next = 0
        self.is_paused = False
        self.wanted: Callable[[LogLine], bool] = everything
        """Whose lines are shown."""
        self.level = LogLevel.ALL
        self.sought = ""
        """What is looked for, whatever its case; empty: nothing."""
        self.place: int | None = None
        """The number of the line that was found last."""

    @property
    def held(self) -> int:
        """Lines held back since the pause."""
        return len(self._held)

    @property
    def lines(self) -> list[LogLine]:
        """Every line that is kept, shown or not."""
        return [*(line for _, line in self._kept), *self._held]

    def add(self, lines: Iterable[LogLine]) -> list[Numbered]:
        """Add lines. Returns those of them that are shown now."""
        if self.is_paused:
            self._held.extend(lines)
            return []
        new = list(enumerate(lines, self._next))
        self._next += len(new)
        self._kept.extend(new)
        return [each for each in new if self._shows(each[1])]

    def pause(self) -> None:
        """Hold back what comes."""
        self.is_paused = True

    def resume(self) -> None:
        """Take in what was held back."""
        self.is_paused = False
        held, self._held = self._held, deque(maxlen=CAPACITY)
        self.add(held)

    def shown(self) -> list[Numbered]:
        """The lines that are shown, the newest last."""
        return [each for each in self._kept if self._shows(each[1])]

    def _shows(self, line: LogLine) -> bool:
        return line.tone in _LEAST[self.level] and self.wanted(line)

    def next_level(self) -> None:
        """Show fewer lines, or all again."""
        levels = list(LogLevel)
        self.level = levels[(levels.index(self.level) + 1) % len(levels)]

    # The search

    def found(self) -> list[int]:
        """The numbers of the shown lines that have what is looked for."""
        wanted = self.sought.lower()
        return [number for number, line in self.shown() if wanted in line.plain.lower()] if wanted else []

    def seek(self, wanted: str) -> None:
        """Look for a text, from the newest line on."""
        self.sought = wanted
        self.place = next(reversed(self.found()), None)

    def step(self, direction: int) -> None:
        """Go to the line found below (1) or above (-1); behind the last one comes the first."""
        found = self.found()
        if not found:
            self.place = None
        elif self.place is None:
            self.place = found[-1]
        elif direction > 0:
            self.place = next((number for number in found if number > self.place), found[0])
        else:
            self.place = next((number for number in reversed(found) if number < self.place), found[-1])

    # For elsewhere

    def text(self, most: int | None = None) -> tuple[str, int]:
        """The lines that are shown as text, and how many of them it has.

        Args:
            most: bytes that it may take; the newest lines that fit are kept.
        """
        parts: list[str] = []
        room = most
        for _, line in reversed(self.shown()):
            part = f"{line.plain}\n"
            if room is not None:
                room -= len(part.encode())
                if room < 0:
                    break
            parts.append(part)
        return "".join(reversed(parts)), len(parts)
