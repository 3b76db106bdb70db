"""The errors of broken requests, in words. Free of any HTTP library."""

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from sicktui.model.safe_text import clean
from sicktui.sensor.errors import (
    OutcomeUnknown,
    ProtocolError,
    SensorError,
    Unreachable,
    UploadInterrupted,
)
from sicktui.sensor.transport.file_streams import FileBody
from sicktui.sensor.transport.trust import OtherCertificate

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
_FAILED: Final = ("the connection failed", "Check power, cable and address of the sensor.")
_TRUST: Final = (
    "Set 'ca_file' of this device to the certificate of your authority, or 'fingerprint' to the SHA-256 of "
    "the sensor's own certificate, read on site."
)
_UNTRUSTED: Final = ("this PC does not trust its certificate", _TRUST)
_SELF_SIGNED: Final = ("this PC does not trust its certificate, which is self-signed", _TRUST)
_OTHER_NAME: Final = (
    "its certificate is not for this address",
    "Give it a certificate that has the address as subject alternative name (SAN), or use the address in it.",
)
_OTHER_TIME: Final = "Check the clock of this PC, or renew the certificate."
_WEAK: Final = ("its certificate has a key or a signature that is too weak", "Give it a new certificate.")
# OpenSSL's X509_V_ERR_ numbers.
_CERTIFICATES: Final[dict[int, tuple[str, str]]] = {
    9: ("its certificate is not valid yet", _OTHER_TIME),
    10: ("its certificate has expired", _OTHER_TIME),
    18: _SELF_SIGNED,
    19: _SELF_SIGNED,
    23: ("its certificate was revoked", "Give it a new certificate."),
    62: _OTHER_NAME,
    64: _OTHER_NAME,
    66: _WEAK,
    67: _WEAK,
    68: _WEAK,
}
_NO_HTTPS: Final = (
    "A sensor has HTTPS only while a valid certificate bundle is installed (since 2.1.0): check the port and "
    "its httpsStatus. To do without encryption, set scheme = 'http' in this device's profile."
)
_NOT_TLS: Final = ("it does not use HTTPS on that port", _NO_HTTPS)
_OLD_TLS: Final = (
    "it offers no version or cipher of TLS that this PC accepts (TLS 1.2 or later)",
    "Update its firmware, or check what answers at that address.",
)
_ENDED: Final = ("it accepted the connection, but ended it before HTTPS began", _NO_HTTPS)
_EOF: Final = "UNEXPECTED_EOF_WHILE_READING"
# OpenSSL's reasons of a handshake that failed.
_HANDSHAKES: Final[dict[str, tuple[str, str]]] = {
    "WRONG_VERSION_NUMBER": _NOT_TLS,
    "HTTP_REQUEST": _NOT_TLS,
    "PACKET_LENGTH_TOO_LONG": _NOT_TLS,
    "RECORD_LAYER_FAILURE": _NOT_TLS,
    "UNEXPECTED_MESSAGE": _NOT_TLS,
    "UNSUPPORTED_PROTOCOL": _OLD_TLS,
    "NO_PROTOCOLS_AVAILABLE": _OLD_TLS,
    "VERSION_TOO_LOW": _OLD_TLS,
    "TLSV1_ALERT_PROTOCOL_VERSION": _OLD_TLS,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": _OLD_TLS,
    "DH_KEY_TOO_SMALL": _OLD_TLS,
    _EOF: _ENDED,
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
        # Contexts too, also suppressed ones.
        origin = current.__cause__ or current.__context__
        if origin is not None:
            waiting.append(origin)


def why_not_connected(error: BaseException) -> tuple[str, str]:
    """The reason and the advice for a connection that failed."""
    for cause in causes(error):
        if isinstance(cause, OtherCertificate):
            return _other_certificate(cause)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _CERTIFICATES.get(getattr(cause, "verify_code", 0), _UNTRUSTED)
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "reason", None)
            if not reason:
                return _NOT_TLS
            return _HANDSHAKES.get(reason, (f"the TLS handshake failed ({clean(reason, 60)})", _NO_HTTPS))
        if isinstance(cause, socket.gaierror):
            return ("the name cannot be resolved", "Check the spelling, or use the sensor's IP address.")
        if isinstance(cause, OSError):
            number = _WINDOWS.get(getattr(cause, "winerror", None) or 0, cause.errno)
            if number in _REASONS:
                return _REASONS[number]
    return _FAILED


_NO_WAY: Final = (errno.ENETUNREACH, errno.EACCES, errno.EPERM)


def _has_errno(error: BaseException, numbers: tuple[int, ...]) -> bool:
    """Whether the system failed for one of these reasons; Windows has its own numbers for them."""
    return any(
        _WINDOWS.get(getattr(cause, "winerror", None) or 0, cause.errno) in numbers
        for cause in causes(error)
        if isinstance(cause, OSError)
    )


def _is_handshake(error: BaseException) -> bool:
    """Whether something spoke in the handshake: a connection that just ended may be a sensor that reboots."""
    return any(
        isinstance(cause, ssl.SSLError) and getattr(cause, "reason", None) not in (None, _EOF)
        for cause in causes(error)
    ) or any(isinstance(cause, OtherCertificate) for cause in causes(error))


def _is_lasting(error: BaseException, reason: str) -> bool:
    """Whether a certificate or another protocol is the reason, which another try finds again."""
    is_certificate = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error))
    return is_certificate or reason in (_NOT_TLS[0], _OLD_TLS[0])


def _refused(error: BaseException) -> bool:
    return any(isinstance(cause, ConnectionRefusedError) for cause in causes(error))


def _other_certificate(error: OtherCertificate) -> tuple[str, str]:
    found = error.found.upper()
    shown = ":".join(found[at : at + 2] for at in range(0, len(found), 2))
    return (
        f"its certificate is not the pinned one. Its SHA-256 is {shown}. No password was sent",
        "If the certificate was renewed, compare this on site, then set 'fingerprint' of this device to it.",
    )


class Failures:
    """Makes the errors of one address.

    Args:
        label: the address as the user wrote it.
        encrypted: whether HTTPS is wanted there.
    """

    def __init__(self, label: str, *, encrypted: bool = False) -> None:
        self._label = label
        self._encrypted = encrypted

    def not_connected(self, error: Exception, *, after: float | None, connected: bool) -> Unreachable:
        """No connection, or not an encrypted one as required. ``after``: the seconds, after a timeout."""
        if after is None:
            reason, advice = why_not_connected(error)
            if self._encrypted and connected and reason == _FAILED[0]:
                reason, advice = _ENDED
            elif self._encrypted and not connected and _refused(error):
                advice = f"{advice} {_NO_HTTPS}"
        elif connected:
            reason, advice = (
                f"it accepted the connection, but did not start HTTPS within {after:g} s",
                _NO_HTTPS,
            )
        else:
            reason = f"no answer within {after:g} s"
            advice = "Check power, cable and address of the sensor, and firewalls on the way."
        untrusted = after is None and _is_handshake(error)
        what = (
            f"HTTPS with the sensor at {self._label} fails"
            if untrusted
            else f"The sensor at {self._label} cannot be reached"
        )
        lost = Unreachable(f"{what}: {reason}.", advice=advice)
        lost.refused = after is None and not connected and _refused(error)
        lost.unsent = after is None and not connected and _has_errno(error, _NO_WAY)
        lost.untrusted = untrusted
        lost.broke_off = after is None and connected and not _is_lasting(error, reason)
        return lost

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
