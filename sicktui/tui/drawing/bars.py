"""Bars and curves from characters."""

from sicktui.tui.drawing.spans import Cell, Span, Tone
from sicktui.tui.glyphs import Glyphs


def bar(share: float, width: int, glyphs: Glyphs, tone: Tone = Tone.BUSY) -> Cell:
    """A bar of ``width`` cells that is filled to a share from 0 to 1, in steps of half a cell."""
    halves = int(max(0.0, min(1.0, share)) * width * 2)
    full, half = divmod(halves, 2)
    filled = glyphs.bar * full + (glyphs.half_bar if half else "")
    return (Span(filled, tone), Span(glyphs.empty_bar * (width - full - half), Tone.DIM))
