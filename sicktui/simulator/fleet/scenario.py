"""Scenario files: a fleet with its faults, in TOML.

::

    [defaults]                        # optional: for every device that does not set them
    flash_seconds = 8

    [[device]]
    name = "gate-1"
    generation = "picoscan-2.3.3"
    version = "2.2.1.0R"

    [[device.fault]]
    name = "upload_reset"
    fraction = 0.3
    times = 1

Keys are those of `DeviceSpec` and `Fault`. An unknown key is an error that names the nearest one.
"""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import structs

from sicktui.simulator.device.parameters import parameters_of
from sicktui.simulator.errors import ScenarioError
from sicktui.simulator.faults import behaviour_of
from sicktui.simulator.generations import generation_of
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.simulator.status import OK

_TOP: Final = ("defaults", "device")
_MAX_BYTES: Final = 1_000_000


def load_scenario(path: Path) -> list[DeviceSpec]:
    """Read a scenario file.

    Raises:
        ScenarioError: it cannot be read, is not TOML, has unknown keys, or no devices.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ScenarioError(f"The scenario {path} cannot be read: {error.strerror or error}.") from error
    if len(content) > _MAX_BYTES:
        raise ScenarioError(f"The scenario {path} is larger than a megabyte, so it is not a scenario.")
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ScenarioError(f"The scenario {path} is not valid TOML: {error}.") from error
    return parse_scenario(document, str(path))


def parse_scenario(document: Mapping[str, Any], source: str = "scenario") -> list[DeviceSpec]:
    """The devices of a scenario that is already read; ``source`` names it in errors.

    Raises:
        ScenarioError: unknown keys, wrong values, no devices.
    """
    _known(document, _TOP, source)
    defaults = document.get("defaults", {})
    tables = document.get("device", [])
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise ScenarioError(f"{source} has no devices.", advice="Write one [[device]] for each.")
    if not isinstance(defaults, dict):
        raise ScenarioError(f"{source}: defaults is not a table.", advice="Write [defaults].")
    specs = [_device({**defaults, **table}, f"{source}, device {n}") for n, table in enumerate(tables, 1)]
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f"{source}: two devices have the name {name!r}.", advice="Rename one.")
    return specs


def _device(table: Mapping[str, Any], where: str) -> DeviceSpec:
    if isinstance(table.get("name"), str):
        where = f"{where} ({table['name']})"
    _known(table, _keys(DeviceSpec), where)
    faults = table.get("fault", [])
    if not isinstance(faults, list):
        raise ScenarioError(f"{where}: fault is not a list.", advice="Write one [[device.fault]] for each.")
    for number, fault in enumerate(faults, 1):
        if isinstance(fault, dict):
            _known(fault, _keys(Fault), f"{where}, fault {number}")
    try:
        spec = msgspec.convert(table, DeviceSpec)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{where}: {error}.") from error
    check_spec(spec, where)
    return spec


def check_spec(spec: DeviceSpec, where: str) -> None:
    """Check what the types cannot express: names of faults, values of parameters.

    Raises:
        ScenarioError: something does not fit.
    """
    for fault in spec.faults:
        try:
            behaviour_of(fault)
        except ScenarioError as error:
            raise ScenarioError(f"{where}: {error.message}", advice=error.advice) from error
    table = parameters_of(generation_of(spec).api)
    _known(spec.parameters, table, f"{where}, parameters")
    for name, value in spec.parameters.items():
        if table[name].kind.status(value, partly=True) != OK:
            raise ScenarioError(f"{where}: the parameter {name} cannot be {value!r}.")


def _keys(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in structs.fields(kind))


def _known(table: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
    known = tuple(keys)
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(sorted(known))}."
            raise ScenarioError(f"{where}: unknown key {key!r}.", advice=advice)
