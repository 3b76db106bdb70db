"""What can go wrong with one sensor, in words for a technician.

Every error says what happened at which address and what to do next. ``http_status`` is set when
an HTTP reply came at all, ``status`` when the sensor gave a reason of its own (``header.status``).
"""

from typing import ClassVar

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError


class SensorError(SicktuiError):
    """Trouble with one sensor.

    Args:
        message: what happened, to which sensor, and why.
        code: the contract's code; each subclass has one of its own.
        advice: what to do next; may be empty.
        http_status: the status line's number, if a reply came.
        status: the sensor's ``header.status``, if it gave one.
    """

    usual_code: ClassVar[Code] = Code.DEVICE_ERROR
    code: Code
    outcome_unknown = False
    """Whether an act may have taken effect although this error was raised: ask the sensor."""

    def __init__(
        self,
        message: str,
        *,
        code: Code | None = None,
        advice: str = "",
        http_status: int | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, advice=advice, code=code or self.usual_code)
        self.http_status = http_status
        self.status = status


class Unreachable(SensorError):
    """No reply came, or it broke off."""

    usual_code = Code.UNREACHABLE

    @property
    def sent(self) -> bool:
        """Whether the request was an act that may have arrived: never repeat it unasked."""
        return self.outcome_unknown


class OutcomeUnknown(Unreachable):
    """The connection broke after an act was sent: it may have happened, or not."""

    outcome_unknown = True


class WrongAddress(Unreachable):
    """The address of the device cannot be used. Nothing was sent."""


class AccessDenied(SensorError):
    """The sensor refuses the user or the password, or none is known. Never try again in a loop."""

    usual_code = Code.ACCESS_DENIED


class OutOfConnections(SensorError):
    """The sensor is busy with other clients (status 11), also after some waiting."""

    usual_code = Code.OUT_OF_CONNECTIONS


class NotSupported(SensorError):
    """The sensor does not know this variable or method (HTTP 404 or status 5)."""

    usual_code = Code.NOT_SUPPORTED


class DeviceError(SensorError):
    """The sensor answered with an error of its own (any other status, or HTTP 5xx)."""

    usual_code = Code.DEVICE_ERROR


class ProtocolError(SensorError):
    """What came back is not what this API answers: perhaps it is no sensor at all."""

    usual_code = Code.PROTOCOL_ERROR


class LocalFileError(SensorError):
    """A file on this PC cannot be read or written, or is not what it was when it was looked at."""

    usual_code = Code.STORAGE_ERROR


class UploadInterrupted(SensorError):
    """The connection was lost during or after the body: the outcome is unknown, ask the sensor.

    Args:
        message: what happened.
        sent: bytes handed to the socket before it broke.
        total: bytes of the whole file.
        advice: what to do next.
    """

    usual_code = Code.UPLOAD_FAILED
    outcome_unknown = True

    def __init__(self, message: str, *, sent: int, total: int, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.sent = sent
        self.total = total


class UploadRefused(SensorError):
    """The sensor answered an upload, and not with Ok."""

    usual_code = Code.UPLOAD_FAILED
