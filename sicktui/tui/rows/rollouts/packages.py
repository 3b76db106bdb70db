"""The packages for a rollout: those of this PC's shelf, and those that the PCs have published."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from sicktui.model.safe_text import clean
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.glyphs import Glyphs

if TYPE_CHECKING:
    from sicktui.fleet.selection import Pc

_SHORT: Final = 40


class FleetPackage(Struct, frozen=True, kw_only=True):
    """A package as a rollout names it. Its file stays where it is."""

    sha256: str
    name: str = ""
    """The name of its file, if this PC knows it."""
    version: str | None = None

    @property
    def words(self) -> str:
        """What people call it; cleaned."""
        return clean(self.name, 80) or f"SHA-256 {self.sha256[:12]}"


class FleetPackageRow(Struct, frozen=True, kw_only=True):
    """A package that can be chosen, and on how many of the PCs it is."""

    package: FleetPackage
    having: int
    """PCs whose shelf has it."""
    approving: int
    """Those of them that have approved it."""
    pcs: int
    """PCs that the rollout is for."""

    @property
    def key(self) -> str:
        """Its SHA-256."""
        return self.package.sha256


def package_rows(shelf: Sequence[ShelfEntry], pcs: "Iterable[Pc]") -> list[FleetPackageRow]:
    """The packages of this PC's shelf, the newest first, then what else the PCs have.

    Args:
        shelf: the entries, the oldest first.
        pcs: the PCs that the rollout is for.
    """
    known = list(pcs)
    found = {each.sha256: _shelved(each) for each in reversed(shelf)}
    published = [each for pc in known for each in pc.inventory.packages]
    for each in published:
        if each.sha256 not in found:
            found[each.sha256] = FleetPackage(sha256=each.sha256, version=clean(each.version, _SHORT) or None)
    return [
        FleetPackageRow(
            package=package,
            having=sum(each.sha256 == sha256 for each in published),
            approving=sum(each.sha256 == sha256 and each.approved for each in published),
            pcs=len(known),
        )
        for sha256, package in found.items()
    ]


def _shelved(entry: ShelfEntry) -> FleetPackage:
    return FleetPackage(sha256=entry.sha256, name=entry.name, version=entry.version)


def _pcs_cell(row: FleetPackageRow, glyphs: Glyphs, _: int) -> Cell:
    """Where it may be used: on all, or what is missing on how many."""
    if row.approving == row.pcs:
        return cell(f"{glyphs.done} approved on all", Tone.GOOD)
    words = f"on {row.having} of {row.pcs}, approved on {row.approving}"
    return cell(words, Tone.WARN if row.having else Tone.DIM)


FLEET_PACKAGE_COLUMNS: Final[tuple[Column[FleetPackageRow], ...]] = (
    Column(
        id="name",
        title="Package",
        least=18,
        ample=34,
        most=60,
        cell=lambda r, _g, _w: cell(clean(r.package.name, 80) or "not on this PC", _tone(r)),
    ),
    Column(
        id="version",
        title="Version",
        least=8,
        most=14,
        cell=lambda r, _g, _w: cell(clean(r.package.version or "?", _SHORT)),
    ),
    Column(id="pcs", title="On the PCs", least=15, ample=24, most=30, cell=_pcs_cell),
    Column(
        id="sha",
        title="SHA-256",
        least=12,
        most=12,
        rank=1,
        cell=lambda r, _g, _w: cell(r.package.sha256[:12], Tone.DIM),
    ),
)
"""Every column, from left to right."""


def _tone(row: FleetPackageRow) -> Tone:
    return Tone.PLAIN if row.package.name else Tone.DIM
