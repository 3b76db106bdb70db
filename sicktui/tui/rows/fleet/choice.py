"""Which columns of the list are shown, and which of them go last where there is no room."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from msgspec import Struct

from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.devices import DEVICE_COLUMNS, DeviceRow

PC: Final = "pc"
"""The column that there is in a fleet only."""
_URGENT: Final = 1
_BY_RANK: Final = sorted((column for column in DEVICE_COLUMNS if column.id != "name"), key=lambda c: c.rank)
_ABOUT: Final = {
    "contact": "whether it answers, and when it last did",
    "version": "the firmware that it runs",
    "state": "its UpdateState",
    "address": "where it is asked",
    "pc": "the PC of the fleet that reaches it",
    "health": "what it reports about itself",
    "backup": "the age of the newest backup",
    "model": "its type",
    "serial": "its serial number",
    "tags": "its tags in the list",
    "location": "its own name",
    "auth": "its kind of login, and what is wrong with the password",
    "temperature": "what it measures inside",
    "note": "what was noted in the list",
}

BY_DEFAULT: Final = tuple(column.id for column in _BY_RANK)
"""Every column that can be chosen, the most important first. The name is always shown."""


def known_columns(chosen: Iterable[str]) -> tuple[str, ...]:
    """The chosen columns that exist, each once; nothing for those that are shown anyway."""
    known = tuple(dict.fromkeys(name for name in chosen if name in BY_DEFAULT))
    return () if known == BY_DEFAULT else known


@cache
def listed_columns(
    chosen: tuple[str, ...], *, with_login: bool = False, with_pc: bool = False
) -> tuple[Column[DeviceRow], ...]:
    """The columns of the list, from left to right.

    Args:
        chosen: those beside the name, the most important first; empty: all of them.
        with_login: whether passwords have a problem that an action would meet.
        with_pc: whether there is a fleet.
    """
    order = chosen or BY_DEFAULT
    ranks = {name: column.rank for name, column in zip(order, _BY_RANK, strict=False)}
    if with_login:
        ranks["auth"] = _URGENT
    return tuple(
        column.over(_same, rank=ranks.get(column.id, column.rank))
        for column in DEVICE_COLUMNS
        if column.id == "name" or (column.id in order and (with_pc or column.id != PC))
    )


def _same(row: DeviceRow) -> DeviceRow:
    return row


class ColumnRow(Struct, frozen=True, kw_only=True):
    """A column that can be chosen."""

    key: str
    is_shown: bool


def column_rows(chosen: Sequence[str], *, with_pc: bool = True) -> list[ColumnRow]:
    """The chosen columns, the most important first, then the others.

    Args:
        chosen: those beside the name; empty: all of them.
        with_pc: whether there is a fleet.
    """
    order = chosen or BY_DEFAULT
    others = [name for name in BY_DEFAULT if name not in order]
    return [
        ColumnRow(key=name, is_shown=name in order) for name in (*order, *others) if with_pc or name != PC
    ]


def with_unseen(kept: Sequence[str], before: Sequence[str]) -> tuple[str, ...]:
    """The columns that were kept where the PC was not among the choices: it is shown in a fleet as before.

    Args:
        kept: the columns, the most important first.
        before: those that were chosen before; empty: all of them.
    """
    order = before or BY_DEFAULT
    if PC in kept or PC not in order:
        return tuple(kept)
    above = set(order[: order.index(PC)])
    place = max((at for at, name in enumerate(kept, start=1) if name in above), default=0)
    return (*kept[:place], PC, *kept[place:])


def _title_cell(row: ColumnRow, glyphs: Glyphs, _: int) -> Cell:
    sign = glyphs.done if row.is_shown else " "
    title = next(column.title for column in _BY_RANK if column.id == row.key)
    return cell(f"{sign} {title}", Tone.KEY if row.is_shown else Tone.DIM)


CHOICE_COLUMNS: Final = (
    Column[ColumnRow](id="title", title="  Column", least=12, most=16, cell=_title_cell),
    Column[ColumnRow](
        id="about", title="", least=20, most=60, cell=lambda r, _g, _w: cell(_ABOUT[r.key], Tone.DIM)
    ),
)
