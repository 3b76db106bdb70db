"""The fleet by family, model and firmware: rows, columns, and one group in full."""

from typing import Final

from msgspec import Struct

from sicktui.engine.inventory.overview import FirmwareGroup, ShelfState, totals
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell, joined
from sicktui.tui.glyphs import Glyphs

NOT_SEEN: Final = "not seen yet"


class GroupRow(Struct, frozen=True, kw_only=True):
    """A group of devices, as it is listed."""

    group: FirmwareGroup

    @property
    def key(self) -> tuple[str, str, str]:
        """Family, model and firmware."""
        return self.group.key


def _state(state: ShelfState, glyphs: Glyphs) -> tuple[str, Tone]:
    return {
        ShelfState.OUTDATED: (glyphs.warning, Tone.WARN),
        ShelfState.CURRENT: (glyphs.done, Tone.GOOD),
        ShelfState.NEWER: (glyphs.dot, Tone.PLAIN),
        ShelfState.NO_PACKAGE: (glyphs.skipped, Tone.DIM),
        ShelfState.UNKNOWN: (glyphs.hollow, Tone.DIM),
    }[state]


def _state_cell(row: GroupRow, glyphs: Glyphs, _: int) -> Cell:
    sign, tone = _state(row.group.state, glyphs)
    return cell(f"{sign} {row.group.state.words}", tone)


def _newest(group: FirmwareGroup) -> str:
    if group.newest is None:
        return ""
    return clean(group.newest.version or "") + ("" if group.newest.approved else ", not approved")


GROUP_COLUMNS: Final[tuple[Column[GroupRow], ...]] = (
    Column(
        id="family",
        title="Family",
        least=8,
        ample=12,
        most=16,
        rank=2,
        cell=lambda r, _g, _w: cell(clean(r.group.family) or NOT_SEEN),
    ),
    Column(
        id="model",
        title="Model",
        least=10,
        ample=14,
        most=24,
        cell=lambda r, _g, _w: cell(clean(r.group.model)),
    ),
    Column(
        id="firmware",
        title="Firmware",
        least=8,
        most=16,
        cell=lambda r, _g, _w: cell(clean(r.group.firmware)),
    ),
    Column(
        id="devices",
        title="Devices",
        least=7,
        most=7,
        right=True,
        cell=lambda r, _g, _w: cell(f"{len(r.group.devices)}"),
    ),
    Column(id="state", title="State", least=12, most=12, steady=True, cell=_state_cell),
    Column(
        id="newest",
        title="On shelf",
        least=12,
        most=26,
        rank=1,
        cell=lambda r, _g, _w: cell(_newest(r.group)),
    ),
)
"""Every column of the overview, from left to right."""


def totals_line(groups: tuple[FirmwareGroup, ...], glyphs: Glyphs) -> Cell:
    """The devices in numbers, by state."""
    parts: list[Cell] = [cell(count(sum(len(group.devices) for group in groups), "device"))]
    for state, number in totals(groups).items():
        sign, tone = _state(state, glyphs)
        parts.append(cell(f"{sign} {number} {state.words}", tone))
    return joined(parts, Span("  "))


def about_group(group: FirmwareGroup) -> list[Cell]:
    """Everything about a group, a paragraph a line."""
    package = group.newest
    facts = (
        ("family", group.family or NOT_SEEN),
        ("model", group.model),
        ("firmware", group.firmware),
        ("state", group.state.words),
        ("newest on the shelf", f"{package.name}, {_newest(group)}" if package else ""),
    )
    lines: list[Cell] = [
        (Span(f"{name}: ", Tone.DIM), Span(clean(value, 300))) for name, value in facts if value
    ]
    names = ", ".join(clean(name, 64) for name in group.devices)
    return [*lines, (Span("devices: ", Tone.DIM), Span(names))]
