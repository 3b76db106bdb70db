"""How the JSON lines of a call ended, and what went wrong in it."""

import re
from typing import Final

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.exit_codes import ExitCode

_KIND: Final = re.compile(rb'"kind":"(\w+)"')
_ENDS: Final = frozenset({"summary", "error"})


class _Lines:
    def __init__(self) -> None:
        self.last = ""
        self.troubles: list[SicktuiError] = []


_lines: Final = _Lines()


def begin() -> None:
    """Begin the lines of a call."""
    _lines.last = ""
    _lines.troubles.clear()


def note(line: bytes) -> None:
    """Note a line that is printed."""
    found = _KIND.search(line)
    _lines.last = found.group(1).decode() if found else ""


def has_ended() -> bool:
    """Whether the last line is one that a command ends with."""
    return _lines.last in _ENDS


def blame(error: SicktuiError) -> None:
    """Note why a call will not end with 0, where it goes on for now: for its ``error`` line."""
    _lines.troubles.append(error)


def trouble(code: int) -> SicktuiError:
    """Why a call that ends with this exit code did so, in one error."""
    troubles = _lines.troubles
    if len(troubles) == 1:
        return troubles[0]
    codes = {error.code for error in troubles}
    common = codes.pop() if len(codes) == 1 else None
    if code == ExitCode.INTERRUPTED:
        common = Code.INTERRUPTED
    meaning = {each.value: each.meaning for each in ExitCode}.get(code, "it ended otherwise")
    if troubles:
        what = {ExitCode.REFUSED.value: "were refused", ExitCode.UNKNOWN.value: "are unknown"}.get(
            code, "failed"
        )
        meaning = f"{len(troubles)} {what}. The first: {troubles[0].message.rstrip('.')}"
    advice = next((error.advice for error in troubles if error.advice), "")
    return SicktuiError(f"{meaning[0].upper()}{meaning[1:]}.", advice=advice, code=common)
