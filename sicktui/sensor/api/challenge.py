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


def parse_challenge(value: object) -> Challenge:
    """The challenge in a reply's ``challenge``.

    Raises:
        msgspec.ValidationError: something is missing or has the wrong type.
    """
    return msgspec.convert(value, Challenge)


def response(user: str, password: str, challenge: Challenge, endpoint: str) -> str:
    """The proof: lower-case hex.

    Args:
        user: the user level, e.g. ``Service``.
        password: its password.
        challenge: a fresh one.
        endpoint: the path as posted, without ``/api/``. The article's own program hashes exactly
            what it puts into the URL, so ``methods/X`` is hashed with its ``methods/`` first;
            ``authentication.Authenticator`` finds out if a sensor hashes ``X`` only.

    Raises:
        AccessDenied: user or password cannot be encoded as UTF-8.
    """
    base = encoded_secret(f"{user}:{challenge.realm}:{password}")
    if challenge.salt:
        base += b":" + bytes(challenge.salt)
    first = hashlib.sha256(base).hexdigest()
    second = hashlib.sha256(f"POST:{endpoint}".encode()).hexdigest()
    return hashlib.sha256(f"{first}:{challenge.nonce}:{second}".encode()).hexdigest()


def header(user: str, password: str, challenge: Challenge, endpoint: str) -> dict[str, str]:
    """The ``header`` object of an authenticated POST.

    Raises:
        AccessDenied: user or password cannot be encoded as UTF-8.
    """
    return {
        "nonce": challenge.nonce,
        "opaque": challenge.opaque,
        "realm": challenge.realm,
        "user": user,
        "response": response(user, password, challenge, endpoint),
    }


def encoded_secret(password: str) -> bytes:
    """The password as UTF-8.

    Raises:
        AccessDenied: it contains lone surrogates, which come from bytes that were not UTF-8.
    """
    try:
        return password.encode()
    except UnicodeEncodeError:
        # Without its cause, which would carry the password.
        raise AccessDenied(
            "The password cannot be sent: it is not UTF-8 text.",
            advice="Enter it again, or check the encoding of its source.",
        ) from None
