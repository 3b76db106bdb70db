"""The packages of the shelf: rows, columns, and one in full."""

from typing import Final

from msgspec import Struct

from sicktui.model.safe_text import clean
from sicktui.model.wording import moment, size
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs


class PackageRow(Struct, frozen=True, kw_only=True):
    """A package of the shelf, as it is listed."""

    entry: ShelfEntry

    @property
    def key(self) -> str:
        """Its SHA-256."""
        return self.entry.sha256


def _approved_cell(row: PackageRow, glyphs: Glyphs, _: int) -> Cell:
    return (
        cell(f"{glyphs.done} approved", Tone.GOOD) if row.entry.approved else cell(glyphs.skipped, Tone.DIM)
    )


PACKAGE_COLUMNS: Final[tuple[Column[PackageRow], ...]] = (
    Column(
        id="name",
        title="Package",
        least=20,
        ample=34,
        most=60,
        cell=lambda r, _g, _w: cell(clean(r.entry.name)),
    ),
    Column(
        id="version",
        title="Version",
        least=8,
        most=14,
        cell=lambda r, _g, _w: cell(clean(r.entry.version or "?")),
    ),
    Column(
        id="size", title="Size", least=8, most=8, right=True, cell=lambda r, _g, _w: cell(size(r.entry.size))
    ),
    Column(
        id="sha",
        title="SHA-256",
        least=12,
        most=12,
        rank=1,
        cell=lambda r, _g, _w: cell(r.entry.id, Tone.DIM),
    ),
    Column(
        id="type", title="Type", least=11, most=11, rank=2, cell=lambda r, _g, _w: cell(r.entry.type.value)
    ),
    Column(id="approved", title="Approval", least=10, most=10, rank=3, cell=_approved_cell),
)
"""Every column of the shelf, from left to right."""


def about_package(entry: ShelfEntry) -> list[Cell]:
    """Everything about a package, a paragraph a line."""
    approved = "no"
    if entry.approved:
        when = f", {moment(entry.approved_at)}" if entry.approved_at else ""
        approved = f"by {entry.approved_by or '?'}{when}"
    facts = (
        ("package", entry.name),
        ("version", entry.version or "unknown: add it again with its version"),
        ("type", entry.type.value),
        ("size", f"{entry.size} bytes"),
        ("SHA-256", entry.sha256),
        ("added", f"{moment(entry.added)} by {entry.added_by}"),
        ("approved", approved),
        ("for", ", ".join(entry.models) or "any model that fits its name"),
        ("note", entry.note),
        ("source", entry.source or ""),
    )
    return [(Span(f"{name}: ", Tone.DIM), Span(clean(value, 300))) for name, value in facts if value]
