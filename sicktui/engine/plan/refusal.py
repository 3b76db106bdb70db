"""Why a device must not be worked on. Without any I/O: rules are judged where no sensor is asked."""

from typing import NamedTuple

from sicktui.model.enums import Action, Code
from sicktui.model.errors import SicktuiError


class Refusal(NamedTuple):
    """Why a device must not, or need not, be worked on."""

    action: Action
    code: Code
    message: str
    advice: str = ""

    @classmethod
    def of(cls, error: SicktuiError) -> "Refusal":
        """The refusal that an error amounts to."""
        return cls(Action.REFUSE, error.code or Code.DEVICE_ERROR, error.message, error.advice)
