"""A second check, against the vendor's own OpenAPI files where they are at hand.

They are not shipped. ``SICKTUI_OPENAPI`` names a folder with them; PyYAML is needed, too.
"""

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest

from sicktui.simulator.generations import GENERATIONS
from tests.families.from_openapi import NOT_JSON, describe, load
from tests.simulator.conftest import Start, start
from tests.simulator.plain_client import get

__all__ = ["start"]  # the fixture

VARIABLE: Final = "SICKTUI_OPENAPI"
FAMILIES: Final = Path(__file__).parents[2] / "sicktui" / "simulator" / "families"
STEMS: Final = {
    "picoScan150": "picoscan",
    "picoScan120": "picoscan120",
    "multiScan100": "multiscan",
    "multiScan200": "multiscan200",
    "LRS4000": "lrs4000",
}


def vendor_files() -> dict[str, Path]:
    """The vendor's files by the generation that they describe, as their names say it."""
    folder = os.environ.get(VARIABLE)
    found = {}
    for path in sorted(Path(folder).glob("*.yaml")) if folder else []:
        named = re.match(r"([A-Za-z]+\d+)_V([\d.]+)_", path.name)
        if named and named[1] in STEMS:
            found[f"{STEMS[named[1]]}-{named[2]}"] = path
    return found


needs_files = pytest.mark.skipif(
    VARIABLE not in os.environ or find_spec("yaml") is None,
    reason=f"{VARIABLE} names no folder of the vendor's OpenAPI files, or PyYAML is not installed",
)


KINDS: Final[dict[str, Any]] = {
    "boolean": bool,
    "integer": int,
    "number": int | float,
    "string": str,
    "array": list,
    "object": dict,
}


def faults_in(schema: dict[str, Any], value: object, schemas: dict[str, Any], at: str = "") -> list[str]:
    """Where a value is not as its schema says. Every property that is named has to be there."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    kind = schema.get("type", "object")
    if not isinstance(value, KINDS[kind]) or (kind != "boolean" and isinstance(value, bool)):
        return [f"{at}: {value!r} is not {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is not one of {schema['enum']}"]
    if isinstance(value, list):
        parts = [each for part in value for each in faults_in(schema["items"], part, schemas, f"{at}[]")]
        return [*_outside(at, len(value), schema.get("minItems", 0), schema.get("maxItems")), *parts]
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        if set(value) != set(properties):
            return [f"{at}: has {sorted(value)} instead of {sorted(properties)}"]
        return [
            fault
            for name in value
            for fault in faults_in(properties[name], value[name], schemas, f"{at}.{name}")
        ]
    if isinstance(value, str):
        return _outside(at, len(value), schema.get("minLength", 0), schema.get("maxLength"))
    bits = re.fullmatch(r"(u?)int(\d+)", schema.get("format", ""))
    low, high = (None, None) if bits is None else _reach(bool(bits[1]), int(bits[2]))
    return _outside(at, value, schema.get("minimum", low), schema.get("maximum", high))


def _outside(at: str, number: Any, low: float | None, high: float | None) -> list[str]:
    inside = (low is None or low <= number) and (high is None or number <= high)
    return [] if inside else [f"{at}: {number!r} is not within {low} and {high}"]


def _reach(unsigned: bool, bits: int) -> tuple[int, int]:
    return (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def test_the_check_finds_what_is_wrong() -> None:
    schema = {
        "type": "object",
        "properties": {
            "Port": {"type": "integer", "format": "uint16"},
            "Mode": {"type": "integer", "enum": [1, 2]},
            "IP": {"type": "array", "maxItems": 2, "items": {"type": "integer", "minimum": 5}},
            "Name": {"type": "string", "maxLength": 2},
        },
    }
    good: dict[str, object] = {"Port": 80, "Mode": 1, "IP": [5], "Name": "ab"}
    assert faults_in(schema, good, {}) == []
    bad: list[dict[str, object]] = [
        {"Port": 65536},
        {"Mode": 3},
        {"IP": [1]},
        {"IP": [5, 5, 5]},
        {"Name": "abc"},
        {"Port": True},
        {"More": 1},
    ]
    for change in bad:
        assert len(faults_in(schema, {**good, **change}, {})) == 1, change


@needs_files
@pytest.mark.parametrize(("generation", "path"), vendor_files().items())
def test_every_get_is_what_the_vendors_file_says(start: Start, generation: str, path: Path) -> None:
    if generation not in GENERATIONS:
        pytest.skip(f"the simulator has no {generation}")
    document = load(path)
    device = start(generation, wrapped=False)
    wrong = []
    for endpoint, operations in document["paths"].items():
        name = endpoint.strip("/")
        if "get" not in operations or name in NOT_JSON:
            continue
        schema = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        wrong += faults_in(schema, get(device, name).json, document["components"]["schemas"], name)
    assert wrong == []


@needs_files
@pytest.mark.parametrize(("generation", "path"), vendor_files().items())
def test_the_description_is_made_from_it(generation: str, path: Path) -> None:
    committed = FAMILIES / f"{generation}.txt"
    if not committed.exists() or committed.read_text(encoding="utf-8").startswith("based on"):
        pytest.skip(f"the description of {generation} was written by hand")
    assert committed.read_text(encoding="utf-8").splitlines() == describe(load(path)).splitlines()


@needs_files
def test_the_vendors_files_are_found() -> None:
    assert json.dumps(sorted(vendor_files())) != "[]"
