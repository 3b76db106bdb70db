"""Plain columns: aligned, and as wide as their content."""

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Final

GAP: Final = "  "
LEAST_WRAPPED: Final = 30
"""Cells below which a last column is left to the terminal's own wrapping."""


def width(text: str) -> int:
    """Terminal cells that ``text`` takes: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def pad(text: str, cells: int) -> str:
    """``text`` filled up with blanks; longer text is left whole."""
    return text + " " * max(0, cells - width(text))


def row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """One line of a table; the last column is not filled up."""
    return GAP.join(pad(cell, cells_wide) for cell, cells_wide in zip(cells, widths, strict=True)).rstrip()


def hanging(cells: Sequence[str], widths: Sequence[int], columns: int | None) -> list[str]:
    """One row whose last column is wrapped below itself at ``columns``; ``None`` does not wrap."""
    line = row(cells, widths)
    lead = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    if columns is None or columns - lead < LEAST_WRAPPED:
        return [line]
    first = row([*cells[:-1], ""], widths)
    return indented(cells[-1], columns=columns, first=pad(first, lead), rest=" " * lead)


def fitting(rows: Sequence[Sequence[str]]) -> list[int]:
    """The width of each column's widest cell."""
    return [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    columns: int | None = None,
    spare: Sequence[str] = (),
) -> list[str]:
    """The lines of a table with its headers, columns as wide as needed.

    Args:
        headers: the titles of the columns.
        rows: the cells.
        columns: how wide it may be; ``None``: as wide as it is.
        spare: headers of columns that are left out until it fits, the first one first.
    """
    everything = [headers, *rows]
    widths = fitting(everything)
    left_out = list(spare)
    while columns is not None and left_out and sum(widths) + len(GAP) * (len(widths) - 1) > columns:
        number = everything[0].index(left_out.pop(0))
        everything = [[*cells[:number], *cells[number + 1 :]] for cells in everything]
        widths = fitting(everything)
    return [row(cells, widths) for cells in everything]


def indented(text: str, *, columns: int, first: str = "  ", rest: str | None = None) -> list[str]:
    """``text`` wrapped to ``columns`` and indented; at least one line."""
    return textwrap.wrap(
        text,
        width=max(40, columns),
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
