"""The exit codes of the command-line contract."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """How a command ended, for scripts. ``meaning`` is for people."""

    meaning: str

    OK = 0, "everything asked for holds (updated, or already current)"
    FAILED = 1, "at least one device failed"
    USAGE = 2, "wrong use, wrong configuration, or a question without a terminal to ask on"
    UNKNOWN = 3, "nothing failed, but at least one verdict is unknown"
    REFUSED = 4, "refused before anything was written"
    INTERRUPTED = 130, "interrupted before anything was written"

    def __new__(cls, code: int, meaning: str) -> Self:
        """A code with its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member
