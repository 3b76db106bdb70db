"""Why a connection failed, in words, from the errors of the operating system."""

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

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
