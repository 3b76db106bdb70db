"""Which certificate a sensor may show over HTTPS. It is checked in the handshake of each connection.

- Neither ``ca_file`` nor ``fingerprint``: what this PC trusts.
- ``ca_file``: one from this authority, and no other.
- ``fingerprint``: this very certificate. Name and validity do not matter then: only the sensor has its key.
- Both: both hold.
"""

import hashlib
import os
import ssl
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from sicktui.model.safe_text import clean
from sicktui.sensor.errors import WrongAddress

_LARGEST: Final = 1024 * 1024
"""Bytes that a file of certificates may have."""
_CONTEXTS: Final = 256


class OtherCertificate(ssl.SSLCertVerificationError):
    """The certificate is not the pinned one.

    Args:
        found: the SHA-256 of the one that was shown.
        pinned: that of the expected one.
    """

    def __init__(self, found: str, pinned: str) -> None:
        super().__init__(1, "the certificate is not the pinned one")
        self.found = found
        self.pinned = pinned


class SensorSocket(ssl.SSLObject):
    """One encrypted connection. A certificate that is not the pinned one ends its handshake."""

    def do_handshake(self) -> None:
        """The handshake; it ends before anything of ours is sent.

        Raises:
            OtherCertificate: the certificate is not the pinned one.
        """
        super().do_handshake()
        pinned = self.context.pinned if isinstance(self.context, SensorContext) else ""
        if pinned:
            found = hashlib.sha256(self.getpeercert(binary_form=True) or b"").hexdigest()
            if found != pinned:
                raise OtherCertificate(found, pinned)


class SensorContext(ssl.SSLContext):
    """The TLS settings of sensors."""

    sslobject_class = SensorSocket
    pinned = ""
    """The SHA-256 of the only certificate that is accepted; empty: any that is trusted."""


def trust(ca_file: str | None, fingerprint: str | None) -> ssl.SSLContext:
    """The TLS settings for one sensor.

    Args:
        ca_file: PEM file of the only authority; ``None``: see above.
        fingerprint: SHA-256 of the only certificate, 64 lower-case hex digits.

    Raises:
        WrongAddress: the file cannot be used. Nothing was sent.
    """
    if ca_file is None:
        return _of_this_pc() if fingerprint is None else _pinned(None, 0, fingerprint)
    path = Path(ca_file)
    try:
        found = path.expanduser().stat()
        return _pinned(ca_file, hash((found.st_mtime_ns, found.st_size, found.st_ino)), fingerprint or "")
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a PEM file"
        if isinstance(error, ssl.SSLError):
            why = "it contains no certificate in PEM"
        raise WrongAddress(
            f"The file of the certificate authority, {clean(ca_file, 200)}, cannot be used: {clean(why)}. "
            "Nothing was sent.",
            advice="Check the key ca_file of this device.",
        ) from error


@lru_cache(maxsize=_CONTEXTS)
def _pinned(ca_file: str | None, _changed: int, fingerprint: str) -> ssl.SSLContext:
    context = _new()
    context.pinned = fingerprint
    if ca_file is None:
        # The one certificate is known by its digest, in ``SensorSocket``.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    path = Path(ca_file).expanduser()
    with path.open("rb") as file:
        text = file.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        raise ValueError(ca_file)
    # By its text: OpenSSL would take a file without certificates for an empty one.
    context.load_verify_locations(cadata=text.decode("ascii", "replace"))
    return context


@cache
def _of_this_pc() -> ssl.SSLContext:
    """The certificates that this PC trusts. One for all sensors: each costs memory and 20 ms.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` add to them. OpenSSL would read them in place of the PC's own: with
    the file of another program (conda sets one), no sensor of the plant would be trusted any more.
    """
    context = _new()
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    paths = ssl.get_default_verify_paths()
    if os.environ.get(paths.openssl_cafile_env) or os.environ.get(paths.openssl_capath_env):
        for place in (Path(paths.openssl_cafile), Path(paths.openssl_capath)):
            # What is broken counts like what is missing, as it does for OpenSSL itself.
            with suppress(OSError):
                if place.is_dir():
                    context.load_verify_locations(capath=place)
                elif place.is_file():
                    context.load_verify_locations(cafile=place)
    return context


def _new() -> SensorContext:
    # It checks names and dates, and begins at TLS 1.2.
    context = SensorContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    return context
