"""What can go wrong with one sensor, in words for a technician.

Every error names the address, the cause and what to do next. ``http_status`` is set if there was an HTTP
reply, ``status`` if it had a ``header.status``.
"""

from typing import ClassVar, Final

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError


class SensorError(SicktuiError):
    """Trouble with one sensor.

    Args:
        message: what happened, to which sensor, and why.
        code: the contract's code; by default that of the class.
        advice: what to do next; may be empty.
        http_status: the status line's number, if a reply came.
        status: the sensor's ``header.status``, if any.
    """

    usual_code: ClassVar[Code] = Code.DEVICE_ERROR
    code: Code
    outcome_unknown = False
    """Whether an act may have taken effect although this error was raised: check the sensor."""
    answered = ""
    """The authenticated method whose answer this is; empty where it is that of another request."""
    retry_after: float | None = None
    """Seconds that the sensor asks to wait, if it does."""

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
    broke_off = False
    """Whether there was a connection, and it was closed: the next try may well succeed."""
    refused = False
    """Whether the host is there, and refused the connection to that port."""
    unsent = False
    """Whether this PC has no way to that host: nothing was sent."""
    untrusted = False
    """Whether something answered there, and HTTPS with it was refused. Do not take that for a silence."""


class OutcomeUnknown(Unreachable):
    """The connection broke after an act was sent: it may have happened, or not."""

    outcome_unknown = True


class WrongAddress(Unreachable):
    """The address of the device, or its ``ca_file``, cannot be used. Nothing was sent."""


class AccessDenied(SensorError):
    """The sensor refuses the user or the password, or no password is known. Never retry in a loop."""

    usual_code = Code.ACCESS_DENIED


class LoginsLocked(SensorError):
    """The sensor accepts no login for a while, after refused ones. The password may be right."""

    usual_code = Code.LOCKED


class OutOfConnections(SensorError):
    """The sensor is busy (status 11) or was asked too often (HTTP 429), also after some waiting."""

    usual_code = Code.OUT_OF_CONNECTIONS


class NotSupported(SensorError):
    """The sensor does not know this variable or method (HTTP 404 or status 5)."""

    usual_code = Code.NOT_SUPPORTED


class DeviceError(SensorError):
    """The sensor answered with an error (any other status, or HTTP 5xx)."""

    usual_code = Code.DEVICE_ERROR


class PasswordWithheld(DeviceError):
    """The password may not be sent to what answers, and was not."""

    usual_code = Code.ACCESS_DENIED


class OtherSensor(SensorError):
    """Another sensor answers than the expected one. No password was sent to it."""

    usual_code = Code.OTHER_DEVICE

    @classmethod
    def at(
        cls, address: str, found: str | None, expected: str, *, by: str = "the profile expects"
    ) -> "OtherSensor":
        """The error for one serial number in the place of another.

        Args:
            address: where it answers.
            found: its serial number; ``None`` if it reports none.
            expected: the right one.
            by: what expects it.
        """
        return cls(
            f"The sensor at {address} has serial number {found or '(none)'}; {by} {expected}.",
            advice="If the sensor was replaced, change the serial number of the profile; else look for the "
            "sensor at another address.",
        )


class ProtocolError(SensorError):
    """The reply does not fit this API: it may not be a sensor."""

    usual_code = Code.PROTOCOL_ERROR


class LocalFileError(SensorError):
    """A file on this PC cannot be read or written, or has changed since it was checked."""

    usual_code = Code.STORAGE_ERROR


class UploadInterrupted(SensorError):
    """The connection was lost during or after the body. The outcome is unknown: check the sensor.

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


_SERVER_ERROR: Final = 500
_INTERNAL: Final = 3
"""``header.status`` Internal Server Error."""


def is_unsure(error: SensorError) -> bool:
    """Whether an act that was answered so may have been done: read back before you judge.

    No reply, nonsense, and a server error leave it open. A refusal in the sensor's words does not.
    """
    if error.outcome_unknown or isinstance(error, Unreachable | ProtocolError):
        return not isinstance(error, WrongAddress)
    return error.status == _INTERNAL or (error.http_status or 0) >= _SERVER_ERROR


def may_have_acted(error: SensorError) -> bool:
    """Whether an act whose call ended so may have been done all the same, whatever the sensor answered.

    It has not where nothing was sent, the login was refused, or there is no such method.
    """
    if isinstance(error, AccessDenied | LoginsLocked | NotSupported):
        return False
    return is_unsure(error) or bool(error.answered)
