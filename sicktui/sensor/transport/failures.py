"""The errors of broken requests, in words. Free of any HTTP library."""

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from sicktui.sensor.errors import (
    OutcomeUnknown,
    ProtocolError,
    SensorError,
    Unreachable,
    UploadInterrupted,
)
from sicktui.sensor.transport.file_streams import FileBody

_ELSEWHERE: Final = "Check the address and port: something else seems to answer there."

_DEPTH: Final = 20

_REASONS: Final[dict[int, tuple[str, str]]] = {
    errno.ECONNREFUSED: (
        "connection refused",
        "Check the port. If the sensor is starting, try again in a minute.",
    ),
    errno.EHOSTUNREACH: (
        "no route to host",
        "Check the cable, the address, and this PC's network settings.",
    ),
    errno.ENETUNREACH: (
        "this PC has no route to that network",
        "Check this PC's network card, address and routes.",
    ),
    errno.ETIMEDOUT: (
        "no answer from the host",
        "Check power, cable and address of the sensor, and firewalls on the way.",
    ),
    errno.EACCES: (
        "this PC blocks the connection",
        "Check the firewall of this PC.",
    ),
    errno.EMFILE: (
        "this PC has too many files and connections open",
        "Run fewer devices at once (limits.jobs), or raise the limit for open files.",
    ),
}
_UNTRUSTED: Final = (
    "this PC does not trust its certificate",
    "Install your certificate authority on this PC, or set scheme = 'http' for this device.",
)
_OTHER_NAME: Final = (
    "its certificate is not for this address",
    "Give it a certificate that has the address as subject alternative name (SAN), or use the address in it.",
)
_OTHER_TIME: Final = "Check the clock of this PC, or renew the certificate."
# OpenSSL's X509_V_ERR_ numbers.
_CERTIFICATES: Final[dict[int, tuple[str, str]]] = {
    9: ("its certificate is not valid yet", _OTHER_TIME),
    10: ("its certificate has expired", _OTHER_TIME),
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
# Windows reports its own numbers (WSAECONNREFUSED and so on).
_WINDOWS: Final[dict[int, int]] = {
    10061: errno.ECONNREFUSED,
    10065: errno.EHOSTUNREACH,
    10051: errno.ENETUNREACH,
    10060: errno.ETIMEDOUT,
    10013: errno.EACCES,
    10024: errno.EMFILE,
    1225: errno.ECONNREFUSED,
    1231: errno.ENETUNREACH,
    1232: errno.EHOSTUNREACH,
    121: errno.ETIMEDOUT,
}


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it was raised from, with groups unpacked."""
    waiting: list[BaseException] = [error]
    for _ in range(_DEPTH):
        if not waiting:
            return
        current = waiting.pop(0)
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        # Contexts too, also suppressed ones: the connection pool raises its errors "from None".
        origin = current.__cause__ or current.__context__
        if origin is not None:
            waiting.append(origin)


def why_not_connected(error: BaseException) -> tuple[str, str]:
    """The reason and the advice for a connection that failed."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _CERTIFICATES.get(getattr(cause, "verify_code", 0), _UNTRUSTED)
        if isinstance(cause, ssl.SSLError):
            return (
                "it does not use HTTPS on that port",
                "Set scheme = 'http' for this device, or check the port.",
            )
        if isinstance(cause, socket.gaierror):
            return ("the name cannot be resolved", "Check the spelling, or use the sensor's IP address.")
        if isinstance(cause, OSError):
            number = _WINDOWS.get(getattr(cause, "winerror", None) or 0, cause.errno)
            if number in _REASONS:
                return _REASONS[number]
    return ("the connection failed", "Check power, cable and address of the sensor.")


class Failures:
    """Makes the errors of one address.

    Args:
        label: the address as the user wrote it.
    """

    def __init__(self, label: str) -> None:
        self._label = label

    def not_connected(self, error: Exception, *, after: float | None, connected: bool) -> Unreachable:
        """No connection, or not an encrypted one as required. ``after``: the seconds, after a timeout."""
        if after is None:
            reason, advice = why_not_connected(error)
        elif connected:
            reason = f"it accepted the connection, but did not start HTTPS within {after:g} s"
            advice = "Set scheme = 'http' for this device, or check the port."
        else:
            reason = f"no answer within {after:g} s"
            advice = "Check power, cable and address of the sensor, and firewalls on the way."
        return Unreachable(f"The sensor at {self._label} cannot be reached: {reason}.", advice=advice)

    def not_answered(self, what: str, *, after: float | None, begun: bool, acting: bool) -> SensorError:
        """A request without a complete reply. ``after``: the seconds, after a timeout."""
        if after is not None:
            how = f"accepted the connection, but did not answer {what} within {after:g} s"
        elif begun:
            how = f"broke off its reply to {what}"
        else:
            how = f"closed the connection without answering {what}"
        if acting:
            return OutcomeUnknown(
                f"The sensor at {self._label} {how}. It is unknown whether it took effect.",
                advice="Check the sensor's state before you try again.",
            )
        error = Unreachable(
            f"The sensor at {self._label} {how}.",
            advice="It may be starting, busy, or overloaded by other clients. Try again in a minute.",
        )
        error.broke_off = after is None
        return error

    def not_http(self) -> ProtocolError:
        """The reply was in another protocol."""
        return ProtocolError(f"{self._label} does not answer in HTTP.", advice=_ELSEWHERE)

    def too_large(self, limit: int, http_status: int) -> ProtocolError:
        """The reply is larger than the limit."""
        return ProtocolError(
            f"The reply from {self._label} is larger than {limit} bytes and was cut off.",
            advice=_ELSEWHERE,
            http_status=http_status,
        )

    def compressed(self, http_status: int) -> ProtocolError:
        """The reply is compressed although that was not requested; it could unpack to any size."""
        return ProtocolError(
            f"{self._label} sends compressed replies, which a sensor never does.",
            advice=_ELSEWHERE,
            http_status=http_status,
        )

    def cut_off(self, path: str, size: int, *, after: float | None) -> ProtocolError:
        """A download that ended early. ``after``: the seconds without data, after a timeout."""
        why = "the connection broke" if after is None else f"no data for {after:g} s"
        return ProtocolError(
            f"The download of {path} from {self._label} ended after {size} bytes: {why}.",
            advice="Try again. If it fails again, check the network to the sensor.",
        )

    def upload_broken(self, path: str, body: FileBody, *, after: float | None) -> UploadInterrupted:
        """An upload that ended without a reply. ``after``: the seconds, after a timeout."""
        if after is None:
            how = "the connection was lost"
        elif body.complete:
            how = f"no reply within {after:g} s"
        else:
            how = f"no data was sent for {after:g} s"
        return UploadInterrupted(
            f"The upload to {self._label} ({path}) broke off after {body.sent} of {body.total} bytes: {how}.",
            sent=body.sent,
            total=body.total,
            advice="The outcome is unknown. Check the sensor's state and version before you try again.",
        )
