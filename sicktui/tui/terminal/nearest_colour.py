"""The nearest of the 256 colours of a terminal.

Rich rounds each of red, green and blue: a dark grey with a touch of blue becomes navy. Here the distance is
that of Oklab (Ottosson 2020), in which equal steps look equal.
"""

import itertools
from functools import lru_cache
from typing import Final

from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.filter import LineFilter

Triplet = tuple[int, int, int]

_LEVELS: Final = (0, 95, 135, 175, 215, 255)
_CUBE: Final = 16
_GREYS: Final = 232

PALETTE: Final[dict[int, Triplet]] = {
    _CUBE + number: rgb for number, rgb in enumerate(itertools.product(_LEVELS, _LEVELS, _LEVELS))
} | {_GREYS + step: (grey, grey, grey) for step, grey in enumerate(range(8, 248, 10))}
"""The colours of xterm by number, without the first sixteen: those are the terminal's own."""


@lru_cache(4096)
def nearest(rgb: Triplet) -> int:
    """The number of the colour that looks most like this one."""
    wanted = oklab(rgb)
    return min(
        PALETTE, key=lambda number: sum((a - b) ** 2 for a, b in zip(wanted, _lab(number), strict=True))
    )


@lru_cache(len(PALETTE))
def _lab(number: int) -> tuple[float, float, float]:
    return oklab(PALETTE[number])


def oklab(rgb: Triplet) -> tuple[float, float, float]:
    """Lightness, green to red, and blue to yellow."""
    red, green, blue = (_linear(value) for value in rgb)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _linear(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB


class NearestColours(LineFilter):
    """Shows every colour as the nearest of the 256."""

    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        """The segments in these colours."""
        return [
            Segment(text, None if style is None else _in_256(style), control)
            for text, style, control in segments
        ]


@lru_cache(2048)
def _in_256(style: Style) -> Style:
    return style + Style.from_color(_of_256(style.color), _of_256(style.bgcolor))


def _of_256(colour: Color | None) -> Color | None:
    if colour is None or colour.triplet is None:
        return colour
    red, green, blue = colour.triplet
    return Color(colour.name, ColorType.EIGHT_BIT, number=nearest((red, green, blue)))
