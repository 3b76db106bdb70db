"""What goes wrong between this PC and a server, in words."""

import socket
import ssl
from collections.abc import Iterator
from typing import Final

from sicktui.model.firmware.offer import OfferState
from sicktui.model.safe_text import clean
from sicktui.sources.source import SourceError

_TRUST: Final = "Set 'ca_file' of this source to the certificate of your authority, or renew the server's."
_TIME: Final = "Check the clock of this PC, or renew the server's certificate."
# OpenSSL's X509_V_ERR_ numbers.
_CERTIFICATES: Final = {
    9: ("its certificate is not valid yet", _TIME),
    10: ("its certificate has expired", _TIME),
    18: ("its certificate is self-signed", _TRUST),
    19: ("its certificate is self-signed", _TRUST),
    20: ("its certificate is from an authority that is not trusted", _TRUST),
    62: ("its certificate is for another name", "Use the name in the certificate in 'url', or renew it."),
    64: ("its certificate is for another address", "Use the name in the certificate in 'url', or renew it."),
}
_UNTRUSTED: Final = ("its certificate is not trusted", _TRUST)
_DEPTH: Final = 20


class NotReached(SourceError):
    """No connection, or no answer: the next sensor would not get one either."""


def not_reached(server: str, error: BaseException, *, connected: bool) -> SourceError:
    """The error for a request that got no answer."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why, advice = _CERTIFICATES.get(getattr(cause, "verify_code", 0), _UNTRUSTED)
            return NotReached(
                f"The server {server} was not asked: {why}. Nothing was sent to it.",
                advice=advice,
                state=OfferState.REFUSED,
                everywhere=True,
            )
        if isinstance(cause, ssl.SSLError):
            return no_https(server)
        if isinstance(cause, socket.gaierror):
            return _plain(
                server, "its name cannot be resolved", "Check 'url' of this source, and the network."
            )
        if isinstance(cause, ConnectionRefusedError):
            return _plain(
                server, "it refuses connections on that port", "Check that the server runs, and 'url'."
            )
    if connected:
        return SourceError(
            f"The server {server} ended the connection without an answer.",
            advice="Check the server's log, then check again.",
        )
    return _plain(server, "the connection broke", "Check the server and the network, then check again.")


def no_https(server: str) -> SourceError:
    """The error for a port that has no HTTPS."""
    return _plain(server, "it does not speak HTTPS on that port", "Check host and port in 'url'.")


def silent(server: str, seconds: float, *, connected: bool) -> SourceError:
    """The error for a server that does not answer in time."""
    if connected:
        return SourceError(
            f"The server {server} accepted the request, but did not answer within {seconds:g} s.",
            advice="Check on the server that the build is of a platform that it knows, then check again.",
        )
    return _plain(
        server, f"no connection within {seconds:g} s", "Check the server, and firewalls on the way."
    )


def stalled(server: str, size: int, seconds: float) -> SourceError:
    """The error for a download that stopped."""
    return SourceError(
        f"The download from {server} stopped after {size} bytes: nothing came for {seconds:g} s.",
        advice="Fetch it again; it begins anew.",
    )


def broke_off(server: str, size: int) -> SourceError:
    """The error for a download whose connection ended early."""
    return SourceError(
        f"The download from {server} broke off after {size} bytes.",
        advice="Fetch it again; it begins anew.",
    )


def redirected(server: str, to: str) -> SourceError:
    """The error for a redirect. None is followed: it would send the key or the token to another host."""
    return SourceError(
        f"The server {server} redirects to {clean(to, 80) or 'another address'}. Nothing was sent there.",
        advice="If that is the right server, set 'url' of this source to it.",
        state=OfferState.REFUSED,
        everywhere=True,
    )


def compressed(server: str) -> SourceError:
    """The error for a compressed reply, which was not asked for and could unpack to any size."""
    return SourceError(
        f"The server {server} sends compressed replies.",
        advice="Switch compression off on the server, or on the proxy in front of it.",
        state=OfferState.REFUSED,
        everywhere=True,
    )


def _plain(server: str, why: str, advice: str) -> SourceError:
    return NotReached(f"The server {server} cannot be reached: {why}.", advice=advice, everywhere=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_DEPTH):
        if current is None:
            return
        yield current
        if isinstance(current, BaseExceptionGroup) and current.exceptions:
            current = current.exceptions[0]
        else:
            current = current.__cause__ or current.__context__
