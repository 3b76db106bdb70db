"""Contamination as a picture of characters: a block for each sector, which also works without colour."""

from collections.abc import Sequence
from typing import Final

from sicktui.tui.drawing.spans import Cell, Span, Tone
from sicktui.tui.glyphs import Glyphs

_WIDE: Final = 9
"""Cells of a sector, its gap included: as many as its longest word takes."""
_TONES: Final = {"clean": Tone.GOOD, "minor": Tone.WARN, "heavy": Tone.BAD, "blocked": Tone.BAD}


def sector_lines(words: Sequence[str], glyphs: Glyphs, width: int) -> list[Cell]:
    """Numbers, blocks and words of the sectors, as many side by side as there is room for.

    Args:
        words: the state of each sector.
        glyphs: the signs of this terminal.
        width: the cells of a line.
    """
    nothing, little, half, full = glyphs.curve
    blocks = {"clean": nothing, "minor": half, "heavy": full, "blocked": glyphs.failed}
    each_line = max(1, (width - 2) // _WIDE)
    lines: list[Cell] = []
    for begin in range(0, len(words), each_line):
        part = words[begin : begin + each_line]
        numbers = [f"{number}" for number in range(begin + 1, begin + len(part) + 1)]
        lines += [
            (Span("  "), *(Span(f"{number:^7}  ", Tone.DIM) for number in numbers)),
            (Span("  "), *(Span(f"{blocks.get(word, little) * 7}  ", _tone(word)) for word in part)),
            (Span("  "), *(Span(f"{word:^7}  ", _tone(word)) for word in part)),
        ]
    return lines


def _tone(word: str) -> Tone:
    return _TONES.get(word, Tone.PLAIN)
