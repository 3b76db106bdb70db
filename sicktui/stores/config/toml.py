"""TOML files read with errors that name the file, the line and the key."""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.model.errors import ConfigError
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import display_path, explain_os_error, read_at_most

MAX_TOML_BYTES: Final = 4_000_000
"""Far more than any device list; what is larger is another file by mistake."""

_LONGEST_VALUE: Final = 500
"""Lines of one value beyond which the line of a key is not looked for."""
_POSITION: Final = re.compile(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_MOST_PARTS: Final = 50
"""Parts of one dotted key; sicktui's own have four at most."""
_BETWEEN_VALUES: Final = re.compile(r"[,={}]")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


class TomlFile(Struct, frozen=True, kw_only=True):
    """A TOML file as it was read."""

    path: Path
    text: str
    data: dict[str, object]
    digest: str | None
    """SHA-256 of the bytes; ``None`` if there is no file."""

    def error(self, keys: Sequence[str], problem: str, *, advice: str = "") -> ConfigError:
        """An error with the place of the ``problem`` in this file.

        Args:
            keys: the path of the key that is meant.
            problem: what is wrong, e.g. ``unknown key 'timing.settl'``.
            advice: what to do.
        """
        line = line_of(self.text, keys)
        place = display_path(self.path) if line is None else f"{display_path(self.path)}, line {line}"
        return ConfigError(f"{place}: {problem}", advice=advice)


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file; one that does not exist is empty.

    Raises:
        ConfigError: it cannot be read, or is not TOML in UTF-8.
    """
    try:
        raw = read_at_most(path, MAX_TOML_BYTES)
    except FileNotFoundError:
        return TomlFile(path=path, text="", data={}, digest=None)
    except OSError as error:
        words, advice = explain_os_error(error)
        raise ConfigError(f"Cannot read {display_path(path)}: {words}.", advice=advice) from error
    if len(raw) > MAX_TOML_BYTES:
        raise ConfigError(
            f"{display_path(path)} is larger than {MAX_TOML_BYTES // 1_000_000} MB, too large for sicktui.",
            advice="Move it away.",
        )
    text = _decode(path, raw)
    return TomlFile(path=path, text=text, data=_parse(path, text), digest=hashlib.sha256(raw).hexdigest())


def _decode(path: Path, raw: bytes) -> str:
    try:
        # Windows' Notepad puts a byte order mark in front, which TOML does not know.
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{display_path(path)}, line {line}: the file is not UTF-8 text.",
            advice="Save it again with the encoding UTF-8.",
        ) from error


def _parse(path: Path, text: str) -> dict[str, object]:
    for number, line in enumerate(text.split("\n"), 1):
        if _is_endless(line):
            raise ConfigError(
                f"{display_path(path)}, line {number}: a key of more than {_MOST_PARTS} parts.",
                advice="It is not a file of sicktui: move it away.",
            )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # ValueError without a position: a number of thousands of digits, which Python refuses.
        problem, place = clean(str(error)), display_path(path)
        if match := _POSITION.fullmatch(str(error)):
            problem = clean(match[1])
            line = match[2] or str(text.count("\n") + 1)
            place += f", line {line}" + (f", column {match[3]}" if match[3] else "")
        raise ConfigError(
            f"{place}: this is not TOML: {problem}.",
            advice="Correct that line; nothing in the file was changed.",
        ) from error


def _is_endless(line: str) -> bool:
    """Whether a key has too many parts for the parser to finish in reasonable time.

    ``tomllib`` takes time by the square of them: 14 s for a line of 40 kB.
    """
    if line.count(".") <= _MOST_PARTS:
        return False
    run = 0
    for part in line.split("."):
        run = run + 1 if part.strip() and not _BETWEEN_VALUES.search(part) else 0
        if run > _MOST_PARTS:
            return True
    return False


def line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line, counted from 1, on which the statement begins that brings the key into the file.

    The parser itself is asked: a beginning of the file that parses ends at the end of a statement,
    so the key comes with the statement after the longest beginning without it. That holds for dotted and
    quoted keys, tables and values over several lines alike.

    Returns:
        The line, or ``None`` if the key is not in the file.
    """
    lines = text.split("\n")  # str.splitlines would count other characters than TOML does
    without, having = 0, len(lines)
    if not _holds(tomllib.loads(text), keys):
        return None
    while having - without > 1:
        middle = (without + having) // 2
        statements = _statements(lines, middle)
        if statements is None:
            return None
        if _holds(statements[1], keys):
            having = middle
        else:
            without = middle
    before = _statements(lines, without)
    return None if before is None else before[0] + 1


def _statements(lines: Sequence[str], upto: int) -> tuple[int, dict[str, object]] | None:
    """The whole statements in the first ``upto`` lines: how many lines they take, and their data."""
    for end in range(upto, max(-1, upto - _LONGEST_VALUE), -1):
        try:
            return end, tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # the cut goes through a value of several lines: back to where it begins
    return None


def _holds(data: object, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(data, dict) or key not in data:
            return False
        data = data[key]
    return True


def dotted(keys: Sequence[str]) -> str:
    """A key's path as it may be written in the file, e.g. ``devices."press 3".tags``; harmless to show."""
    return ".".join(key if _BARE_KEY.fullmatch(key) else f'"{clean(key, 80)}"' for key in keys)
