"""Tables as spreadsheet programs write them: every encoding, delimiter and line end of theirs.

Excel's "CSV UTF-8" has a byte order mark; its "CSV" is in the code page of Windows; its "Unicode Text" is
UTF-16 with tabs. Where decimals have a comma, the delimiter is a semicolon. Excel writes empty cells for
columns and rows that were used once. Python's ``csv`` reads the quotes; what it cannot read is named with its
line.
"""

import codecs
import csv
import io
import re
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.model.errors import ConfigError
from sicktui.model.safe_text import clean
from sicktui.stores.config.toml import MAX_TOML_BYTES
from sicktui.stores.disk.files import display_path, explain_os_error, read_at_most

DELIMITERS: Final = ",;\t"
_SEPARATOR: Final = re.compile(r'"?sep=([^"\r\n])"?[,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""Excel's own first line, which names the delimiter."""
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
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
    cells: tuple[str, ...]

    @property
    def where(self) -> str:
        """Where it is, in words."""
        return f"row {self.number}" if self.number == self.line else f"row {self.number} (line {self.line})"

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not any(cell.strip() for cell in self.cells)


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
    rows: list[SheetRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for number, cells in enumerate(reader, start=1):
            rows.append(SheetRow(number=number + skipped, line=line + skipped, cells=tuple(cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError(
            f"{display_path(path)} is not CSV from line {line + skipped} on: {clean(str(error))}.",
            advice="Look for a quotation mark without its other half, or export the table again as CSV.",
        ) from error
    return Sheet(rows=tuple(row for row in rows if not row.empty), encoding=encoding)


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


_APOSTROPHE: Final = re.compile(rf"'[0-9'{re.escape(FORMULA)}]")


def guarded(text: str) -> str:
    """A cell for a spreadsheet program: behind an apostrophe where it could be taken for a formula.

    Names and notes come from sensors and files. ``=HYPERLINK(...)`` in one of them must stay text (OWASP, CSV
    injection).
    """
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def unguarded(text: str) -> str:
    """A cell without what spreadsheet programs and ``guarded`` put around a text to keep it one."""
    if text.startswith('="') and text.endswith('"') and len(text) > len('=""'):
        return text[2:-1].replace('""', '"')
    return text[1:] if _APOSTROPHE.match(text) else text
