"""What a broken request says to people. Knows words and addresses, no HTTP library."""

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

_ELSEWHERE: Final = "Check the address and the port: something else seems to answer there."

_DEPTH: Final = 20

_REASONS: Final[dict[int, tuple[str, str]]] = {
    errno.ECONNREFUSED: (
        "nothing listens on that port (connection refused)",
        "Check the port; if the sensor is just starting, try again in a minute.",
    ),
    errno.EHOSTUNREACH: (
        "no way leads to that host",
        "Check the cable, the address, and this PC's network and routes.",
    ),
    errno.ENETUNREACH: (
        "this PC has no route to that network",
        "Check this PC's network card, address and routes.",
    ),
    errno.ETIMEDOUT: (
        "the host does not answer",
        "Check power, cable and address of the sensor, and firewalls on the way.",
    ),
    errno.EACCES: (
        "this PC does not allow the connection",
        "Check the firewall of this PC.",
    ),
    errno.EMFILE: (
        "this PC has too many files and connections open",
        "Run fewer devices at once (limits.jobs), or raise the limit of open files.",
    ),
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
    """The error and everything that it was raised from, groups unpacked."""
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
    """The reason and the advice, both in words, for a connection that could not be made."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                "this PC does not trust its certificate",
                "Install the plant's certificate authority on this PC, or set scheme = 'http' for it.",
            )
        if isinstance(cause, ssl.SSLError):
            return (
                "it does not speak HTTPS there",
                "Set scheme = 'http' for this device, or check the port.",
            )
        if isinstance(cause, socket.gaierror):
            return ("that name cannot be resolved", "Check the spelling, or use the sensor's IP address.")
        if isinstance(cause, OSError):
            number = _WINDOWS.get(getattr(cause, "winerror", None) or 0, cause.errno)
            if number in _REASONS:
                return _REASONS[number]
    return ("the connection cannot be made", "Check power, cable and address of the sensor.")


class Failures:
    """Makes the errors of one address.

    Args:
        label: the address as people wrote it.
    """

    def __init__(self, label: str) -> None:
        self._label = label

    def not_connected(self, error: Exception, *, after: float | None, connected: bool) -> Unreachable:
        """No connection, or none that is encrypted as wanted. ``after``: the seconds, if time ran out."""
        if after is None:
            reason, advice = why_not_connected(error)
        elif connected:
            reason = f"it accepts the connection, but does not speak HTTPS within {after:g} s"
            advice = "Set scheme = 'http' for this device, or check the port."
        else:
            reason = f"no answer within {after:g} s"
            advice = "Check power, cable and address of the sensor, and firewalls on the way."
        return Unreachable(f"The sensor at {self._label} cannot be reached: {reason}.", advice=advice)

    def not_answered(self, what: str, *, after: float | None, begun: bool, acting: bool) -> SensorError:
        """A request that went out and has no whole reply. ``after``: the seconds, if time ran out."""
        if after is not None:
            how = f"accepted the connection, but did not answer {what} within {after:g} s"
        elif begun:
            how = f"broke off its reply to {what}"
        else:
            how = f"closed the connection without answering {what}"
        if acting:
            return OutcomeUnknown(
                f"The sensor at {self._label} {how}: whether it took effect is unknown.",
                advice="Read the sensor's state before trying again.",
            )
        return Unreachable(
            f"The sensor at {self._label} {how}.",
            advice="It may be starting, busy, or overloaded by other clients: try again in a minute.",
        )

    def not_http(self) -> ProtocolError:
        """Something came back, but in another protocol."""
        return ProtocolError(f"What answers at {self._label} does not speak HTTP.", advice=_ELSEWHERE)

    def too_large(self, limit: int, http_status: int) -> ProtocolError:
        """More came than anybody wants."""
        return ProtocolError(
            f"The reply from {self._label} is larger than {limit} bytes and was cut off.",
            advice=_ELSEWHERE,
            http_status=http_status,
        )

    def compressed(self, http_status: int) -> ProtocolError:
        """The reply is compressed although that was not asked for; it could unpack to any size."""
        return ProtocolError(
            f"What answers at {self._label} sends compressed replies, which no sensor does.",
            advice=_ELSEWHERE,
            http_status=http_status,
        )

    def cut_off(self, path: str, size: int, *, after: float | None) -> ProtocolError:
        """A download that ended early. ``after``: the seconds without a byte, if time ran out."""
        why = "the connection broke" if after is None else f"nothing more came for {after:g} s"
        return ProtocolError(
            f"The download of {path} from {self._label} ended after {size} bytes: {why}.",
            advice="Try again; if it stays so, check the network to the sensor.",
        )

    def upload_broken(self, path: str, body: FileBody, *, after: float | None) -> UploadInterrupted:
        """An upload that ended without a reply. ``after``: the seconds, if time ran out."""
        if after is None:
            how = "the connection was lost"
        elif body.complete:
            how = f"no reply came within {after:g} s"
        else:
            how = f"no byte moved for {after:g} s"
        return UploadInterrupted(
            f"The upload to {self._label} ({path}) broke off after {body.sent} of {body.total} bytes: {how}.",
            sent=body.sent,
            total=body.total,
            advice="What the sensor made of it is unknown: read its state and version before trying again.",
        )
