"""Columns of a table, and how they share the width of a terminal."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from msgspec import Struct, structs

from sicktui.tui.drawing.spans import Cell, cell, truncate_middle
from sicktui.tui.glyphs import Glyphs


class Row(Protocol):
    """A frozen record that a table shows on one line."""

    @property
    def key(self) -> Hashable:
        """Identifies this row in its table."""
        ...


RowT = TypeVar("RowT", bound=Row)
OuterT = TypeVar("OuterT", bound=Row)

EXTRA: Final = 5
"""The rank from which on a column is a nicety."""


class Column(Struct, Generic[RowT], frozen=True, kw_only=True):
    """One column.

    ``cell`` gets the row, the glyphs and the width it may take. ``least`` and ``most`` bound the
    width. A ``steady`` column takes ``most`` whenever there is room, so that it does not jump with
    its content. Columns with the highest ``rank`` are the first to go in a narrow terminal: those
    from ``EXTRA`` on before another one is cut below its ``comfort``, all others before another one
    is cut below its ``ample`` width. A steady column with a ``usual`` width takes that, and more only
    for content that needs it.
    """

    id: str
    title: str
    least: int
    most: int
    cell: Callable[[RowT, Glyphs, int], Cell]
    rank: int = 0
    ample: int = 0
    comfort: int = 0
    right: bool = False
    steady: bool = False
    usual: int = 0

    def over(
        self,
        part: Callable[[OuterT], RowT | None],
        *,
        rank: int | None = None,
        ample: int | None = None,
        comfort: int | None = None,
    ) -> "Column[OuterT]":
        """The same column for rows that contain such a row, or not; empty for those that do not."""

        def inner(row: OuterT, glyphs: Glyphs, width: int) -> Cell:
            found = part(row)
            return () if found is None else self.cell(found, glyphs, width)

        facts = structs.asdict(self)
        changed = {
            "rank": self.rank if rank is None else rank,
            "ample": self.ample if ample is None else ample,
            "comfort": self.comfort if comfort is None else comfort,
            "cell": inner,
        }
        return Column(**(facts | changed))


def shortened(text: Callable[[RowT], str]) -> Callable[[RowT, Glyphs, int], Cell]:
    """A cell with a text of the row, cut in its middle where there is no room."""
    return lambda row, glyphs, width: cell(truncate_middle(text(row), width, glyphs.ellipsis))


def share(columns: Sequence[Column[RowT]], contents: Sequence[int], width: int, gap: int = 1) -> list[int]:
    """The width of each column, in the order of ``columns``; 0 for one that finds no room.

    Args:
        columns: the columns.
        contents: the widest content of each.
        width: terminal cells to share.
        gap: blank cells between two columns.
    """
    ample = [max(c.least, min(c.ample, size)) for c, size in zip(columns, contents, strict=True)]
    comfort = [
        max(least, min(c.comfort, size)) for c, size, least in zip(columns, contents, ample, strict=True)
    ]
    shown = _fitting(columns, comfort, width, gap, extras=True)
    kept = _fitting([columns[i] for i in shown], [ample[i] for i in shown], width, gap, extras=False)
    shown = [shown[i] for i in kept]
    widths = [min(ample[i], width) if i in shown else 0 for i in range(len(columns))]
    spare = width - sum(widths) - gap * (len(shown) - 1)
    # Comfort for each comes before more than that for the important ones.
    for wants in (dict(enumerate(comfort)), {i: _wanted(columns[i], contents[i]) for i in shown}):
        for rank in sorted({columns[i].rank for i in shown}):
            spare = _grow(widths, [i for i in shown if columns[i].rank == rank], wants, spare)
    return widths


def _fitting(
    columns: Sequence[Column[RowT]], sizes: Sequence[int], width: int, gap: int, *, extras: bool
) -> list[int]:
    """The places of the columns that stay; with ``extras`` only those may go."""
    shown = list(range(len(columns)))
    while len(shown) > 1 and sum(sizes[i] for i in shown) + gap * (len(shown) - 1) > width:
        last = max(shown, key=lambda i: (columns[i].rank, i))
        if extras and columns[last].rank < EXTRA:
            break
        shown.remove(last)
    return shown


def _wanted(column: Column[RowT], content: int) -> int:
    least = max(column.least, column.usual)
    fixed = column.steady and not column.usual
    return column.most if fixed else max(least, min(column.most, content))


def _grow(widths: list[int], members: list[int], wants: dict[int, int], spare: int) -> int:
    """Widen the members by a cell in turn until all have enough; returns what is left."""
    while spare > 0:
        hungry = [i for i in members if widths[i] < wants[i]][:spare]
        if not hungry:
            break
        for i in hungry:
            widths[i] += 1
        spare -= len(hungry)
    return spare
