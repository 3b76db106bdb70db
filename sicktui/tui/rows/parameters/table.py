"""The parameters of a sensor: rows, columns, and a value in full."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from sicktui.engine.parameters.compare import leaves, shown
from sicktui.model.safe_text import clean
from sicktui.model.snapshot import NOT_THERE
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs


class ParameterReading(Struct, frozen=True):
    """One parameter as it was read, or why it could not be."""

    value: Any = None
    when: str = ""
    """In local time."""
    problem: str = ""


class ParameterRow(Struct, frozen=True, kw_only=True):
    """One parameter in the list."""

    name: str
    reading: ParameterReading | None = None
    """``None``: not read yet."""

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


def parameter_rows(names: Sequence[str], readings: Mapping[str, ParameterReading]) -> list[ParameterRow]:
    """A row for each name and each reading: those with a value, those not read yet, those that are missing.

    Each of the three in alphabetical order.
    """
    rows = [ParameterRow(name=name, reading=readings.get(name)) for name in {*names, *readings}]
    return sorted(rows, key=lambda row: (_place(row.reading), row.name.lower(), row.name))


def _place(reading: ParameterReading | None) -> int:
    if reading is None:
        return 1
    return 2 if reading.problem == NOT_THERE else 0


def editable(value: object) -> str:
    """A value as it is typed: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _value_cell(row: ParameterRow, glyphs: Glyphs, _: int) -> Cell:
    match row.reading:
        case None:
            return cell(f"{glyphs.waiting} not read yet", Tone.DIM)
        case ParameterReading(problem="") as reading:
            return cell(clean(shown(reading.value), 300))
        case reading:
            return cell(f"{glyphs.skipped} {clean(reading.problem, 300)}", Tone.DIM)


PARAMETER_COLUMNS: Final[tuple[Column[ParameterRow], ...]] = (
    Column(
        id="name", title="Parameter", least=20, ample=28, most=40, cell=lambda r, _g, _w: cell(clean(r.name))
    ),
    Column(id="value", title="Value", least=20, most=200, cell=_value_cell),
    Column(
        id="when",
        title="Read",
        least=11,
        most=11,
        rank=1,
        cell=lambda r, _g, _w: cell(r.reading.when if r.reading else "", Tone.DIM),
    ),
)
"""Every column of the parameters, from left to right."""


def about_parameter(row: ParameterRow) -> list[Cell]:
    """A value in full, field by field."""
    head: Cell = (Span(clean(row.name), Tone.KEY),)
    if row.reading is None:
        return [head, cell("Not read yet. Press r to read it, R to read all.", Tone.DIM)]
    if row.reading.problem:
        return [head, cell(clean(row.reading.problem, 600), Tone.WARN)]
    found = leaves(row.name, row.reading.value)
    if len(found) == 1:
        return [head, *(cell(clean(shown(value), 2000)) for value in found.values())]
    return [
        head,
        *(
            (Span(f"{clean(path, 100)} = ", Tone.DIM), Span(clean(shown(value), 500)))
            for path, value in found.items()
        ),
    ]
