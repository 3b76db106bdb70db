"""Certificates of simulated devices, made when they are needed."""

import hashlib
import ipaddress
import ssl
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from msgspec import Struct

MOST_CERTIFICATES: Final = 4
"""Of one bundle (SICK's OpenAPI)."""
_TIME: Final = "%b %d %H:%M:%S %Y GMT"
"""``validNotBefore`` and ``validNotAfter``. The vendor names no form, only that it has 24 characters: this is
OpenSSL's, the usual one of that length."""


class Issuer(Struct, frozen=True):
    """An authority that signs certificates."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """Its certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()


class Bundle(Struct, frozen=True):
    """What ``setCertificateBundle`` takes: the leaf first, then those that signed it, and the leaf's key."""

    certificates: str
    key: str

    def context(self) -> ssl.SSLContext:
        """The TLS settings of a server that shows it.

        Raises:
            OSError: it is not valid (``ssl.SSLError``).
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            chain, key = Path(folder, "chain.pem"), Path(folder, "key.pem")
            chain.write_text(self.certificates)
            key.write_text(self.key)
            context.load_cert_chain(chain, key)
        return context

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate of the device itself."""
        return x509.load_pem_x509_certificates(self.certificates.encode())[0]

    @property
    def issuer(self) -> "Issuer":
        """Itself as an authority, where it signed itself."""
        key = load_pem_private_key(self.key.encode(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError
        return Issuer(self.leaf, key)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the leaf, as ``certificateBundleInfo`` has it."""
        return self.leaf.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def pin(self) -> str:
        """The same as plain hex digits."""
        return self.leaf.fingerprint(hashes.SHA256()).hex()

    def info(self) -> dict[str, object]:
        """``certificateBundleInfo`` without its error code."""
        found = x509.load_pem_x509_certificates(self.certificates.encode())[:MOST_CERTIFICATES]
        return {
            "uuidBundle": hashlib.sha256(self.certificates.encode()).hexdigest()[:32],
            "certificates": [_described(certificate) for certificate in found],
        }


def make_issuer(name: str = "Plant CA") -> Issuer:
    """An authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Issuer(_certificate(name, (), key, None, days=3650.0, authority=True), key)


def make_bundle(
    names: Sequence[str] = ("127.0.0.1",),
    *,
    issuer: Issuer | None = None,
    days: float = 365.0,
    name: str = "picoScan",
) -> Bundle:
    """A certificate for a device.

    Args:
        names: its subject alternative names: IP addresses and names.
        issuer: who signs it; ``None``: it signs itself.
        days: how long it is valid from now on; less than 0: it has expired.
        name: its subject; one that its issuer has too makes it look as if it signed itself.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate(name, names, key, issuer, days=days, authority=issuer is None)
    return Bundle(
        leaf.public_bytes(Encoding.PEM).decode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


def is_bundle(certificates: str, key: str) -> bool:
    """Whether texts are a bundle that a device can use."""
    try:
        bundle = Bundle(certificates, key)
        bundle.context()
        return len(x509.load_pem_x509_certificates(certificates.encode())) <= MOST_CERTIFICATES
    except (OSError, ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False


def _certificate(
    name: str,
    names: Sequence[str],
    key: ec.EllipticCurvePrivateKey,
    issuer: Issuer | None,
    *,
    days: float,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=abs(days) + 1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_name(text) for text in names]), critical=False
        )
    return builder.sign(key if issuer is None else issuer.key, hashes.SHA256())


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _described(certificate: x509.Certificate) -> dict[str, object]:
    try:
        names: Any = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = ()
    return {
        "names": [{"entry": str(name.value)} for name in names],
        "issuer": certificate.issuer.rfc4514_string(),
        "subject": certificate.subject.rfc4514_string(),
        "serialNumber": f"{certificate.serial_number:x}",
        "fingerprint": certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
        "validNotBefore": _moment(certificate.not_valid_before_utc),
        "validNotAfter": _moment(certificate.not_valid_after_utc),
    }


def _moment(when: datetime) -> str:
    # OpenSSL fills the day with a blank, so that there are always 24 characters.
    return when.strftime(_TIME).replace(" 0", "  ", 1) if when.day < 10 else when.strftime(_TIME)  # noqa: PLR2004
