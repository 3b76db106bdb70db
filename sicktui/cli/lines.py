"""How the JSON lines of a call ended."""

import re
from typing import Final

_KIND: Final = re.compile(rb'"kind":"(\w+)"')
_ENDS: Final = frozenset({"summary", "error", "diff"})


class _Lines:
    def __init__(self) -> None:
        self.last = ""


_lines: Final = _Lines()


def begin() -> None:
    """Begin the lines of a call."""
    _lines.last = ""


def note(line: bytes) -> None:
    """Note a line that is printed."""
    found = _KIND.search(line)
    _lines.last = found.group(1).decode() if found else ""


def has_ended() -> bool:
    """Whether the last line is one that a command ends with."""
    return _lines.last in _ENDS
