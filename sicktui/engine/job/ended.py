"""How a job ends before its last step."""

from sicktui.model.enums import TROUBLE, Code, Verdict
from sicktui.model.errors import SicktuiError


class JobEnded(Exception):
    """Ends a job with a verdict.

    Args:
        verdict: how it ended.
        code: the contract's code.
        message: what happened, in words.
        advice: what to do next, in words.
    """

    def __init__(self, verdict: Verdict, code: Code, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.verdict = verdict
        self.code = code
        self.message = message
        self.advice = advice

    @property
    def is_failure(self) -> bool:
        """Whether the step under way failed, rather than being left out."""
        return self.verdict in TROUBLE

    @classmethod
    def failed(cls, code: Code, message: str, advice: str = "") -> "JobEnded":
        """It is known that the sensor does not run the expected version, or nothing was written."""
        return cls(Verdict.FAILED, code, message, advice)

    @classmethod
    def unknown(cls, code: Code, message: str, advice: str = "") -> "JobEnded":
        """What the sensor runs cannot be known from here."""
        return cls(Verdict.UNKNOWN, code, message, advice)

    @classmethod
    def from_error(cls, error: SicktuiError, *, verdict: Verdict = Verdict.FAILED) -> "JobEnded":
        """The end that an error amounts to."""
        return cls(verdict, error.code or Code.DEVICE_ERROR, error.message, error.advice)
