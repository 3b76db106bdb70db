"""Snapshots as they are listed to choose from."""

from typing import Final

from msgspec import Struct

from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Snapshot
from sicktui.model.wording import moment
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

NOW: Final = "now"
"""The key of the row for the sensor now."""


class SnapshotRow(Struct, frozen=True, kw_only=True):
    """A stored snapshot, or the sensor now."""

    snapshot: Snapshot | None = None
    """``None``: now."""
    marked: bool = False

    @property
    def key(self) -> str:
        """The snapshot's id."""
        return self.snapshot.id if self.snapshot else NOW


def _when_cell(row: SnapshotRow, glyphs: Glyphs, _: int) -> Cell:
    mark = Span(f"{glyphs.mark} " if row.marked else "  ", Tone.KEY)
    return (mark, Span(moment(row.snapshot.taken) if row.snapshot else "now: reads the sensor"))


def _facts_cell(row: SnapshotRow, name: str) -> Cell:
    if row.snapshot is None:
        return ()
    facts = {
        "read": str(len(row.snapshot.values)),
        "version": row.snapshot.version,
        "sensor": row.snapshot.key,
        "by": row.snapshot.operator,
    }
    return cell(clean(facts[name]))


SNAPSHOT_COLUMNS: Final[tuple[Column[SnapshotRow], ...]] = (
    Column(id="when", title="  Taken", least=23, most=24, cell=_when_cell),
    Column(
        id="read",
        title="Parameters",
        least=10,
        most=10,
        right=True,
        cell=lambda r, _g, _w: _facts_cell(r, "read"),
    ),
    Column(
        id="version", title="Firmware", least=8, most=14, cell=lambda r, _g, _w: _facts_cell(r, "version")
    ),
    Column(
        id="sensor",
        title="Sensor",
        least=10,
        most=18,
        rank=1,
        cell=lambda r, _g, _w: _facts_cell(r, "sensor"),
    ),
    Column(id="by", title="By", least=8, most=30, rank=2, cell=lambda r, _g, _w: _facts_cell(r, "by")),
)
