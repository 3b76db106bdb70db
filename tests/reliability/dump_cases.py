"""Diagnosis files: not made, never ready, of another sensor, or damaged on the way."""

from collections.abc import Iterator
from typing import Final

from sicktui.model.enums import Code
from sicktui.simulator.spec import Fault
from tests.reliability.case import GENERATIONS, SUCCEEDED, Case, Outcome, Planted, failed

_NEVER: Final = 1.0e9
_ORDER: Final = "POST DoDiagnosisDump"
_INFO: Final = "POST GetDiagnosisDumpInfo"
_FILE: Final = "GET file"
_NONCE: Final = "a nonce that this device never issued"
"""The other sensor's complaint about the next message to the first one."""
_ODD: Final = (
    ("cut_reply", None, Code.PROTOCOL_ERROR),
    ("hang", None, Code.UNREACHABLE),
    ("html", None, Code.PROTOCOL_ERROR),
    ("not_json", None, Code.PROTOCOL_ERROR),
    ("http_503", 503, Code.DEVICE_ERROR),
)
"""A fault of an answer, its value, and how a file ends that never comes otherwise."""
_LATER: Final[dict[str, object]] = {"dump_reply": "at_once", "dump_seconds": 10.0}

_Row = tuple[str, str, tuple[Outcome, ...], dict[str, object], Fault | None]
"""Its name, where, what is right, what is different about the sensor, and its fault."""


def dump_cases() -> Iterator[Case]:
    """Every row on every generation."""
    for generation in GENERATIONS:
        for name, column, expected, changes, fault in _rows():
            yield Case(
                row=name,
                column=f"dump: {column}",
                generation=generation,
                planted=() if fault is None else (Planted(fault=fault),),
                expected=expected,
                changes=changes,
                provoked=(_NONCE,) if name.startswith("other_sensor") else (),
                dump=True,
            )


def _rows() -> Iterator[_Row]:
    done, broken = (SUCCEEDED,), (failed(Code.DEVICE_ERROR),)
    lost = (failed(Code.UNREACHABLE),)
    yield "no fault", "any", done, {}, None
    yield "no GetDiagnosisDumpInfo", "create", done, {"hidden": ("GetDiagnosisDumpInfo",)}, None
    yield "Successful false", "create", broken, {"dump_fails": True}, None
    for reply, right in (("at_once", broken), ("at_the_end", lost)):
        never: dict[str, object] = {"dump_reply": reply, "dump_seconds": _NEVER}
        yield f"never ready, answered {reply.replace('_', ' ')}", "create", right, never, None
    for at, column in ((_ORDER, "create"), (_INFO, "create"), (_FILE, "download")):
        other = (failed(Code.OTHER_DEVICE),)
        yield f"other_sensor, at {at}", column, other, _LATER, Fault(name="other_sensor", at=at)
    for name, value, code in _ODD:
        fault = Fault(name=name, at=_ORDER, value=value, times=1, acts=True)
        yield f"{_ORDER}: {name}, done, once", "create", done, {}, fault
        yield f"{_FILE}: {name}, once", "download", done, {}, Fault(name=name, at=_FILE, value=value, times=1)
        always = Fault(name=name, at=_FILE, value=value, times="always")
        yield f"{_FILE}: {name}, from then on", "download", (failed(code),), {}, always
