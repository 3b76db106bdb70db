"""Reads the list of new sensors that ``commission`` sets up: a table of a spreadsheet program."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.network.addressing import NO_GATEWAY, Ipv4Config, parse_ipv4, parse_mask
from sicktui.model.network.commissioning import Entry, problems_of
from sicktui.model.safe_text import clean
from sicktui.model.search.records import plain_mac
from sicktui.model.suggest import nearest
from sicktui.stores.config.device_files import ImportProblems
from sicktui.stores.config.device_rules import TAG_RULE, is_tag, name_problem
from sicktui.stores.config.spreadsheet import SheetRow, digits_of, read_sheet, unguarded
from sicktui.stores.disk.files import display_path

COLUMNS: Final = ("mac", "serial", "address", "mask", "gateway", "name", "tags")
_ALSO: Final = {
    "mac address": "mac",
    "serial number": "serial",
    "ip": "address",
    "ip address": "address",
    "netmask": "mask",
    "subnet mask": "mask",
    "tag": "tags",
}
_DEFAULT_MASK: Final = "255.255.255.0"
_LONGEST: Final = 64


def read_commissioning(path: Path, *, loopback: bool = False) -> list[Entry]:
    """Read the list. Every problem is named, with its row, and then nothing is returned.

    Args:
        path: a table (CSV) whose first row names the columns.
        loopback: whether addresses of this PC itself are allowed, as for simulated sensors.

    Raises:
        ImportProblems: rows are wrong; names each.
        ConfigError: the file cannot be used at all.
    """
    rows = read_sheet(path).rows
    if not rows:
        raise ConfigError(f"{display_path(path)} is empty.", advice="Check that it is the right file.")
    columns = _columns(path, rows[0])
    entries: list[Entry] = []
    problems: list[str] = []
    for row in rows[1:]:
        if row.problem:
            problems.append(f"{row.where}: {row.problem}")
            continue
        try:
            entries.append(_entry(columns, row))
        except UsageError as error:
            problems.append(f"{row.where}: {error.message.rstrip('.')}")
    problems += problems_of(entries, loopback=loopback)
    if problems:
        raise ImportProblems(path, problems, "Correct the rows; nothing was sent to any sensor.")
    if not entries:
        raise ConfigError(
            f"{display_path(path)} contains no sensors.", advice="Check that it is the right file."
        )
    return entries


def _columns(path: Path, header: SheetRow) -> list[str]:
    found = [_ALSO.get(cell.strip().casefold(), cell.strip().casefold()) for cell in header.cells]
    where = f"{display_path(path)}, {header.where}"
    advice = f"The columns are {', '.join(COLUMNS)}; address, and mac or serial, are needed."
    for column in found:
        if column and column not in COLUMNS:
            raise ConfigError(
                f"{where}: unknown column {clean(column, _LONGEST)!r}{nearest(column, COLUMNS)}.",
                advice=advice,
            )
        if column and found.count(column) > 1:
            raise ConfigError(f"{where}: there are two columns called {column!r}.", advice=advice)
    if "address" not in found or not {"mac", "serial"} & {*found}:
        raise ConfigError(f"{where}: a column is missing.", advice=advice)
    return found


def _entry(columns: Sequence[str], row: SheetRow) -> Entry:
    """One sensor.

    Raises:
        UsageError: a cell is not valid.
    """
    cells: dict[str, str] = {}
    for number, cell in enumerate(row.cells):
        text = unguarded(cell.strip()).strip()
        if not text:
            continue
        if number >= len(columns) or not columns[number]:
            raise UsageError(f"the cell {clean(text, 40)!r} is in a column without a name.")
        cells[columns[number]] = _serial(cell) if columns[number] == "serial" else text
    if not ("mac" in cells or "serial" in cells):
        raise UsageError("neither a MAC address nor a serial number is given.")
    if "address" not in cells:
        raise UsageError("no address is given.")
    return Entry(
        mac=_mac(cells["mac"]) if "mac" in cells else None,
        serial=cells.get("serial"),
        config=Ipv4Config(
            dhcp=False,
            address=parse_ipv4(cells["address"], "address"),
            mask=parse_mask(cells.get("mask", _DEFAULT_MASK)),
            gateway=parse_ipv4(cells.get("gateway", NO_GATEWAY), "gateway"),
        ),
        name=_name(cells["name"]) if "name" in cells else None,
        tags=_tags(cells.get("tags", "")),
        line=row.number,
    )


def _mac(text: str) -> str:
    mac = plain_mac(text)
    if mac is None:
        raise UsageError(f"{clean(text, 40)!r} is not a MAC address.")
    return mac


def _serial(cell: str) -> str:
    try:
        text = digits_of(cell)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    if len(text) > _LONGEST or clean(text) != text:
        raise UsageError(f"{clean(text, 40)!r} is not a serial number.")
    return text


def _name(text: str) -> str:
    if problem := name_problem(text):
        raise UsageError(problem)
    return text


def _tags(text: str) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(text.replace(",", " ").replace("@", " ").split()))
    for tag in tags:
        if not is_tag(tag):
            raise UsageError(f"{clean(tag, 40)!r} is not a valid tag. {TAG_RULE}")
    return tags
