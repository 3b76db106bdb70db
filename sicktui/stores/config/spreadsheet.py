"""Tables as spreadsheet programs write them: every encoding, delimiter and line end of theirs.

Excel's "CSV UTF-8" has a byte order mark; its "CSV" is in the code page of Windows; its "Unicode Text" is
UTF-16 with tabs. Where decimals have a comma, the delimiter is a semicolon. Excel writes empty cells for
columns and rows that were used once. Python's ``csv`` reads the quotes. A row that it cannot read is named,
and those after it are read all the same.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.model.errors import ConfigError
from sicktui.model.safe_text import clean
from sicktui.stores.config.toml import MAX_TOML_BYTES
from sicktui.stores.disk.files import display_path, explain_os_error, read_at_most

DELIMITERS: Final = ",;\t"
_SEPARATOR: Final = re.compile(r'"?sep=([^"\r\n])"?[,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""Excel's own first line, which names the delimiter."""
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_MOST_BROKEN: Final = 100
"""Rows that are not CSV, after which no more are read."""
_QUOTED: Final = re.compile(r'"[^"]*"')
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .ods (zip) and .xls files begin."""
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


class SheetRow(Struct, frozen=True, kw_only=True):
    """One row of a table."""

    number: int
    """As a spreadsheet program counts: a cell of two lines makes one row."""
    line: int
    """Where it begins in the file, as an editor counts."""
    cells: tuple[str, ...] = ()
    problem: str = ""
    """Why it has no cells: it is not CSV."""

    @property
    def where(self) -> str:
        """Where it is, in words."""
        return f"row {self.number}" if self.number == self.line else f"row {self.number} (line {self.line})"

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.problem and not any(cell.strip() for cell in self.cells)


class Sheet(Struct, frozen=True, kw_only=True):
    """A table that was read."""

    rows: tuple[SheetRow, ...]
    """Without those that are empty."""
    encoding: str
    """``UTF-8``, ``UTF-16`` or ``Windows-1252``."""


def read_sheet(path: Path) -> Sheet:
    """Read a table.

    Raises:
        ConfigError: the file cannot be read, or is not such a table; names the line.
    """
    raw = read_bytes(path)
    text, encoding = _decoded(path, raw)
    hint = _SEPARATOR.match(text)
    skipped = len(_LINE_END.findall(text, 0, hint.end())) if hint else 0
    text = text[hint.end() :] if hint else text
    delimiter = hint.group(1) if hint else _delimiter(text)
    read = (
        structs.replace(row, number=row.number + skipped, line=row.line + skipped)
        for row in _rows(text, delimiter)
    )
    rows = tuple(row for row in read if not row.empty)
    if rows and rows[0].problem:
        raise ConfigError(
            f"{display_path(path)}, {rows[0].where}: {rows[0].problem}.",
            advice="The first row names the columns. Correct it, or export the table again as CSV.",
        )
    return Sheet(rows=rows, encoding=encoding)


def _rows(text: str, delimiter: str) -> Iterator[SheetRow]:
    """Every row. After one that is not CSV, the next line begins a row."""
    lines = list(io.StringIO(text, newline=""))
    start, number, broken = 0, 0, 0
    while start < len(lines) and broken < _MOST_BROKEN:
        reader = csv.reader((lines[n] for n in range(start, len(lines))), delimiter=delimiter, strict=True)
        begun = start
        try:
            for cells in reader:
                number += 1
                yield SheetRow(number=number, line=begun + 1, cells=tuple(cells))
                begun = start + reader.line_num
        except csv.Error as error:
            number += 1
            broken += 1
            why = f"it is not CSV ({clean(str(error))}): look for a quotation mark without its other half"
            yield SheetRow(number=number, line=begun + 1, problem=why)
            start = begun + 1
        else:
            return


def read_bytes(path: Path) -> bytes:
    """The bytes of a device list.

    Raises:
        ConfigError: it cannot be read, or is something else.
    """
    try:
        raw = read_at_most(path, MAX_TOML_BYTES)
    except FileNotFoundError as error:
        raise ConfigError(f"There is no file {display_path(path)}.", advice="Check the path.") from error
    except OSError as error:
        words, advice = explain_os_error(error)
        raise ConfigError(f"Cannot read {display_path(path)}: {words}.", advice=advice) from error
    if len(raw) > MAX_TOML_BYTES:
        raise ConfigError(f"{display_path(path)} is too large for a device list.", advice="Check the path.")
    if raw.startswith(_WORKBOOKS):
        raise ConfigError(
            f"{display_path(path)} is a workbook of a spreadsheet program, not CSV.",
            advice="Save it as 'CSV UTF-8' in the spreadsheet program.",
        )
    return raw


def _decoded(path: Path, raw: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding."""
    guesses = [(codec, name) for mark, codec, name in _BOMS if raw.startswith(mark)]
    if not guesses:
        # ASCII in UTF-16 without its mark: every other byte is zero. A single zero is a broken cell.
        for first, codec in enumerate(("utf-16-be", "utf-16-le")):
            if 2 * raw[first:64:2].count(0) > len(raw[first:64:2]):
                guesses = [(codec, "UTF-16")]
        guesses = guesses or [("utf-8", "UTF-8"), ("cp1252", "Windows-1252")]
    for codec, name in guesses:
        try:
            return raw.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise ConfigError(
        f"{display_path(path)} is not text in {' or '.join(name for _, name in guesses)}.",
        advice="Save it as 'CSV UTF-8' in the spreadsheet program.",
    )


