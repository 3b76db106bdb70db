"""Key hints: how many fit, and where each of them is."""

from collections.abc import Sequence
from typing import Final

from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined, width_of

Hint = tuple[str, str]
"""A key, and what it does; either may be empty."""

GAP: Final = "  "
"""Between two hints."""


def hint_cell(hint: Hint) -> Cell:
    """A hint as it is drawn."""
    key, what = hint
    return joined((cell(key, Tone.KEY), cell(what, Tone.DIM)), Span(" "))


def fitted(first: Sequence[Hint], last: Sequence[Hint], width: int, lines: int) -> list[Hint]:
    """As many of the first hints as fit in that many lines together with all of the last ones."""
    shown = len(first)
    while shown and len(placed([*first[:shown], *last], width)) > lines:
        shown -= 1
    return [*first[:shown], *last]


def placed(hints: Sequence[Hint], width: int) -> list[list[tuple[int, int, Hint]]]:
    """The hints in lines of at most that width: from which cell to which each of them takes."""
    lines: list[list[tuple[int, int, Hint]]] = []
    for hint in hints:
        size = width_of(hint_cell(hint))
        end = lines[-1][-1][1] + len(GAP) if lines else 0
        if lines and end + size <= width:
            lines[-1].append((end, end + size, hint))
        else:
            lines.append([(0, size, hint)])
    return lines


def drawn(line: Sequence[tuple[int, int, Hint]]) -> Cell:
    """One of these lines."""
    return joined((hint_cell(hint) for _, _, hint in line), Span(GAP, Tone.DIM))
