"""How a verdict looks, wherever it is shown."""

from typing import Final

from sicktui.model.enums import Verdict
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.glyphs import Glyphs

VERDICT_TONES: Final = {
    Verdict.SUCCEEDED: Tone.GOOD,
    Verdict.FAILED: Tone.BAD,
    Verdict.UNKNOWN: Tone.WARN,
    Verdict.SKIPPED: Tone.DIM,
    Verdict.CANCELLED: Tone.WARN,
}


def verdict_cell(verdict: Verdict, glyphs: Glyphs, number: int | None = None) -> Cell:
    """Its sign and its word, with how many devices have it between them if that is given."""
    count = "" if number is None else f"{number} "
    return cell(f"{glyphs.verdict(verdict)} {count}{verdict.value}", VERDICT_TONES[verdict])
