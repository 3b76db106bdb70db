"""The orders of the table."""

from collections.abc import Callable, Container, Mapping, Sequence
from enum import StrEnum
from typing import Final

from sicktui.model.filter.parsing import parse
from sicktui.tui.rows.devices import Contact, DeviceRow, calmness, natural


class SortOrder(StrEnum):
    """Sort orders of the list."""

    NAME = "name"
    PC = "PC"
    TROUBLE = "trouble first"
    ADDRESS = "address"
    MODEL = "model"
    VERSION = "version"
    STATE = "UpdateState"
    HEALTH = "health"
    BACKUP = "age of backup"
    CONTACT = "contact"
    SERIAL = "serial"
    TAGS = "tags"
    LOCATION = "location"
    LOGIN = "login"
    TEMPERATURE = "temperature"
    NOTE = "note"

    @property
    def column(self) -> str:
        """The column whose heading shows it."""
        others = {
            SortOrder.BACKUP: "backup",
            SortOrder.PC: "pc",
            SortOrder.LOGIN: "auth",
            SortOrder.STATE: "state",
            SortOrder.TROUBLE: "name",
        }
        return others.get(self, self.value)


def order_of(column: str) -> SortOrder | None:
    """The order of a column's heading; ``None`` for a column without any."""
    return next((order for order in SortOrder if order.column == column), None)


def arranged(
    rows: Sequence[DeviceRow], order: SortOrder, wanted: str, *, backwards: bool = False
) -> list[DeviceRow]:
    """The rows that match the filter ``wanted``, sorted. Numbers in names sort as numbers.

    Raises:
        FilterError: ``wanted`` is not a valid filter.
    """
    matches = parse(wanted).matches
    found = [row for row in rows if matches(row)]
    by_name = sorted(found, key=lambda row: natural(row.name), reverse=backwards and order is SortOrder.NAME)
    return sorted(
        by_name, key=lambda row: _rank(row, order), reverse=backwards and order is not SortOrder.NAME
    )


def next_order(order: SortOrder, visible: Container[str]) -> SortOrder:
    """The order after this one, of those whose column is on the screen."""
    orders = list(SortOrder)
    place = orders.index(order) + 1
    following = (*orders[place:], *orders[:place])
    return next((other for other in following if other.column in visible), SortOrder.NAME)


_TEXTS: Final[Mapping[SortOrder, Callable[[DeviceRow], str]]] = {
    SortOrder.PC: lambda row: row.pc,
    SortOrder.ADDRESS: lambda row: row.address,
    SortOrder.MODEL: lambda row: row.model,
    SortOrder.VERSION: lambda row: row.version,
    SortOrder.SERIAL: lambda row: row.serial,
    SortOrder.TAGS: lambda row: " ".join(row.tags),
    SortOrder.LOCATION: lambda row: row.location,
    SortOrder.NOTE: lambda row: row.note,
}


def _rank(row: DeviceRow, order: SortOrder) -> tuple[tuple[int, int, str], ...]:
    if order in _TEXTS:
        text = _TEXTS[order](row)
        return ((0, 0, ""), *natural(text)) if text else ((1, 0, ""),)
    return ((0, _number(row, order), row.auth if order is SortOrder.LOGIN else ""),)


def _number(row: DeviceRow, order: SortOrder) -> int:
    """The smaller, the further up: what deserves attention first."""
    match order:
        case SortOrder.STATE:
            return -int(-1 if row.state is None else row.state)
        case SortOrder.LOGIN:
            return 0 if row.lacks_password else 1
        case SortOrder.TEMPERATURE:
            return 1_000 if row.health.temperature is None else -int(row.health.temperature)
        case SortOrder.HEALTH:
            return -int(row.health.status or 0)
        case SortOrder.BACKUP:
            return -_backup_age(row)
        case SortOrder.CONTACT:
            return list(Contact).index(row.contact)
        case SortOrder.TROUBLE:
            return calmness(row)
        case _:
            return 0


_HOURS: Final = 24


def _backup_age(row: DeviceRow) -> int:
    """In hours; none at all is older than any."""
    age = row.backups.age_days if row.backups else None
    return 1_000_000 if age is None else int(age * _HOURS)
