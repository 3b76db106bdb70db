"""JSON lines against the published schema; here no key may be missing in it."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import fastjsonschema

SCHEMA: Final = Path(__file__).parents[2] / "docs" / "json-lines.schema.json"
Validator = Callable[[Any], Any]


@functools.cache
def _parts() -> dict[str, Any]:
    parts: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    return {
        name: part | ({"additionalProperties": False} if "properties" in part else {})
        for name, part in parts.items()
    }


@functools.cache
def _validators(kind: str) -> list[Validator]:
    named = [
        name for name, part in _parts().items() if part.get("properties", {}).get("kind") == {"enum": [kind]}
    ]
    assert named, f"the schema has no kind {kind}"
    return [
        fastjsonschema.compile({"allOf": [{"$ref": f"#/$defs/{name}"}], "$defs": _parts()}, use_default=False)
        for name in named
    ]


def check_schema(line: dict[str, Any]) -> None:
    """Hold a JSON line against the published schema."""
    troubles = []
    for validate in _validators(line["kind"]):
        try:
            validate(line)
        except fastjsonschema.JsonSchemaValueException as error:
            troubles.append(error.message)
        else:
            return
    raise AssertionError(f"{troubles}: {line}")
