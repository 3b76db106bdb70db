"""The one base of every error that sicktui raises on purpose.

An error explains what happened, to which device, why, and what to do next. Faces print
``message`` and ``advice``; verdicts carry ``code``.
"""

from sicktui.model.enums import Code


class SicktuiError(Exception):
    """Something that sicktui expected could go wrong, in words for a technician.

    Args:
        message: what happened and why, one or two sentences.
        advice: what to do next; may be empty.
        code: the contract's code, where there is one.
    """

    def __init__(self, message: str, *, advice: str = "", code: Code | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.code = code

    def __str__(self) -> str:
        """The message, and the advice behind it."""
        return f"{self.message} {self.advice}".strip()


class UsageError(SicktuiError):
    """Wrong use, or a question that could not be answered: exit code 2."""


class ConfigError(UsageError):
    """A configuration file that cannot be used; names file, line and key."""
