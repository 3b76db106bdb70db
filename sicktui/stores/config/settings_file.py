"""The settings one by one: what each is, where its value comes from, and its change in ``config.toml``.

The file belongs to people: a change keeps their comments, their order and their blank lines.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import NODEFAULT, Struct, inspect, structs, to_builtins

from sicktui.model.errors import ConfigError, UsageError
from sicktui.model.settings import Settings
from sicktui.stores.config.schema import KeyProblem, describe_type, is_valid, strip_meta, to_record
from sicktui.stores.config.settings import check_settings, override, toml_value
from sicktui.stores.config.toml import dotted, read_toml
from sicktui.stores.disk.files import PRIVATE_FILE, display_path, exclusive, storage_errors, write_atomic


class Origin(StrEnum):
    """Where the value of a setting comes from."""

    DEFAULT = "default"
    FILE = "config.toml"
    CALL = "--set"


class SettingRow(Struct, frozen=True, kw_only=True):
    """One setting as it is now."""

    keys: tuple[str, ...]
    value: object
    default: object
    kind: inspect.Type
    origin: Origin = Origin.DEFAULT
    about: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Identifies it in a table."""
        return self.keys

    @property
    def name(self) -> str:
        """Its key as it may be written in the file."""
        return dotted(self.keys)

    @property
    def allowed(self) -> str:
        """What its value must be, in words."""
        return describe_type(self.kind)

    @property
    def choices(self) -> tuple[str, ...]:
        """The values to choose from, if there are only some."""
        if isinstance(self.kind, inspect.BoolType):
            return ("true", "false")
        return tuple(map(str, self.kind.values)) if isinstance(self.kind, inspect.LiteralType) else ()

    @property
    def shown(self) -> str:
        """The value as it is typed: texts without quotes."""
        return shown(self.value)


def shown(value: object) -> str:
    """A value as it is typed on one line; empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_rows(path: Path, overrides: Sequence[str] = ()) -> list[SettingRow]:
    """Every setting: those of the fixed sections, then those of the sources and keys in the file.

    Raises:
        ConfigError: the file or an override cannot be used.
    """
    file = read_toml(path)
    check_settings(file)
    given = dict(override(text) for text in overrides)
    record = inspect.type_info(Settings)
    return list(_rows(record, file.data, given, ())) if isinstance(record, inspect.StructType) else []


_Given = Mapping[tuple[str, ...], object]
"""The values of ``--set`` options by their keys."""


def _rows(
    record: inspect.StructType, data: Mapping[str, Any], given: _Given, path: tuple[str, ...]
) -> Iterator[SettingRow]:
    for field in record.fields:
        keys, kind = (*path, field.name), strip_meta(field.type)
        if isinstance(kind, inspect.StructType):
            yield from _rows(kind, data.get(field.name, {}), given, keys)
        elif isinstance(kind, inspect.DictType):
            yield from _named(kind, data.get(field.name, {}), given, keys)
        else:
            default = None if field.default is NODEFAULT else to_builtins(field.default)
            yield _row(
                SettingRow(keys=keys, value=default, default=default, about=_about(field.type), kind=kind),
                data,
                given,
            )


def _named(
    table: inspect.DictType, data: Mapping[str, Any], given: _Given, path: tuple[str, ...]
) -> Iterator[SettingRow]:
    """The settings of a table whose names people choose."""
    inner = strip_meta(table.value_type)
    called = [keys[len(path)] for keys in given if keys[: len(path)] == path]
    for name in dict.fromkeys([*data, *called]):
        if isinstance(inner, inspect.StructType):
            yield from _rows(inner, data.get(name, {}), given, (*path, name))
        else:
            yield _row(SettingRow(keys=(*path, name), value="", default="", kind=inner), data, given)


def _row(row: SettingRow, table: Mapping[str, Any], given: _Given) -> SettingRow:
    if row.keys in given:
        return structs.replace(row, value=given[row.keys], origin=Origin.CALL)
    if row.keys[-1] in table:
        return structs.replace(row, value=table[row.keys[-1]], origin=Origin.FILE)
    return row


def _about(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", "")) or _about(kind.type)
    return ""


def parse_value(row: SettingRow, text: str) -> object:
    """The value that was typed for a setting.

    Raises:
        UsageError: it is not one that the setting may have.
    """
    value = toml_value(text.strip(), row.kind)
    if not is_valid(value, row.kind):
        raise UsageError(f"{row.name} must be {row.allowed}.")
    return value


def change_setting(path: Path, keys: Sequence[str], value: object | None) -> None:
    """Write one setting; ``None`` takes it out of the file, so that it has its default again.

    The rest of the file stays as it is, byte by byte.

    Raises:
        ConfigError: the file cannot be used as it is; nothing was written.
        UsageError: the new value cannot be used.
        StorageError: it cannot be written.
    """
    with exclusive(path):
        file = read_toml(path)
        check_settings(file)
        text = _edited(file.text, keys, value)
        after = tomllib.loads(text)
        if _found(after, keys) != value or _without(after, keys) != _without(file.data, keys):
            # Whatever the library did with an unusual file, the settings of people are not lost.
            raise ConfigError(
                f"{display_path(path)} cannot be changed without changing more than {dotted(keys)}.",
                advice="Change it in an editor.",
            )
        try:
            to_record(after, Settings)
        except KeyProblem as error:
            raise UsageError(f"{error.problem}.") from error
        with storage_errors("read", path):
            mode = path.stat().st_mode & 0o777 if path.exists() else PRIVATE_FILE
        write_atomic(path, text.encode(), mode=mode)


def take_draft(path: Path, draft: Path, before: bytes | None) -> None:
    """Replace ``config.toml`` by a draft that a person has edited, after a check.

    Args:
        path: the file; it may be one that cannot be used.
        draft: what it should be.
        before: what the file was when the draft was made; ``None`` if there was none.

    Raises:
        ConfigError: the draft cannot be used, or the file was changed meanwhile; nothing was written.
        StorageError: it cannot be written.
    """
    with exclusive(path):
        file = read_toml(draft)
        check_settings(structs.replace(file, path=path))
        with storage_errors("read", path):
            now = path.read_bytes() if path.exists() else None
            mode = path.stat().st_mode & 0o777 if path.exists() else PRIVATE_FILE
        if now != before:
            raise ConfigError(
                f"{display_path(path)} was changed meanwhile, so it was not replaced.",
                advice="Edit it again.",
            )
        write_atomic(path, file.text.encode(), mode=mode)


def _edited(text: str, keys: Sequence[str], value: object | None) -> str:
    import tomlkit  # noqa: PLC0415 - 50 ms, needed for a change only
    from tomlkit.container import Container  # noqa: PLC0415
    from tomlkit.items import AbstractTable  # noqa: PLC0415

    document = tomlkit.parse(text)
    table: Any = document
    *tables, key = keys
    for name in tables:
        if name not in table:
            if value is None:
                return text
            table.add(name, tomlkit.table())
        table = table[name]
    if value is not None:
        table[key] = value
    elif key in table and isinstance(table, (Container, AbstractTable)):
        table.remove(key)
    return tomlkit.dumps(document)


def _found(data: object, keys: Sequence[str]) -> object:
    found = data
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def _without(data: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """The data without one key, and without a table that is empty then."""
    key, *rest = keys
    left = dict(data)
    if not rest:
        left.pop(key, None)
    elif isinstance(left.get(key), Mapping):
        left[key] = _without(left[key], rest)
        if not left[key]:
            del left[key]
    return left
