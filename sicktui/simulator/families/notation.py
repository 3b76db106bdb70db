"""Reads the descriptions of this folder. A mistake in one is a mistake of this program: ``ValueError``."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from msgspec import Struct, structs

from sicktui.simulator.families.kinds import Bool, Choice, Items, Kind, Number, Record, Text, Whole

Access = Literal["R", "W", "RW"]

_WIDTHS: Final = {
    "u8": (0, 0xFF),
    "u16": (0, 0xFFFF),
    "u32": (0, 0xFFFF_FFFF),
    "u64": (0, 0xFFFF_FFFF_FFFF_FFFF),
    "i8": (-0x80, 0x7F),
    "i16": (-0x8000, 0x7FFF),
    "i32": (-0x8000_0000, 0x7FFF_FFFF),
}
_RUN: Final = re.compile(r"0\|\.\.\|(\d+)")
_CODE: Final = r'(?:-?\d+|"[^"]*")'
_CODES: Final = re.compile(rf"{_CODE}(?:\|{_CODE})*(?![.\d])")
_RANGE: Final = re.compile(r"(-?[\d.]*?)\.\.(-?\d*\.?\d*)")
_COUNT: Final = re.compile(r"(\d+)(?:(\.\.)(\d*))?")
_WORD: Final = re.compile(r"[\w/]+")
_JSON: Final = json.JSONDecoder()


class Variable(Struct, frozen=True):
    """A variable."""

    access: Access
    kind: Kind


class Method(Struct, frozen=True):
    """A method."""

    level: str
    """The user level that it takes at least; ``open``: no login; ``-``: not written."""
    takes: Record
    returns: Record


class Family(Struct, frozen=True):
    """The variables and methods of a family in one firmware."""

    variables: dict[str, Variable]
    methods: dict[str, Method]


@cache
def family_of(name: str) -> Family:
    """The description ``name``, e.g. ``picoscan-2.3.3``. Read once."""
    variables: dict[str, Variable] = {}
    methods: dict[str, Method] = {}
    types: dict[str, Kind] = {}
    for line in _lines(name):
        mark, _, rest = line.partition(" ")
        if mark == "-":
            for gone in rest.split():
                (variables if gone in variables else methods).pop(gone)
            continue
        reader = _Reader(rest, types)
        word = reader.word()
        if mark == "type":
            kind = reader.kind()
            types[word] = Record(kind.fields, named=True) if isinstance(kind, Record) else kind
        elif mark == "M":
            level = reader.level()
            takes = reader.record()
            reader.skip("->")
            methods[word] = Method(level, takes, reader.record())
        else:
            variables[word] = Variable(cast("Access", mark), reader.kind())
        reader.end()
    return Family(variables, methods)


def _lines(name: str) -> list[str]:
    lines = []
    for line in (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("based on "):
            lines += _lines(line.removeprefix("based on "))
        elif line and not line.startswith("#"):
            lines.append(line)
    return lines


class _Reader:
    """Reads one line from left to right."""

    def __init__(self, text: str, types: dict[str, Kind]) -> None:
        self._text = text
        self._at = 0
        self._types = types

    def kind(self) -> Kind:
        """A type, with its default."""
        kind = self._bare()
        if not self._has("="):
            return kind
        value, self._at = _JSON.raw_decode(self._text, self._at)
        return _with_default(kind, value)

    def _bare(self) -> Kind:
        if self._text.startswith("{", self._at):
            return self.record()
        if self._has("["):
            low, high = self._count()
            item = self.kind()
            self.skip("]")
            return Items(low, high, item)
        if found := self._match(_RUN):
            return Choice(tuple(range(int(found[1]) + 1)))
        if found := self._match(_CODES):
            return Choice(tuple(json.loads(code) for code in found[0].split("|")))
        if found := self._match(_RANGE):
            return Whole(*(int(end) if end else None for end in found.groups()))
        return self._named(self.word())

    def _named(self, word: str) -> Kind:
        if word == "bool":
            return Bool()
        if word == "text":
            return Text(*self._count())
        if word == "float":
            found = self._match(_RANGE)
            return Number(*(float(end) if end else None for end in (found.groups() if found else ("", ""))))
        return Whole(*_WIDTHS[word]) if word in _WIDTHS else self._types[word]

    def record(self) -> Record:
        """An object."""
        self.skip("{")
        fields: dict[str, Kind] = {}
        while not self._has("}"):
            name = self.word()
            fields[name] = self.kind()
            self._has(",")
        return Record(fields)

    def _count(self) -> tuple[int, int | None]:
        found = self._match(_COUNT)
        if found is None:
            raise self._wrong("a length")
        low = int(found[1])
        return low, low if found[2] is None else (int(found[3]) if found[3] else None)

    def word(self) -> str:
        """A name."""
        found = self._match(_WORD)
        if found is None:
            raise self._wrong("a name")
        return found[0]

    def level(self) -> str:
        """A user level."""
        return "-" if self._has("-") else self.word()

    def skip(self, mark: str) -> None:
        """A mark that must come."""
        if not self._has(mark):
            raise self._wrong(f"'{mark}'")

    def end(self) -> None:
        """The end of the line."""
        if self._at < len(self._text):
            raise self._wrong("the end of the line")

    def _has(self, mark: str) -> bool:
        if not self._text.startswith(mark, self._at):
            return False
        self._pass(len(mark))
        return True

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._pass(len(found[0]))
        return found

    def _pass(self, length: int) -> None:
        self._at += length
        while self._text.startswith(" ", self._at):
            self._at += 1

    def _wrong(self, wanted: str) -> ValueError:
        return ValueError(f"{self._text[: self._at]} <- here should be {wanted}: {self._text[self._at :]}")


def _with_default(kind: Kind, value: Any) -> Kind:  # noqa: ANN401  any JSON
    if isinstance(kind, Record):
        fields = kind.fields | {name: _with_default(kind.fields[name], part) for name, part in value.items()}
        return Record(fields, named=kind.named)
    changed: Kind = structs.replace(
        cast("Any", kind), default=tuple(value) if isinstance(kind, Items) else value
    )
    return changed
