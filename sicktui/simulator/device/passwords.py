"""What a device keeps of a password, and how ``changePassword`` brings it another one.

The device never learns a password: it keeps ``hash1`` of the challenge and its salt. The message (SICK's
guide and sample client) is an IV of 16 bytes, AES-128-CBC over the new ``hash1`` and its salt without
padding, and an HMAC-SHA256 over both: 96 bytes. The cipher's key is the first half of the old ``hash1``,
the HMAC's the whole of it.
"""

import hashlib
import hmac
from typing import Final

from msgspec import Struct

MESSAGE_BYTES: Final = 96
_HASH: Final = 32
_BLOCK: Final = 16


class Key(Struct, frozen=True, kw_only=True):
    """What is kept of the password of one user level."""

    hash1: bytes
    salt: bytes


def encoded(password: str, encoding: str) -> bytes:
    """A password as the client hashed it that set it."""
    if encoding == "utf-8":
        return password.encode()
    return bytes(ord(character) % 256 for character in password)


def key_of(level: str, realm: str, secret: bytes, salt: bytes) -> Key:
    """The key of a password."""
    base = f"{level}:{realm}:".encode() + secret + (b":" + salt if salt else b"")
    return Key(hash1=hashlib.sha256(base).digest(), salt=salt)


def opened(message: bytes, old: Key) -> Key | None:
    """The new key in a message; ``None`` if it was not made with the old one."""
    # Imported here: it takes 20 ms, and most simulations never change a password.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

    if len(message) != MESSAGE_BYTES:
        return None
    sealed, mac = message[:-_HASH], message[-_HASH:]
    if not hmac.compare_digest(hmac.digest(old.hash1, sealed, "sha256"), mac):
        return None
    decryptor = Cipher(algorithms.AES128(old.hash1[:_BLOCK]), modes.CBC(sealed[:_BLOCK])).decryptor()
    plain = decryptor.update(sealed[_BLOCK:]) + decryptor.finalize()
    return Key(hash1=plain[:_HASH], salt=plain[_HASH:])
