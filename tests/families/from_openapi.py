"""Writes the description of a family from the vendor's OpenAPI file, for ``sicktui/simulator/families/``.

::

    pip install pyyaml
    python -m tests.families.from_openapi picoScan150_V2.2.1_OpenApi.yaml > picoscan-2.2.1.txt

The notation is explained in ``sicktui/simulator/families/__init__.py``. Only names, types and limits
are taken of the vendor's file, no texts.
"""

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

Schema = dict[str, Any]

_WIDTHS: Final = {
    "uint8": ("u8", 0, 0xFF),
    "uint16": ("u16", 0, 0xFFFF),
    "uint32": ("u32", 0, 0xFFFF_FFFF),
    "uint64": ("u64", 0, 0xFFFF_FFFF_FFFF_FFFF),
    "int8": ("i8", -0x80, 0x7F),
    "int16": ("i16", -0x8000, 0x7FFF),
    "int32": ("i32", -0x8000_0000, 0x7FFF_FFFF),
}
_LONG: Final = 20
"""More choices than these, from 0 on, are written as their first and last."""
_LEVEL: Final = re.compile(
    r"at least user level: ([A-Z][a-z]+(?: [A-Z][a-z]+)?)\.|requires the user level: (\w+)\."
)
NOT_JSON: Final = ("update", "parameterbackup", "crown/file")
"""Paths that carry files."""
OUTSIDE: Final = ("getChallenge",)
"""Answers beside the envelope."""


def load(path: Path) -> dict[str, Any]:
    """The document of an OpenAPI file."""
    yaml = import_module("yaml")
    document: dict[str, Any] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return document


def notation(schema: Schema) -> str:
    """A schema in the notation of the descriptions."""
    kind = _kind(schema)
    return f"{kind} = {json.dumps(schema['default'])}" if _has_default(schema) else kind


def _has_default(schema: Schema) -> bool:
    # The OpenAPI files write a blank for an empty text and [] for any array.
    return "default" in schema and schema["default"] not in (" ", [])


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return _choices(schema["enum"])
    match schema.get("type"):
        case "boolean":
            return "bool"
        case "integer":
            return _whole(schema)
        case "number":
            limits = f"{_limit(schema.get('minimum'))}..{_limit(schema.get('maximum'))}"
            return "float" if limits == ".." else f"float {limits}"
        case "string":
            return f"text {_length(schema.get('minLength', 0), schema.get('maxLength'))}"
        case "array":
            item = notation(schema["items"])
            return f"[{_length(schema.get('minItems', 0), schema.get('maxItems'))} {item}]"
        case _:
            return record(schema)


def _choices(values: list[object]) -> str:
    if len(values) > _LONG and values == list(range(len(values))):
        return f"0|..|{values[-1]}"
    return "|".join(json.dumps(value) for value in values)


def _whole(schema: Schema) -> str:
    width = str(schema.get("format", ""))
    if "minimum" not in schema and "maximum" not in schema:
        return _WIDTHS[width][0] if width else ".."
    _, low, high = _WIDTHS.get(width, ("", None, None))
    return f"{_limit(schema.get('minimum', low))}..{_limit(schema.get('maximum', high))}"


def _length(low: int, high: int | None) -> str:
    return str(low) if low == high else f"{low}..{_limit(high)}"


def _limit(value: float | None) -> str:
    return "" if value is None else json.dumps(value)


def record(schema: Schema) -> str:
    """An object, field by field."""
    fields = schema.get("properties", {})
    return "{" + ", ".join(f"{name} {notation(field)}" for name, field in fields.items()) + "}"


def body(operation: Schema) -> Schema:
    """The schema of a POST body; empty without one."""
    content: Schema = operation.get("requestBody", {}).get("content", {})
    return dict(content.get("application/json", {}).get("schema", {}).get("properties", {}))


def reply(operation: Schema) -> Schema:
    """The schema of ``data`` in the reply."""
    content: Schema = operation["responses"]["200"].get("content", {})
    schema: Schema = content.get("application/json", {}).get("schema", {}).get("properties", {})
    return dict(schema.get("data", {}))


def value_of(name: str, data: Schema) -> str:
    """The type of a variable; a named type is one that comes under the variable's name."""
    fields = data.get("properties", {})
    if list(fields) == [name]:
        return notation(fields[name])
    return record(data)


def line_of(name: str, operations: Schema) -> str:
    """The line of a path."""
    read, write = operations.get("get"), operations.get("post")
    if read is not None:
        return f"{'RW' if write else 'R'} {name} {value_of(name, reply(read))}"
    sent = body(write or {})
    data = sent.get("data", {})
    if list(data.get("properties", {})) == [name]:
        return f"W {name} {notation(data['properties'][name])}"
    found = _LEVEL.search((write or {}).get("description", ""))
    level = (found[1] or found[2]).replace(" ", "") if found else "-"
    if "header" not in sent:
        level = "open"
    answer = reply(write or {})
    return f"M {name} {level} {record(data)} -> {record(answer)}"


def describe(document: dict[str, Any]) -> str:
    """The description of a family."""
    lines = []
    for name, schema in document["components"]["schemas"].items():
        if name not in ("ResponseHeader", "PostBodyHeader"):
            lines.append(f"type {name} {notation(schema)}")
    for path, operations in sorted(document["paths"].items(), key=lambda item: item[0].lower()):
        name = path.strip("/")
        if name not in NOT_JSON and name not in OUTSIDE:
            lines.append(line_of(name, operations))
    return "\n".join(lines)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(describe(load(Path(argument))))  # noqa: T201  its output
