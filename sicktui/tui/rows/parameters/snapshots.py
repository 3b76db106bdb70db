"""What parameters can be compared with: sensors now, snapshots, backups."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from msgspec import Struct

from sicktui.model.safe_text import clean
from sicktui.model.snapshot import Snapshot
from sicktui.model.wording import moment
from sicktui.tui.drawing.columns import Column, shortened
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

Kind = Literal["sensor", "snapshot", "backup"]


class SnapshotRow(Struct, frozen=True, kw_only=True):
    """One side of a comparison: a sensor now, or what was stored of one."""

    device: str
    """The device's name; of what is stored, as it was called then."""
    snapshot: Snapshot | None = None
    """``None``: the sensor now."""
    kind: Kind = "sensor"
    own: bool = True
    """Whether it is of the device that the comparison began with."""
    marked: bool = False

    @property
    def key(self) -> str:
        """Identifies it among all."""
        return f"{self.kind} {self.snapshot.id if self.snapshot else self.device}"

    @property
    def moment(self) -> str:
        """Orders the sides: a sensor now comes after all that is stored."""
        return self.snapshot.taken if self.snapshot else "~"


def in_order(rows: Iterable[SnapshotRow]) -> list[SnapshotRow]:
    """What belongs to the first device before the others; of each the sensor, then the newest first."""
    newest = sorted(rows, key=lambda row: row.moment, reverse=True)
    return sorted(newest, key=lambda row: (not row.own, "" if row.own else row.device.lower()))


def pair_of(
    rows: Sequence[SnapshotRow], marked: Sequence[str], selected: SnapshotRow
) -> tuple[SnapshotRow, SnapshotRow] | None:
    """The two that are meant, the earlier first; ``None`` if it is only one.

    Two marked ones; or a marked one and the selected one; or the selected one and the first sensor now.
    """
    by_key = {row.key: row for row in rows}
    first = next(row for row in rows if row.own and row.snapshot is None)
    keys = [*marked, selected.key, first.key]
    chosen = [by_key[key] for key in dict.fromkeys(keys) if key in by_key][:2]
    if len(chosen) < 2:  # noqa: PLR2004 - a pair
        return None
    before, after = sorted(chosen, key=lambda row: row.moment)
    return before, after


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
    Column(id="kind", title="What", least=8, most=8, cell=lambda r, _g, _w: cell(r.kind, Tone.DIM)),
    Column(
        id="device", title="Device", least=8, ample=14, most=30, cell=shortened(lambda r: clean(r.device))
    ),
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
