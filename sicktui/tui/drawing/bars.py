"""Bars and curves from characters."""

from collections.abc import Sequence
from math import ceil

from sicktui.tui.drawing.spans import Cell, Span, Tone
from sicktui.tui.glyphs import Glyphs


def curve(values: Sequence[float], glyphs: Glyphs) -> str:
    """A sign for each value, the higher the larger; the largest value has the highest sign."""
    most, signs = max(values, default=0.0), glyphs.curve
    highest = len(signs) - 1
    return "".join(signs[ceil(value / most * highest) if value > 0 else 0] for value in values)


def bar(share: float, width: int, glyphs: Glyphs, tone: Tone = Tone.BUSY) -> Cell:
    """A bar of ``width`` cells that is filled to a share from 0 to 1, in steps of half a cell."""
    halves = int(max(0.0, min(1.0, share)) * width * 2)
    full, half = divmod(halves, 2)
    filled = glyphs.bar * full + (glyphs.half_bar if half else "")
    return (Span(filled, tone), Span(glyphs.empty_bar * (width - full - half), Tone.DIM))
