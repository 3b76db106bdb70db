"""The contract's JSON lines, written from the contract alone: each key with the types it may have."""

import re
from collections.abc import Iterable
from typing import Any

from tests.support.line_schema import check_schema

_NULL = type(None)
_NUMBER = (int, float)
_COMMON: dict[str, Any] = {"v": int, "ts": str, "kind": str}
_WORDS = {
    "step": (
        *("preflight", "backup", "authenticate", "upload", "trigger", "flash", "reboot", "verify"),
        *("create", "download", "store", "activate", "persist"),
        *("write", "find"),  # of an address
    ),
    "operation": ("update", "backup", "restore", "check", "fetch", "address", "discover", "commission"),
    "action": ("update", "skip", "refuse"),
    "verdict": ("succeeded", "failed", "unknown", "skipped", "cancelled"),
    "by": ("broadcast", "sweep", "neighbour"),
    "problem": (
        *("moved", "other_subnet", "address_conflict", "other_sensor", "no_rest_api", None),
        "changed_sensor",  # of a status
    ),
    "level": ("debug", "info", "warning", "error"),
}
_STATES = {
    "step": ("started", "done", "failed", "skipped"),
    "run": ("running", "finished", "interrupted", "cancelled"),
    "overview": ("outdated", "current", "newer", "no_package", "unknown"),
    "offer": ("offered", "current", "fetched", "unavailable", "refused"),
}
_KEYS: dict[str, dict[str, Any]] = {
    "step": {"run": str, "device": str, "step": str, "state": str, "detail": str},
    "progress": {"run": str, "device": str, "step": str, "sent": int, "total": int},
    "update_state": {"run": str, "device": str, "value": int, "name": str},
    "log": {"level": str, "message": str},
    "plan": {
        "device": str,
        "action": str,
        "reason": (str, _NULL),
        "message": str,
        "from_version": (str, _NULL),
        "to_version": (str, _NULL),
    },
    "verdict": {
        "run": str,
        "device": str,
        "operation": str,
        "verdict": str,
        "code": (str, _NULL),
        "message": str,
        "advice": str,
        "seconds": _NUMBER,
    },
    "error": {"code": (str, _NULL), "message": str, "advice": str, "exit_code": int},
    "address": {
        "device": (str, _NULL),
        "serial": (str, _NULL),
        "mac": (str, _NULL),
        "place": str,
        "mode": (str, _NULL),
        "address": str,
        "mask": (str, _NULL),
        "gateway": (str, _NULL),
        "effective": dict,
        "fallback": (str, _NULL),
        "scan_mode": (int, _NULL),
        "scan_enabled": (bool, _NULL),
        "interrupted": (str, _NULL),
    },
    "status": {
        "device": str,
        "reachable": bool,
        "name": (str, _NULL),
        "model": (str, _NULL),
        "version": (str, _NULL),
        "serial": (str, _NULL),
        "update_state": (int, _NULL),
        "health": (str, _NULL),
        "auth": (str, _NULL),
        "message": str,
    },
    "run": {"run": str, "operation": str, "state": str, "pid": (int, _NULL), "started": str},
    "summary": {"run": str, "operation": str, "verdicts": dict, "exit_code": int},
    "offer": {
        "source": str,
        "device": (str, _NULL),
        "version": (str, _NULL),
        "auto_update": (bool, _NULL),
        "state": str,
        "message": str,
        "advice": str,
        "package": (str, _NULL),
    },
    "overview": {
        "family": (str, _NULL),
        "model": (str, _NULL),
        "version": (str, _NULL),
        "devices": list,
        "state": str,
        "newest": (str, _NULL),
        "package": (str, _NULL),
        "approved": (bool, _NULL),
    },
    "found": {
        "address": str,
        "by": str,
        "mac": (str, _NULL),
        "serial": (str, _NULL),
        "model": (str, _NULL),
        "version": (str, _NULL),
        "name": (str, _NULL),
        "order_number": (str, _NULL),
        "device": (str, _NULL),
        "problem": (str, _NULL),
        "confirmed": bool,
        "instead_of": (str, _NULL),
        "hidden": bool,
        "message": str,
        "advice": str,
    },
    "summary of a search": {
        "operation": str,
        "found": int,
        "new": int,
        "moved": int,
        "probed": int,
        "added": list,
        "followed": list,
        "exit_code": int,
    },
    "summary of sources": {"operation": str, "offers": dict, "exit_code": int},
    "progress of sources": {
        "source": str,
        "device": (str, _NULL),
        "step": str,
        "sent": int,
        "total": (int, _NULL),
    },
}
_VERDICT_KEYS: dict[str, dict[str, Any]] = {
    "address": {"address": (str, _NULL)},
    "commission": {"address": (str, _NULL), "serial": (str, _NULL), "mac": (str, _NULL)},
    "update": {
        "from_version": (str, _NULL),
        "to_version": (str, _NULL),
        "serial": (str, _NULL),
        "package_sha256": (str, _NULL),
        "backup": (str, _NULL),
        "downtime_seconds": (*_NUMBER, _NULL),
    },
    "backup": {
        "serial": (str, _NULL),
        "backup": (str, _NULL),
        "sha256": (str, _NULL),
        "bytes": (int, _NULL),
    },
    "restore": {"serial": (str, _NULL), "backup": (str, _NULL)},
}
_WITHOUT_RUN = ("address", "commission")
"""Operations that are no run."""
_OF_A_DUMP = ("step", "progress")
"""Kinds of lines that a dump has, too, which is no run."""
_OPTIONAL: dict[str, dict[str, Any]] = {
    "log": {"run": str, "device": str},
    "plan": {"run": str, "wave": str},
    "run": {"retry_of": str, "order": str, "waits_for": str, "until": (str, type(None))},
    "status": {"https": bool, "certificate_expires": str, "code": str, "problem": str, "moved_to": str},
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def check_line(line: dict[str, Any]) -> None:
    """Hold a JSON line against the contract (every key, nothing else, and the fixed words) and the schema."""
    check_schema(line)
    kind = line["kind"]
    if line.get("operation") in {"check", "fetch"} or (kind == "progress" and "source" in line):
        kind = f"{kind} of sources"
    elif line.get("operation") == "discover":
        kind = "summary of a search"
    assert line["v"] == 1
    assert _TIME.fullmatch(line["ts"]), line
    if kind not in _KEYS or is_of_fleet(line):
        return  # the contract leaves it open; the schema has it
    wanted = _COMMON | _KEYS[kind]
    if kind == "verdict":
        wanted = wanted | _VERDICT_KEYS[line["operation"]]
    if line.get("operation") in _WITHOUT_RUN or (kind in _OF_A_DUMP and "run" not in line):
        del wanted["run"]
    optional = _OPTIONAL.get(kind, {})
    assert set(wanted) <= set(line) <= set(wanted) | set(optional), line
    for key, value in line.items():
        types = (wanted | optional)[key]
        assert isinstance(value, types), (key, line)
        assert not isinstance(value, bool) or bool in (types if isinstance(types, tuple) else (types,)), line
    for key, words in _WORDS.items():
        if key in line:
            assert line[key] in words, line
    if "state" in line:
        assert line["state"] in _STATES[kind], line


def verdicts(lines: Iterable[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    """Verdict and code by device; a device with two verdicts is an error."""
    found: dict[str, tuple[str, str | None]] = {}
    for line in lines:
        if line["kind"] == "verdict":
            assert line["device"] not in found
            found[line["device"]] = (line["verdict"], line["code"])
    return found


def is_of_fleet(line: dict[str, Any]) -> bool:
    """Whether it is a line of a fleet: verdicts have the keys that they have everywhere, and four more."""
    if "pc" not in line and "rollout" not in line:
        return False
    if line["kind"] == "verdict":
        wanted = _COMMON | _KEYS["verdict"] | _VERDICT_KEYS[line["operation"]]
        assert set(line) == set(wanted) | {"rollout", "pc", "order", "late"}, line
    for key in ("verdict", "operation"):
        assert key not in line or line[key] in _WORDS[key], line
    return True
