"""Device lists that come from, or go to, other programs: CSV, JSON and TOML."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

import tomli_w
from msgspec import DecodeError, json, structs, to_builtins

from sicktui.model.decoding import decode_json
from sicktui.model.device import Profile, same_serial
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest
from sicktui.model.wording import names
from sicktui.stores.config.device_rules import name_problem, profile_problems
from sicktui.stores.config.devices import DeviceList, profiles_of, rendered
from sicktui.stores.config.schema import KeyProblem, to_record
from sicktui.stores.config.spreadsheet import SheetRow, digits_of, guarded, read_bytes, read_sheet, unguarded
from sicktui.stores.config.toml import read_toml
from sicktui.stores.disk.files import display_path, export_file

COLUMNS: Final = ("name", "address", "user", "auth", "scheme", "tags", "serial", "model", "note")
RARE: Final = ("segment", "pin", "ca_file", "fingerprint")
"""Columns that are written only if one of the devices has a value."""
TIMING: Final = "timing."
"""A column of this beginning is a timing of the device, e.g. ``timing.flash_timeout``."""
SEEN: Final = ("seen_model", "seen_serial", "order_number", "mac", "firmware", "last_backup", "last_seen")
"""Columns about the sensors that were seen: written for people, and ignored by an import."""
_ALIASES: Final = {
    "ip": "address",
    "ip_address": "address",
    "host": "address",
    "serial_number": "serial",
    "mac_address": "mac",
    "tag": "tags",
}
_TWICE: Final = "the device '{}' is in the file twice"
_MOST_PROBLEMS: Final = 10
"""Problems in the message; all are in ``ImportProblems.problems``."""


class ListForm(StrEnum):
    """The forms of a device list, by the ending of their files; CSV is for spreadsheets."""

    CSV = "csv"
    JSON = "json"
    TOML = "toml"


class ImportProblems(ConfigError):
    """A file cannot be imported; each problem has its place.

    Args:
        path: the file.
        problems: each with its row, all of them.
        advice: what to do.
    """

    def __init__(
        self, path: Path, problems: Sequence[str], advice: str = "Correct the rows; nothing was imported."
    ) -> None:
        shown = names(problems, _MOST_PROBLEMS, separator="; ")
        super().__init__(f"{display_path(path)}: {shown}.", advice=advice)
        self.problems = tuple(problems)


def import_devices(devices: DeviceList, path: Path, *, replace: bool = False) -> tuple[DeviceList, list[str]]:
    """Take the devices of a file into the list: all of them, or none.

    Args:
        devices: the list as it is.
        path: a table of a spreadsheet program (``.csv``, ``.tsv``, ``.txt``; the first row names the
            columns, tags are separated by spaces), or what ``export_devices`` writes as JSON or TOML. A
            device of the list keeps what a table has no column for.
        replace: whether a device of the same name may change; else it is an error.

    Returns:
        The new list, not yet saved, and the names of the devices in the file.

    Raises:
        ConfigError: the file cannot be used; names the row or the line of each problem.
        UsageError: a name is taken by another device.
    """
    incoming = _incoming(path, devices)
    if not incoming:
        raise ConfigError(
            f"{display_path(path)} contains no devices.", advice="Check that it is the right file."
        )
    taken = [p.name for p in incoming if devices.profiles.get(p.name, p) != p]
    if taken and not replace:
        raise UsageError(
            f"Already in the list: {names([repr(name) for name in taken], _MOST_PROBLEMS)}. "
            "Nothing was imported.",
            advice="Take them out of the file, or replace the devices of the list.",
        )
    for profile in incoming:
        known = profile.name in devices.profiles
        devices = devices.replace(profile.name, profile) if known else devices.add(profile)
    return devices, [profile.name for profile in incoming]


def _incoming(path: Path, devices: DeviceList) -> list[Profile]:
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return _read_csv(path, devices)
        case ".json":
            return _read_json(path)
        case _:
            return _read_toml(path)


def form_of(path: Path) -> ListForm:
    """The form that a file's name stands for; a name without an ending stands for TOML.

    Raises:
        UsageError: it stands for none.
    """
    ending = path.suffix.lower().removeprefix(".") or ListForm.TOML
    if ending not in set(ListForm):
        raise UsageError(
            f"The name {display_path(path.name)} does not show which form the list should have.",
            advice=f"Use a name that ends in {', '.join(f'.{form}' for form in ListForm)}.",
        )
    return ListForm(ending)


def export_devices(
    devices: DeviceList, path: Path, seen: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """Write the list to another file, in the form of its name. Replaces a file. See ``rendered_as``.

    Raises:
        UsageError: its name stands for no form.
        StorageError: it cannot be written, or its folder does not exist.
    """
    export_file(path, rendered_as(form_of(path), devices, seen))


def rendered_as(
    form: ListForm, devices: DeviceList, seen: Mapping[str, Mapping[str, str]] | None = None
) -> bytes:
    """The list in another form.

    Args:
        form: which.
        devices: the list.
        seen: what is known of the sensors, by device: values of the columns ``SEEN``.
    """
    known = {name: {k: v for k, v in (seen or {}).get(name, {}).items() if v} for name in devices.profiles}
    match form:
        case ListForm.CSV:
            return _csv(devices, known)
        case ListForm.JSON:
            return _json(devices, known)
        case ListForm.TOML:
            told = {name: values for name, values in known.items() if values}
            return rendered(devices) + (b"\n" + tomli_w.dumps({"seen": told}).encode() if told else b"")


def _csv(devices: DeviceList, seen: Mapping[str, Mapping[str, str]]) -> bytes:
    timings = sorted({key for profile in devices.profiles.values() for key in profile.timing or {}})
    used = [key for key in RARE if any(getattr(p, key) for p in devices.profiles.values())]
    told = SEEN if any(seen.values()) else ()
    columns = [*COLUMNS, *used, *(TIMING + key for key in timings), *told]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    for name, profile in devices.profiles.items():
        row: dict[str, object] = {key: getattr(profile, key) for key in (*COLUMNS, *used)}
        row["tags"] = " ".join(profile.tags)
        row |= {TIMING + key: f"{value!r}" for key, value in (profile.timing or {}).items()}
        row |= seen.get(name, {})
        writer.writerow(
            {
                key: "" if value is None else guarded(str(value), digits=key == "serial")
                for key, value in row.items()
            }
        )
    # With a byte order mark, or Excel takes the umlauts for something else.
    return text.getvalue().encode("utf-8-sig")


def _json(devices: DeviceList, seen: Mapping[str, Mapping[str, str]]) -> bytes:
    entries = [
        {**to_builtins(profile), **({"seen": seen[name]} if seen.get(name) else {})}
        for name, profile in devices.profiles.items()
    ]
    return json.format(json.encode({"devices": entries}), indent=2) + b"\n"


def _read_json(path: Path) -> list[Profile]:
    try:
        data = decode_json(read_bytes(path), dict[str, object])
    except DecodeError as error:
        raise ConfigError(
            f"{display_path(path)} is not a JSON object: {clean(str(error))}.", advice="Export it again."
        ) from error
    entries = data.get("devices")
    if not isinstance(entries, list):
        raise ConfigError(
            f"{display_path(path)} has no list 'devices'.", advice="Check that it is the right file."
        )
    problems: list[str] = []
    found: dict[str, Profile] = {}
    for number, entry in enumerate(entries, start=1):
        table = {k: v for k, v in entry.items() if k != "seen"} if isinstance(entry, dict) else {}
        profile, wrong = _checked(table)
        if profile is not None and profile.name in found:
            wrong.append(_TWICE.format(clean(profile.name)))
        if wrong:
            problems.append(f"device {number}: {_joined(wrong)}")
        if profile is not None and not name_problem(profile.name):
            found[profile.name] = profile
    if problems:
        raise ImportProblems(path, problems, "Correct the devices; nothing was imported.")
    return list(found.values())


def _joined(wrong: Sequence[str]) -> str:
    return ", ".join(words.rstrip(".") for words in wrong)


def _checked(table: dict[str, object]) -> tuple[Profile | None, list[str]]:
    """The profile that a table makes, and everything that is wrong with it."""
    wrong: list[str] = []
    rest = {"name": "", "address": "", **table}
    while True:
        try:
            profile = to_record(rest, Profile)
            break
        except KeyProblem as error:
            wrong.append(error.problem)
            key = error.keys[0]
            if key == "name":
                return None, wrong
            # Go on with the others: all that is wrong is shown at once.
            rest = (
                {**rest, key: "unknown"} if key == "address" else {k: v for k, v in rest.items() if k != key}
            )
    if problem := name_problem(profile.name):
        wrong.append(problem)
    return profile, [*wrong, *(problem for _, problem, _ in profile_problems(profile))]


def _read_toml(path: Path) -> list[Profile]:
    file = read_toml(path)
    if file.digest is None:
        raise ConfigError(f"There is no file {display_path(path)}.", advice="Check the path.")
    known = structs.replace(file, data={key: value for key, value in file.data.items() if key != "seen"})
    return list(profiles_of(known).values())


def _read_csv(path: Path, devices: DeviceList) -> list[Profile]:
    """The devices of a table. Columns that it does not have keep what the list knows."""
    sheet = read_sheet(path)
    if not sheet.rows:
        raise _no_column(path, "row 1", "name")
    head, *rows = sheet.rows
    columns = [_column(cell) for cell in head.cells]
    _check_columns(path, columns, head)
    problems: list[str] = []
    found: dict[str, Profile] = {}
    for row in rows:
        if row.problem:
            problems.append(f"{row.where}: {row.problem}")
            continue
        profile, wrong = _profile(columns, row.cells, devices)
        if profile is not None and profile.name in found:
            wrong.append(_TWICE.format(clean(profile.name)))
        if wrong:
            problems.append(f"{row.where}: {_joined(wrong)}")
        if profile is not None and not name_problem(profile.name):
            found[profile.name] = profile
    if problems:
        raise ImportProblems(path, problems)
    return list(found.values())


def _column(title: str) -> str:
    name = re.sub(r"[\s-]+", "_", unguarded(title.strip()).strip().lower())
    return _ALIASES.get(name, name)


def _check_columns(path: Path, columns: Sequence[str], head: SheetRow) -> None:
    known = (*COLUMNS, *RARE, *SEEN)
    problems = [
        f"{head.where}: unknown column {clean(column)!r}{nearest(column, [*known, TIMING])}"
        for column in dict.fromkeys(columns)
        # Excel writes an empty name for a column that was used once; its cells are checked with their rows.
        if column and column not in known and not column.startswith(TIMING)
    ]
    problems += [
        f"{head.where}: the column {clean(column)!r} is there twice"
        for column in dict.fromkeys(columns)
        if column and column not in ("name", "address") and columns.count(column) > 1
    ]
    if problems:
        advice = f"The columns are {', '.join(COLUMNS)}; name and address are needed."
        raise ImportProblems(path, problems, advice)
    for needed in ("name", "address"):
        if columns.count(needed) != 1:
            raise _no_column(path, head.where, needed)


def _no_column(path: Path, where: str, needed: str) -> ConfigError:
    return ConfigError(
        f"{display_path(path)}, {where}: there must be one column called {needed!r}.",
        advice=f"The first row names the columns: {', '.join(COLUMNS)}.",
    )


def _profile(columns: list[str], row: Sequence[str], devices: DeviceList) -> tuple[Profile | None, list[str]]:
    """The profile of a row, and everything that is wrong with it."""
    cells = {column: _text(cell, column) for column, cell in zip(columns, row, strict=False)}
    table, wrong = _table(cells, columns, row)
    before = devices.profiles.get(cells.get("name", ""))
    if before is not None:
        table = {**_kept(before, columns), **table}
        if before.serial and same_serial(before.serial, str(table.get("serial", "-"))):
            table["serial"] = before.serial  # leading zeros that a spreadsheet has dropped
    profile, more = _checked(table)
    return profile, [*wrong, *more]


def _table(
    cells: dict[str, str], columns: Sequence[str], row: Sequence[str]
) -> tuple[dict[str, object], list[str]]:
    """The table of a profile, as TOML would have it, and what is wrong with single cells."""
    wrong: list[str] = []
    if any(cell.strip() for cell in row[len(columns) :]):
        wrong.append("there are more cells than columns")
    pairs = zip(columns, row, strict=False)
    if nameless := next((cell for column, cell in pairs if not column and cell.strip()), ""):
        wrong.append(f"the cell {clean(nameless.strip(), 40)!r} is in a column without a name")
    given = {column: text for column, text in cells.items() if text and column and column not in SEEN}
    table: dict[str, object] = {key: text for key, text in given.items() if not key.startswith(TIMING)}
    if "tags" in given:
        table["tags"] = given["tags"].replace(",", " ").replace(";", " ").split()
    if "serial" in given:
        try:
            table["serial"] = digits_of(row[columns.index("serial")])
        except ValueError as error:
            wrong.append(f"{error}; format the column as text and enter it again")
    timing: dict[str, float] = {}
    for key, text in given.items():
        if key.startswith(TIMING):
            try:
                timing[key.removeprefix(TIMING)] = _number(key.removeprefix(TIMING), text)
            except KeyProblem as error:
                wrong.append(error.problem)
    if timing:
        table["timing"] = timing
    return table, wrong


def _kept(before: Profile, columns: Sequence[str]) -> dict[str, object]:
    """What a known device keeps, as a table: everything that the file has no column for."""
    known: dict[str, object] = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in to_builtins(before).items()
        if key not in columns and key not in ("name", "timing")
    }
    timing = {key: value for key, value in (before.timing or {}).items() if TIMING + key not in columns}
    return {**known, **({"timing": timing} if timing else {})}


def _text(cell: str, column: str) -> str:
    """What a cell contains. Only a note has line ends, as any program writes them, and spaces at its ends."""
    text = unguarded(cell)
    return text.replace("\r\n", "\n").replace("\r", "\n") if column == "note" else text.strip()


def _number(key: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise KeyProblem(
            (TIMING + key,), f"{clean(text)!r} in {TIMING + clean(key)} is not a number"
        ) from None
