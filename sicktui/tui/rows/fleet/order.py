"""The orders of the table."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from sicktui.model.filter.parsing import parse
from sicktui.tui.rows.devices import Contact, DeviceRow, calmness, natural


class Order(StrEnum):
    """Sort orders of the list."""

    NAME = "name"
    TROUBLE = "trouble first"
    ADDRESS = "address"
    MODEL = "model"
    VERSION = "version"
    HEALTH = "health"
    BACKUP = "age of backup"
    CONTACT = "contact"

    @property
    def column(self) -> str:
        """The column whose heading shows it."""
        return {Order.BACKUP: "backup", Order.TROUBLE: "name"}.get(self, self.value)


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


def _rank(row: DeviceRow, order: Order) -> tuple[tuple[int, int, str], ...]:
    match order:
        case Order.NAME:
            return ()
        case Order.ADDRESS:
            return natural(row.address)
        case Order.MODEL:
            return natural(row.model)
        case Order.VERSION:
            return natural(row.version)
        case Order.HEALTH:
            return ((0, -int(row.health.status or 0), ""),)
        case Order.BACKUP:
            return ((0, -_backup_age(row), ""),)
        case Order.CONTACT:
            return ((0, list(Contact).index(row.contact), ""),)
        case Order.TROUBLE:
            return ((0, calmness(row), ""),)


_HOURS: Final = 24


def _backup_age(row: DeviceRow) -> int:
    """In hours; none at all is older than any."""
    age = row.backups.age_days if row.backups else None
    return 1_000_000 if age is None else int(age * _HOURS)
