"""Settings turned into records, strictly: every mistake names its key and the nearest known one."""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct, inspect

from sicktui.model.safe_text import clean
from sicktui.model.suggest import nearest, quoted
from sicktui.stores.config.toml import dotted

LARGEST: Final = 1_000_000_000
"""No setting counts or waits for more; beyond it, timers and arithmetic of a PC begin to fail."""

Record = TypeVar("Record", bound=Struct)


class KeyProblem(Exception):
    """An unknown key, or an unsuitable value. The caller knows the file and makes it a ConfigError.

    Args:
        keys: the path of the key.
        problem: what is wrong, in words.
    """

    def __init__(self, keys: Sequence[str], problem: str) -> None:
        super().__init__(problem)
        self.keys = tuple(keys)
        self.problem = problem


def to_record(data: Mapping[str, object], record: type[Record], path: Sequence[str] = ()) -> Record:
    """A record from a table of a TOML file.

    Args:
        data: the table.
        record: what to make of it.
        path: the keys of the table in the file.

    Raises:
        KeyProblem: an unknown key or an unsuitable value.
    """
    fields = _fields(record)
    values: dict[str, Any] = {}
    for key, value in data.items():
        keys = (*path, key)
        if key not in fields:
            raise KeyProblem(keys, unknown(keys, [dotted((*path, name)) for name in fields]))
        values[key] = _value(value, fields[key].type, keys)
    for field in fields.values():
        if field.required and field.encode_name not in values:
            raise KeyProblem(path, f"{dotted(path)} has no key {field.encode_name!r}")
    return msgspec.convert(values, record)


@functools.cache
def _fields(record: type[Struct]) -> dict[str, inspect.Field]:
    """The fields of a record by their keys. Looked up once: a list has hundreds of one record."""
    info = inspect.type_info(record)
    if not isinstance(info, inspect.StructType):
        raise TypeError(record)
    return {field.encode_name: field for field in info.fields}


@functools.cache
def flatten(record: type[Struct]) -> Mapping[tuple[str, ...], inspect.Type]:
    """Every key that a record and the records in it have, with its type. Looked up once: each --set asks."""
    info = inspect.type_info(record)
    found: dict[tuple[str, ...], inspect.Type] = {}
    if isinstance(info, inspect.StructType):
        for field in info.fields:
            kind = strip_meta(field.type)
            if isinstance(kind, inspect.StructType):
                inner = flatten(kind.cls)
                found |= {(field.encode_name, *keys): inner[keys] for keys in inner}
            else:
                found[field.encode_name,] = kind
    return MappingProxyType(found)


def unknown(keys: Sequence[str], known: Iterable[str]) -> str:
    """The sentence about an unknown key."""
    return f"unknown key {quoted(dotted(keys))}{nearest(dotted(keys), known)}"


def strip_meta(kind: inspect.Type) -> inspect.Type:
    """A type without the description that was put around it."""
    return strip_meta(kind.type) if isinstance(kind, inspect.Metadata) else kind


def _value(value: object, kind: inspect.Type, keys: Sequence[str]) -> object:
    kind = strip_meta(kind)
    if isinstance(kind, inspect.StructType):
        if not isinstance(value, dict):
            raise KeyProblem(keys, f"{quoted(dotted(keys))} must be a table: [{dotted(keys)}]")
        return to_record(value, kind.cls, keys)
    if isinstance(kind, inspect.DictType) and isinstance(value, dict):
        return {key: _value(item, kind.value_type, (*keys, key)) for key, item in value.items()}
    if isinstance(kind, inspect.UnionType) and len(others := _without_none(kind)) == 1:
        return _value(value, others[0], keys)
    if not is_valid(value, kind):
        raise KeyProblem(keys, f"{quoted(dotted(keys))} must be {describe_type(kind)}, not {_told(value)}")
    return value


def _without_none(kind: inspect.UnionType) -> list[inspect.Type]:
    """The types of a union. TOML has no null: what counts is the other side of "or None"."""
    return [inner for inner in kind.types if not isinstance(inner, inspect.NoneType)]


def is_valid(value: object, kind: inspect.Type) -> bool:
    """Whether a value of a TOML file may stand for a setting of that type. No ``true`` is a number."""
    kind = strip_meta(kind)
    match kind:
        case inspect.FloatType():
            return isinstance(value, (int, float)) and not isinstance(value, bool) and _in_range(value, kind)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool) and _in_range(value, kind)
        case inspect.StrType():
            return (
                isinstance(value, str)
                and len(value) >= (kind.min_length or 0)
                and bool(re.search(kind.pattern or "", value))
            )
        case inspect.UnionType():
            return any(is_valid(value, inner) for inner in _without_none(kind))
        case inspect.LiteralType():
            return isinstance(value, str) and value in kind.values
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.VarTupleType():
            return isinstance(value, list) and all(is_valid(item, kind.item_type) for item in value)
        case inspect.DictType():
            return False
        case _:
            raise TypeError(kind)


def _in_range(value: float, kind: inspect.FloatType | inspect.IntType) -> bool:
    # This way round, it is false for nan; and an integer too large for a float can still be compared.
    return (
        abs(value) <= LARGEST
        and (kind.ge is None or value >= kind.ge)
        and (kind.gt is None or value > kind.gt)
        and (kind.le is None or value <= kind.le)
    )


def describe_type(kind: inspect.Type) -> str:
    """What a setting of that type must be, in words."""
    examples = (kind.extra_json_schema or {}).get("examples") if isinstance(kind, inspect.Metadata) else None
    kind = strip_meta(kind)
    match kind:
        case inspect.FloatType() | inspect.IntType():
            noun = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
            if kind.ge is not None and kind.le is not None:
                return f"{noun} from {kind.ge:g} to {kind.le:g}"
            if kind.gt is not None:
                return f"{noun} above {kind.gt:g}"
            return noun if kind.ge is None else f"{noun}, {kind.ge:g} or more"
        case inspect.StrType():
            return f'a text in quotes, as in "{examples[0] if examples else "text"}"'
        case inspect.UnionType():
            return ", or ".join(describe_type(inner) for inner in _without_none(kind))
        case inspect.LiteralType():
            return " or ".join(f'"{value}"' for value in sorted(map(str, kind.values)))
        case inspect.BoolType():
            return "true or false"
        case inspect.VarTupleType():
            return 'a list of texts, as in ["a", "b"]'
        case _:
            return "a table"


def _told(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'the text "{clean(value, 40)}"' if value else "an empty text"
        case float():
            return f"{value:g}"
        case int():
            # A number of thousands of digits cannot even be printed.
            return str(value) if abs(value) <= LARGEST else "a number as large as that"
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return f"a {type(value).__name__}"
