"""Device lists that come from, or go to, other programs: TOML and CSV."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sicktui.model.device import Profile
from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest
from sicktui.model.wording import names
from sicktui.stores.config.devices import DeviceList, profiles_of, rendered
from sicktui.stores.config.schema import KeyProblem, to_record
from sicktui.stores.config.toml import MAX_TOML_BYTES, read_toml
from sicktui.stores.disk.files import display_path, explain_os_error, read_at_most, write_atomic

COLUMNS: Final = ("name", "address", "user", "auth", "scheme", "tags", "serial", "model", "note")
CERTIFICATE: Final = ("ca_file", "fingerprint")
"""Columns for sensors with HTTPS: written only if one of the devices has one."""
TIMING: Final = "timing."
"""A column of this beginning is a timing of the device, e.g. ``timing.flash_timeout``."""
_MOST_PROBLEMS: Final = 10
_SEPARATOR: Final = re.compile(r"sep=([,;\t])[,;\t]*\r?\n", re.IGNORECASE)
"""Excel's own first line, which names the delimiter."""
_SCIENTIFIC: Final = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]{1,3}")
"""What Excel makes of a long number: ``2.54E+07``. The digits are lost."""


def import_devices(devices: DeviceList, path: Path, *, replace: bool = False) -> tuple[DeviceList, list[str]]:
    """Take the devices of a file into the list: all of them, or none.

    Args:
        devices: the list as it is.
        path: a ``.csv`` file (first row, behind a ``sep=;`` of Excel: the columns' names; tags separated by
            spaces), or a TOML
            file like ``devices.toml``.
        replace: whether a device of the same name is replaced; else it is an error.

    Returns:
        The new list, not yet saved, and the names of the devices that came in.

    Raises:
        ConfigError: the file cannot be used; names the row or the line of each problem.
        UsageError: a name is taken.
    """
    incoming = _read_csv(path) if path.suffix.lower() == ".csv" else _read_toml(path)
    if not incoming:
        raise ConfigError(
            f"{display_path(path)} contains no devices.", advice="Check that it is the right file."
        )
    taken = [profile.name for profile in incoming if profile.name in devices.profiles]
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


def export_devices(devices: DeviceList, path: Path) -> None:
    """Write the list to another file, as CSV (``.csv``) or TOML; an existing file is replaced.

    Raises:
        StorageError: it cannot be written.
    """
    write_atomic(path, _csv(devices) if path.suffix.lower() == ".csv" else rendered(devices))


