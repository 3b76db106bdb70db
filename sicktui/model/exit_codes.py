"""The exit codes of the command-line contract."""

from enum import IntEnum
from typing import Final, Self

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError, UsageError


class ExitCode(IntEnum):
    """How a command ended, for scripts. ``meaning`` is for people."""

    meaning: str

    OK = 0, "everything asked for holds (updated, or already current)"
    FAILED = 1, "at least one device failed"
    USAGE = 2, "wrong use or configuration, or a question without a terminal to ask on"
    UNKNOWN = 3, "nothing failed, but at least one verdict is unknown"
    REFUSED = 4, "refused before anything was written"
    INTERRUPTED = 130, "interrupted before anything was written"

    def __new__(cls, code: int, meaning: str) -> Self:
        """A code with its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


_OF_A_SENSOR: Final = frozenset(
    {
        *(Code.UNREACHABLE, Code.ACCESS_DENIED, Code.LOCKED, Code.OUT_OF_CONNECTIONS, Code.RATE_LIMITED),
        *(Code.NOT_SUPPORTED, Code.DEVICE_ERROR, Code.PROTOCOL_ERROR),
    }
)
"""Codes of what a sensor did, or did not do."""


def exit_code_of(error: SicktuiError) -> ExitCode:
    """The exit code of a command that an error ended before anything was written.

    One for the same mistake in every command: wrong use, a sensor that failed, or a refusal.
    """
    if isinstance(error, UsageError):
        return ExitCode.USAGE
    return ExitCode.FAILED if error.code in _OF_A_SENSOR else ExitCode.REFUSED
