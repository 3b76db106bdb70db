"""The settings: ``config.toml`` and the ``--set`` options of a call."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import inspect, structs

from sicktui.model.errors import ConfigError
from sicktui.model.safe_text import clean
from sicktui.model.settings import CallTiming, Settings
from sicktui.stores.config.schema import (
    KeyProblem,
    describe_type,
    flatten,
    is_valid,
    strip_meta,
    to_record,
    unknown,
)
from sicktui.stores.config.toml import TomlFile, dotted, read_toml


def load_settings(path: Path, overrides: Sequence[str] = ()) -> Settings:
    """Read the settings; what the file does not set keeps its default.

    Args:
        path: ``config.toml``; it need not exist.
        overrides: ``KEY=VALUE`` as ``--set`` takes them; the last one of a key wins.

    Raises:
        ConfigError: names the file, the line, the key and the nearest known key, or the override.
    """
    file = read_toml(path)
    check_settings(file)
    data, given = file.data, set()
    for text in overrides:
        keys, value = override(text)
        data = _with(data, keys, value)
        given |= {keys[-1]} if keys[0] == "timing" else set()
    settings = to_record(data, Settings)
    if not given:
        return settings
    timing = CallTiming(**structs.asdict(settings.timing), given=frozenset(given))
    return structs.replace(settings, timing=timing)


def check_settings(file: TomlFile) -> None:
    """Check ``config.toml`` as it was read.

    Raises:
        ConfigError: names the file, the line, the key and the nearest known key.
    """
    try:
        to_record(file.data, Settings)
    except KeyProblem as error:
        raise file.error(
            error.keys, error.problem, advice="Correct the key there, or take it out to have the default."
        ) from error


def override(text: str) -> tuple[tuple[str, ...], object]:
    """The key and the value of a ``--set`` option.

    Raises:
        ConfigError: it names no setting, or the value cannot be used.
    """
    name, equals, raw = text.partition("=")
    keys = tuple(part.strip() for part in name.split("."))
    known = flatten(Settings)
    option = f"--set {clean(text)}"
    if not equals:
        raise ConfigError(
            f"{option}: there is no '='.", advice="Write KEY=VALUE, e.g. --set timing.poll_interval=0.2."
        )
    kind = known.get(keys) or _in_table(known, keys)
    if kind is None:
        problem = unknown(keys, [dotted(path) for path in known])
        raise ConfigError(f"{option}: {problem}.", advice="The settings are those of config.toml.")
    value = toml_value(raw.strip(), kind)
    if not is_valid(value, kind):
        raise ConfigError(f"{option}: the value must be {describe_type(kind)}.")
    return keys, value


def _in_table(known: Mapping[tuple[str, ...], inspect.Type], keys: Sequence[str]) -> inspect.Type | None:
    """The type of a key in a table whose names people choose: ``keys.update``, ``sources.plant.url``."""
    if not all(keys):
        return None
    for depth, rest in ((1, ()), (2, keys[-1:])):
        table = known.get(tuple(keys[:-depth]))
        if isinstance(table, inspect.DictType):
            kind = strip_meta(table.value_type)
            if isinstance(kind, inspect.StructType):
                return flatten(kind.cls).get(tuple(rest)) if rest else None
            return None if rest else kind
    return None


def toml_value(raw: str, kind: inspect.Type) -> object:
    """The value as TOML reads it; for a text setting, quotes may be left out."""
    try:
        parsed = tomllib.loads(f"value = {raw}")
    except (ValueError, RecursionError):
        return raw
    # A line break in the text could have brought in another key.
    value = parsed["value"] if parsed.keys() == {"value"} else raw
    textual = isinstance(kind, (inspect.StrType, inspect.LiteralType))
    return raw if textual and not isinstance(value, str) else value


def _with(data: dict[str, object], keys: Sequence[str], value: object) -> dict[str, object]:
    """A copy of the tables with one key set."""
    if len(keys) == 1:
        return {**data, keys[0]: value}
    inner = data.get(keys[0], {})
    return {**data, keys[0]: _with(inner if isinstance(inner, dict) else {}, keys[1:], value)}
