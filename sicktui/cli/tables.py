"""Plain columns: aligned, and as wide as their content."""

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Final

GAP: Final = "  "
LEAST_WRAPPED: Final = 30
"""Cells below which a last column that does not fit is put below its row."""


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
    """One row whose last column is wrapped at ``columns``, below itself or below the row; ``None``: not."""
    line = row(cells, widths)
    if columns is None or width(line) <= columns:
        return [line]
    lead = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    first = row([*cells[:-1], ""], widths)
    if columns - lead < LEAST_WRAPPED:
        return [first, *indented(cells[-1], columns=columns, first="    ")]
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
    wrapped: bool = False,
) -> list[str]:
    """The lines of a table with its headers, columns as wide as needed.

    Args:
        headers: the titles of the columns.
        rows: the cells.
        columns: how wide it may be; ``None``: as wide as it is.
        spare: headers of columns that are left out until it fits, the first one first.
        wrapped: whether the last column is sentences, which are wrapped where they do not fit then. A path
            must not be: it could not be copied.
    """
    everything = [headers, *rows]
    widths = fitting(everything)
    left_out = list(spare)
    while columns is not None and left_out and sum(widths) + len(GAP) * (len(widths) - 1) > columns:
        number = everything[0].index(left_out.pop(0))
        everything = [[*cells[:number], *cells[number + 1 :]] for cells in everything]
        widths = fitting(everything)
    if not wrapped:
        return [row(cells, widths) for cells in everything]
    return [line for cells in everything for line in hanging(cells, widths, columns)]


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


class RowByRow:
    """A table whose rows are printed before all of them are known.

    Args:
        headers: the titles of the columns.
        widths: the least width of each; a header may be wider.
        columns: how wide a row may be; ``None``: as wide as it is.
        spare: headers of columns that are left out until the least widths fit, the first one first.
    """

    def __init__(
        self, headers: Sequence[str], widths: Sequence[int], *, columns: int | None, spare: Sequence[str]
    ) -> None:
        self._headers = headers
        self._columns = columns
        self._widths = [max(width(header), least) for header, least in zip(headers, widths, strict=True)]
        self._shown = list(range(len(headers)))
        left_out = [headers.index(header) for header in spare]
        while columns is not None and left_out and self._needed() > columns:
            self._shown.remove(left_out.pop(0))

    def _needed(self) -> int:
        return sum(self._widths[number] for number in self._shown) + len(GAP) * (len(self._shown) - 1)

    @property
    def head(self) -> str:
        """The line of the headers."""
        return self._row(self._headers)

    def rows(self, cells: Sequence[str], words: str = "") -> list[str]:
        """The lines of one row; words about it are behind it, or below where they do not fit."""
        line = self._row(cells)
        if not words:
            shown = [cells[number] for number in self._shown]
            return hanging(shown, [self._widths[number] for number in self._shown], self._columns)
        if self._columns is None or width(line) + len(GAP) + width(words) <= self._columns:
            return [f"{line}{GAP}{words}"]
        return [line, *indented(words, columns=self._columns, first=" " * 4)]

    def _row(self, cells: Sequence[str]) -> str:
        return row(
            [cells[number] for number in self._shown], [self._widths[number] for number in self._shown]
        )