def _delimiter(text: str) -> str:
    """The delimiter of the first row that is not empty, counted outside quotation marks."""
    first = next((line for line in _LINE_END.split(text[:20_000]) if line.strip(" ,;\t")), "")
    return max(DELIMITERS, key=_QUOTED.sub("", first).count)


FORMULA: Final = "=+-@\t\r＝＋－＠"  # noqa: RUF001  the full-width ones count as well
"""How a cell begins that a spreadsheet program may take for a formula."""

_CHANGED: Final = re.compile(r"[0-9]+[.,][0-9]+|[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+|[0-9]{12,}")
"""Texts that a spreadsheet program takes for a number, and writes with other digits."""


def guarded(text: str, *, digits: bool = False) -> str:
    """A cell for a spreadsheet program: behind an apostrophe where it could be taken for something else.

    Names and notes come from sensors and files. ``=HYPERLINK(...)`` in one of them must stay text (OWASP, CSV
    injection), and so must spaces at its ends.

    Args:
        text: what is in the cell.
        digits: whether it is a text of digits such as a serial number, which must not become a number.
    """
    return f"'{text}" if _is_guarded(text) or (digits and _CHANGED.fullmatch(text)) else text


def _is_guarded(text: str) -> bool:
    return text.startswith((*FORMULA, "'")) or text != text.strip()


def unguarded(cell: str) -> str:
    """A cell without what spreadsheet programs and ``guarded`` put around a text to keep it one."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > len('=""'):
        return text[2:-1].replace('""', '"')
    behind = cell.lstrip()[1:]
    if text.startswith("'") and behind and (_is_guarded(behind) or behind[0] in "0123456789"):
        return behind
    return text


_ROUNDED: Final = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]{1,3}")
"""What Excel makes of a long number: ``2.54E+07``. The digits are lost."""
_DECIMALS: Final = re.compile(r"([0-9]+)[.,]0+")
"""What other programs make of it: ``25420067.0``. The digits are all there."""


def digits_of(cell: str) -> str:
    """A serial number as it was before a spreadsheet program took it for a number.

    Raises:
        ValueError: its digits are lost.
    """
    text = unguarded(cell).strip()
    if text != cell.strip():
        return text  # It was kept as a text.
    if _ROUNDED.fullmatch(text):
        raise ValueError(f"the serial number {text!r} was rounded by a spreadsheet")
    return _DECIMALS.sub(r"\1", text)
