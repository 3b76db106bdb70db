"""The page and the schema of the JSON lines, made of the records that commands print."""

import re
import textwrap
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, json

from docs.json_keys import key_of
from sicktui.model.enums import Code
from sicktui.model.lines.every import LINES

_REF: Final = "#/$defs/{name}"


def schema() -> dict[str, Any]:
    """The JSON schema of one line."""
    refs, parts = json.schema_components(LINES, ref_template=_REF)
    for record in LINES:
        part = parts[record.__name__]
        part["description"] = _plain(record.__doc__)
        part["required"] = ["kind", *_required(record)]
        for key, about in part["properties"].items():
            about.pop("default", None)
            if key != "kind":
                about["description"] = key_of(record.__name__, key)[0]
        part["examples"] = [example(record)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line that sicktui prints with --json",
        "anyOf": list(refs),
        "$defs": parts,
    }


def _required(record: type[Struct]) -> list[str]:
    defaults = {field.name: field.default for field in msgspec.structs.fields(record)}
    return [key for key in record.__struct_fields__ if defaults[key] is not UNSET]


def example(record: type[Struct]) -> dict[str, Any]:
    """An example of a line: its required keys."""
    keys = {key: key_of(record.__name__, key)[1] for key in _required(record)}
    return {"kind": record.__struct_config__.tag, **keys}


def schema_file() -> str:
    """The schema as its file has it."""
    return json.format(json.encode(schema()), indent=1).decode() + "\n"


def json_page() -> str:
    """The page about the lines."""
    parts = schema()["$defs"]
    lines = [
        "# JSON lines",
        "",
        "With `--json`, standard output has one JSON object a line and nothing else. Every object has `v`, `ts` and `kind`. Keys",
        "may be added, none is renamed or removed while `v` is 1: leave out what you do not know. Where the exit code is not 0,",
        "the last line is `error`, or a `summary` that has it. What holds now comes last: of a run that is not over, `runs show`",
        "and a command that leaves it close with its `run` line. The JSON schema is [beside this page](json-lines.schema.json).",
        "",
        "`simulate` prints one object for each sensor, with `name` and `address`, and no `kind`.",
        "",
        *textwrap.wrap(f"The codes: {', '.join(f'`{code}`' for code in Code)}.", 120),
    ]
    by_kind: dict[str, list[type[Struct]]] = {}
    for record in LINES:
        by_kind.setdefault(str(record.__struct_config__.tag), []).append(record)
    for kind, records in sorted(by_kind.items()):
        lines += ["", f"## {kind}"]
        for record in records:
            lines += ["", *_about(record, parts)]
    return "\n".join(lines) + "\n"


def _about(record: type[Struct], parts: dict[str, Any]) -> list[str]:
    part = parts[record.__name__]
    rows = []
    for key, about in part["properties"].items():
        if key in ("kind", "v", "ts"):
            continue
        optional = "" if key in part["required"] else " (not always there)"
        rows.append(f"| `{key}` | {_type(about, parts)} | {about['description']}{optional} |")
    sample = json.encode(example(record)).decode()
    return [
        part["description"],
        "",
        "| key | value | meaning |",
        "|---|---|---|",
        *rows,
        "",
        "```json",
        sample,
        "```",
    ]


def _type(about: dict[str, Any], parts: dict[str, Any]) -> str:
    if "$ref" in about:
        name = about["$ref"].rsplit("/", 1)[1]
        return "a code" if name == "Code" else _type(parts[name], parts)
    if "anyOf" in about:
        return ", ".join(_type(each, parts) for each in about["anyOf"])
    if "enum" in about:
        return " ".join(f"`{json.encode(word).decode().strip(chr(34))}`" for word in about["enum"])
    named: dict[str, str] = {
        "integer": "number",
        "array": "list",
        "string": "text",
        "boolean": "`true` `false`",
    }
    kind = str(about.get("type", "any"))
    return named.get(kind, kind)


def _plain(text: str | None) -> str:
    return re.sub(r"\s+", " ", (text or "").replace("``", "`")).strip()
