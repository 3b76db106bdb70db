"""Challenge-response: proves a password without sending it (authentication article, sections 2 and 6)."""

import hashlib
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from sicktui.sensor.errors import AccessDenied

_MAX_TEXT: Final = 4096
_MAX_SALT: Final = 256

_Text = Annotated[str, Meta(max_length=_MAX_TEXT)]
_Nonce = Annotated[str, Meta(min_length=1, max_length=_MAX_TEXT)]
_Byte = Annotated[int, Meta(ge=0, le=255)]
_Salt = Annotated[list[_Byte], Meta(max_length=_MAX_SALT)]


class Challenge(Struct, frozen=True):
    """The reply to ``getChallenge``. It serves one POST."""

    nonce: _Nonce
    opaque: _Text
    realm: _Text
    salt: _Salt | None = None
    """Bytes as numbers; appended to the password only when there are any (zeros count)."""

    def key(self, user: str, secret: bytes) -> bytes:
        """The ``password_hash`` of a password for this challenge."""
        return password_hash(user, secret, self.realm, bytes(self.salt or ()))


def parse_challenge(value: object) -> Challenge:
    """The challenge in a reply's ``challenge``.

    Raises:
        msgspec.ValidationError: something is missing or has the wrong type.
    """
    return msgspec.convert(value, Challenge)


def password_hash(user: str, secret: bytes, realm: str, salt: bytes) -> bytes:
    """``hash1``: all that a sensor keeps of a password, and the key of what changes it.

    Args:
        user: the user level, e.g. ``Service``.
        secret: its password, encoded.
        realm: that of the challenge.
        salt: that of the challenge; may be empty.
    """
    base = encoded_secret(f"{user}:{realm}:") + secret
    if salt:
        base += b":" + salt
    return hashlib.sha256(base).digest()


def response(key: bytes, challenge: Challenge, endpoint: str) -> str:
    """The proof: lower-case hex.

    Args:
        key: the ``password_hash`` for this challenge.
        challenge: a fresh one.
        endpoint: the path as posted, without ``/api/``. The article's own program hashes exactly
            what it puts into the URL, so ``methods/X`` is hashed with its ``methods/`` first;
            ``authentication.Authenticator`` finds out if a sensor hashes ``X`` only.
    """
    second = hashlib.sha256(f"POST:{endpoint}".encode()).hexdigest()
    return hashlib.sha256(f"{key.hex()}:{challenge.nonce}:{second}".encode()).hexdigest()


def header(user: str, key: bytes, challenge: Challenge, endpoint: str) -> dict[str, str]:
    """The ``header`` object of an authenticated POST. See ``response``."""
    return {
        "nonce": challenge.nonce,
        "opaque": challenge.opaque,
        "realm": challenge.realm,
        "user": user,
        "response": response(key, challenge, endpoint),
    }


def encoded_secret(password: str, *, one_byte: bool = False) -> bytes:
    """The password as UTF-8, as the articles have it.

    Args:
        password: the password.
        one_byte: one byte a character instead, its code modulo 256, as SICK's Python client has it.

    Raises:
        AccessDenied: it contains lone surrogates, which come from bytes that were not UTF-8.
    """
    if one_byte:
        return bytes(ord(character) % 256 for character in password)
    try:
        return password.encode()
    except UnicodeEncodeError:
        # Without its cause, which would carry the password.
        raise AccessDenied(
            "The password cannot be sent: it is not UTF-8 text.",
            advice="Enter it again, or check the encoding of its source.",
        ) from None