def _csv(devices: DeviceList) -> bytes:
    timings = sorted({key for profile in devices.profiles.values() for key in profile.timing or {}})
    used = [key for key in CERTIFICATE if any(getattr(p, key) for p in devices.profiles.values())]
    columns = [*COLUMNS, *used, *(TIMING + key for key in timings)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    for profile in devices.profiles.values():
        row: dict[str, object] = {key: getattr(profile, key) for key in (*COLUMNS, *used)}
        row["tags"] = " ".join(profile.tags)
        row |= {TIMING + key: f"{value!r}" for key, value in (profile.timing or {}).items()}
        writer.writerow({key: "" if value is None else value for key, value in row.items()})
    # With a byte order mark, or Excel takes the umlauts for something else.
    return text.getvalue().encode("utf-8-sig")


def _read_toml(path: Path) -> list[Profile]:
    file = read_toml(path)
    if file.digest is None:
        raise ConfigError(f"There is no file {display_path(path)}.", advice="Check the path.")
    return list(profiles_of(file).values())


def _read_csv(path: Path) -> list[Profile]:
    try:
        raw = read_at_most(path, MAX_TOML_BYTES)
        text = raw.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"There is no file {display_path(path)}.", advice="Check the path.") from error
    except OSError as error:
        words, advice = explain_os_error(error)
        raise ConfigError(f"Cannot read {display_path(path)}: {words}.", advice=advice) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{display_path(path)} is not UTF-8 text.",
            advice="Save it as 'CSV UTF-8' in the spreadsheet program.",
        ) from error
    if len(raw) > MAX_TOML_BYTES:
        raise ConfigError(f"{display_path(path)} is too large for a device list.", advice="Check the path.")
    hint = _SEPARATOR.match(text)
    text = text[hint.end() :] if hint else text
    header = text.split("\n", 1)[0]
    # Excel writes semicolons where decimals have a comma.
    delimiter = hint.group(1) if hint else max(",;\t", key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ConfigError(
            f"{display_path(path)} is not CSV: {clean(str(error))}.", advice="Export it again as CSV."
        ) from error
    return _profiles(path, rows, first=2 if hint else 1)


def _profiles(path: Path, rows: list[list[str]], *, first: int) -> list[Profile]:
    """The devices of a table whose header is row ``first`` of the file."""
    columns = [column.strip().lower() for column in rows[0]] if rows else []
    _check_columns(path, columns, first)
    problems: list[str] = []
    found: dict[str, Profile] = {}
    for number, row in enumerate(rows[1:], start=first + 1):
        if not any(cell.strip() for cell in row):
            continue
        try:
            profile = _profile(columns, row)
            DeviceList(profiles=found).add(profile)
        except (KeyProblem, UsageError) as error:
            words = error.problem if isinstance(error, KeyProblem) else error.message
            problems.append(f"row {number}: {words.rstrip('.')}")
        else:
            found[profile.name] = profile
    if problems:
        raise ConfigError(
            f"{display_path(path)}: {names(problems, _MOST_PROBLEMS, separator='; ')}.",
            advice="Correct the rows; nothing was imported.",
        )
    return list(found.values())


def _check_columns(path: Path, columns: Sequence[str], row: int) -> None:
    known = [*COLUMNS, *CERTIFICATE, TIMING]
    for column in columns:
        # Excel writes an empty name for a column that was used once; its cells are checked with their rows.
        if column and column not in (*COLUMNS, *CERTIFICATE) and not column.startswith(TIMING):
            raise ConfigError(
                f"{display_path(path)}, row {row}: unknown column {clean(column)!r}{nearest(column, known)}.",
                advice=f"The columns are {', '.join(COLUMNS)}; name and address are needed.",
            )
    for needed in ("name", "address"):
        if columns.count(needed) != 1:
            raise ConfigError(
                f"{display_path(path)}, row {row}: there must be one column called {needed!r}.",
                advice=f"The first row names the columns: {', '.join(COLUMNS)}.",
            )


def _profile(columns: list[str], row: list[str]) -> Profile:
    if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
        raise KeyProblem((), "there are more cells than columns")
    nameless = next(
        (cell for column, cell in zip(columns, row, strict=False) if not column and cell.strip()), ""
    )
    if nameless:
        raise KeyProblem((), f"the cell {clean(nameless.strip(), 40)!r} is in a column without a name")
    cells = {column: cell.strip() for column, cell in zip(columns, row, strict=False) if cell.strip()}
    table: dict[str, object] = {key: value for key, value in cells.items() if not key.startswith(TIMING)}
    if _SCIENTIFIC.fullmatch(cells.get("serial", "")):
        raise KeyProblem(
            ("serial",),
            f"the serial number {cells['serial']!r} was rounded by a spreadsheet; format the column as text "
            "and enter it again",
        )
    if "tags" in cells:
        table["tags"] = cells["tags"].replace(",", " ").split()
    timing = {key.removeprefix(TIMING): value for key, value in cells.items() if key.startswith(TIMING)}
    if timing:
        table["timing"] = {key: _number(key, value) for key, value in timing.items()}
    return to_record({"name": "", "address": "", **table}, Profile)


def _number(key: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise KeyProblem(
            (TIMING + key,), f"{clean(text)!r} in {TIMING + clean(key)} is not a number"
        ) from None
