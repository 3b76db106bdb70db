"""The tags of the device list: rows and columns."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from sicktui.model.device import Profile
from sicktui.model.safe_text import clean
from sicktui.model.wording import names
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.glyphs import Glyphs


class TagRow(Struct, frozen=True, kw_only=True):
    """A tag and its devices."""

    tag: str
    devices: tuple[str, ...]
    shares: bool | None = None
    """Whether a password is stored for the whole group; ``None`` until that is known."""

    @property
    def key(self) -> str:
        """The tag."""
        return self.tag


def tag_rows(profiles: Mapping[str, Profile], shares: Mapping[str, bool]) -> list[TagRow]:
    """Every tag by name, with its devices in the order of the list."""
    found: dict[str, list[str]] = {}
    for name, profile in profiles.items():
        for tag in profile.tags:
            found.setdefault(tag, []).append(name)
    return [
        TagRow(tag=tag, devices=tuple(devices), shares=shares.get(tag))
        for tag, devices in sorted(found.items())
    ]


def _password(row: TagRow, glyphs: Glyphs, _: int) -> Cell:
    if row.shares is None:
        return cell(glyphs.ellipsis, Tone.DIM)
    return cell(f"{glyphs.done} shared", Tone.GOOD) if row.shares else cell(glyphs.skipped, Tone.DIM)


TAG_COLUMNS: Final[tuple[Column[TagRow], ...]] = (
    Column(
        id="tag",
        title="Tag",
        least=12,
        most=33,
        cell=lambda r, _g, _w: cell(f"@{clean(r.tag, 40)}", Tone.KEY),
    ),
    Column(
        id="count",
        title="Devices",
        least=7,
        most=7,
        right=True,
        cell=lambda r, _g, _w: cell(str(len(r.devices))),
    ),
    Column(id="password", title="Password", least=8, most=8, cell=_password),
    Column(
        id="devices",
        title="",
        least=20,
        most=120,
        rank=5,
        cell=lambda r, _g, _w: cell(names([clean(name, 40) for name in r.devices]), Tone.DIM),
    ),
)
"""Every column, from left to right."""
