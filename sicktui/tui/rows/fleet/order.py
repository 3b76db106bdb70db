"""The orders of the table."""

from collections.abc import Callable, Container, Mapping, Sequence
from enum import StrEnum
from typing import Final

from sicktui.model.filter.parsing import parse
from sicktui.tui.rows.devices import Contact, DeviceRow, calmness, natural


class Order(StrEnum):
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
            Order.BACKUP: "backup",
            Order.PC: "pc",
            Order.LOGIN: "auth",
            Order.STATE: "state",
            Order.TROUBLE: "name",
        }
        return others.get(self, self.value)


def order_of(column: str) -> Order | None:
    """The order of a column's heading; ``None`` for a column without any."""
    return next((order for order in Order if order.column == column), None)


def arranged(
    rows: Sequence[DeviceRow], order: Order, wanted: str, *, backwards: bool = False
) -> list[DeviceRow]:
    """The rows that match the filter ``wanted``, sorted. Numbers in names sort as numbers.

    Raises:
        FilterError: ``wanted`` is not a valid filter.
    """
    matches = parse(wanted).matches
    found = [row for row in rows if matches(row)]
    by_name = sorted(found, key=lambda row: natural(row.name), reverse=backwards and order is Order.NAME)
    return sorted(by_name, key=lambda row: _rank(row, order), reverse=backwards and order is not Order.NAME)


def next_order(order: Order, visible: Container[str]) -> Order:
    """The order after this one, of those whose column is on the screen."""
    orders = list(Order)
    place = orders.index(order) + 1
    following = (*orders[place:], *orders[:place])
    return next((other for other in following if other.column in visible), Order.NAME)


_TEXTS: Final[Mapping[Order, Callable[[DeviceRow], str]]] = {
    Order.PC: lambda row: row.pc,
    Order.ADDRESS: lambda row: row.address,
    Order.MODEL: lambda row: row.model,
    Order.VERSION: lambda row: row.version,
    Order.SERIAL: lambda row: row.serial,
    Order.TAGS: lambda row: " ".join(row.tags),
    Order.LOCATION: lambda row: row.location,
    Order.NOTE: lambda row: row.note,
}


def _rank(row: DeviceRow, order: Order) -> tuple[tuple[int, int, str], ...]:
    if order in _TEXTS:
        text = _TEXTS[order](row)
        return ((0, 0, ""), *natural(text)) if text else ((1, 0, ""),)
    return ((0, _number(row, order), row.auth if order is Order.LOGIN else ""),)


def _number(row: DeviceRow, order: Order) -> int:
    """The smaller, the further up: what deserves attention first."""
    match order:
        case Order.STATE:
            return -int(-1 if row.state is None else row.state)
        case Order.LOGIN:
            return 0 if row.lacks_password else 1
        case Order.TEMPERATURE:
            return 1_000 if row.health.temperature is None else -int(row.health.temperature)
        case Order.HEALTH:
            return -int(row.health.status or 0)
        case Order.BACKUP:
            return -_backup_age(row)
        case Order.CONTACT:
            return list(Contact).index(row.contact)
        case Order.TROUBLE:
            return calmness(row)
        case _:
            return 0


_HOURS: Final = 24


def _backup_age(row: DeviceRow) -> int:
    """In hours; none at all is older than any."""
    age = row.backups.age_days if row.backups else None
    return 1_000_000 if age is None else int(age * _HOURS)
