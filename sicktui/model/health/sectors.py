"""Contamination by sector (developer guide, section 6: 0 is blocked, never clean)."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from msgspec import Struct


class Sector(IntEnum):
    """The state of a sector, in the numbers of all families but LRS4000."""

    BLOCKED = 0
    CLEAN = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word of the sensor's own web page."""
        return _WORDS[self]


_WORDS: Final = {
    Sector.BLOCKED: "blocked",
    Sector.CLEAN: "clean",
    Sector.WARNING: "minor",
    Sector.ERROR: "heavy",
}
_LRS: Final = (Sector.CLEAN, Sector.WARNING, Sector.ERROR, Sector.BLOCKED)
"""LRS4000 counts otherwise: 0 clean, 1 warning, 2 error, 3 no value."""
_FIRST: Final = -138.0
_RANGE: Final = 276.0
_PICO_SECTORS: Final = 7
"""Of picoScan150: the first begins at -138 degrees, counter-clockwise."""


class Contamination(Struct, frozen=True, kw_only=True):
    """What a sensor reports of its front."""

    sectors: Sequence[Sector] = ()
    judged: Sequence[bool] = ()
    """Which sectors count for warning and error; empty: not reported."""
    strategy: int | None = None
    """0: off, so that no warning means nothing; ``None``: not reported."""
    warning: bool | None = None
    error: bool | None = None
    blocked_is_error: bool = False

    def which(self, *states: Sector) -> list[int]:
        """The sectors in one of these states, from 1 on, without those that do not count."""
        return [
            number
            for number, sector in enumerate(self.sectors, start=1)
            if sector in states and (len(self.judged) != len(self.sectors) or self.judged[number - 1])
        ]


def sector_of(code: int, family: str) -> Sector:
    """The state that a number means.

    Raises:
        ValueError: it means none.
    """
    if not family.lower().startswith("lrs"):
        return Sector(code)
    if not 0 <= code < len(_LRS):
        raise ValueError(code)
    return _LRS[code]


def place(number: int, of: int, family: str) -> str:
    """Where a sector is: ``sector 2 (-99 to -59 degrees)``; the angles only where they are documented."""
    if of != _PICO_SECTORS or family.lower() != "picoscan":
        return f"sector {number}"
    width = _RANGE / of
    begin = _FIRST + width * (number - 1)
    return f"sector {number} ({begin:.0f} to {begin + width:.0f} degrees)"
