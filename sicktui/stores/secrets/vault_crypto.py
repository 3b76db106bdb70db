"""The cryptography of the vault: Argon2id, AES-256-GCM, and a seal over the whole.

Imported when a vault is opened, since it brings in ``cryptography`` (20 ms). Only standard
primitives: the password is stretched by Argon2id (RFC 9106) into a root, HKDF (RFC 5869) makes two keys of
it, one encrypts the entries, each bound to its name, and the other seals the file.
"""

import hashlib
import hmac
import os
import unicodedata
from typing import Final

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from sicktui.stores.secrets.vault_format import NONCE_BYTES, CannotDerive, Kdf, Sealed, Tampered

KEY_BYTES: Final = 32
BLOCK: Final = 64
"""Secrets are padded to a multiple of this many bytes: a file must not reveal how long a password is."""

_ENTRY_INFO: Final = b"sicktui vault 1: entries"
_SEAL_INFO: Final = b"sicktui vault 1: seal"


class VaultKeys:
    """The keys of one vault, as long as its password stays the same. Never shown, never stored.

    Args:
        entry: encrypts the entries.
        seal: seals the file.
    """

    __slots__ = ("_entry", "_seal")

    def __init__(self, entry: bytes, seal: bytes) -> None:
        self._entry = AESGCM(entry)
        self._seal = seal

    def __repr__(self) -> str:
        """Never the keys."""
        return "VaultKeys(...)"

    def seal(self, body: bytes) -> str:
        """The seal over the body of a file, as hex."""
        return hmac.new(self._seal, body, hashlib.sha256).hexdigest()

    def fits(self, body: bytes, seal: str) -> bool:
        """Whether these keys made this seal over this body."""
        return hmac.compare_digest(self.seal(body), seal)

    def encrypt(self, name: str, secret: str) -> Sealed:
        """A secret that can only be read under this name.

        Raises:
            UnicodeEncodeError: the secret is not valid text.
        """
        plain = secret.encode("utf-8")
        plain += b"\x80" + bytes(-(len(plain) + 1) % BLOCK)
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(nonce=nonce, data=self._entry.encrypt(nonce, plain, _bound(name)))

    def decrypt(self, name: str, sealed: Sealed) -> str:
        """The secret that was kept under this name.

        Raises:
            Tampered: it was not encrypted with these keys under this name.
        """
        try:
            plain = self._entry.decrypt(sealed.nonce, sealed.data, _bound(name))
        except InvalidTag:
            raise Tampered from None
        text, mark, filling = plain.rpartition(b"\x80")
        if not mark or filling.strip(b"\0"):
            raise Tampered
        return text.decode("utf-8")


def _bound(name: str) -> bytes:
    return b"sicktui vault 1: entry " + name.encode("utf-8")


def derive(password: str, kdf: Kdf) -> VaultKeys:
    """The keys that a password makes. Takes 64 MiB and a third of a second, on purpose.

    Raises:
        CannotDerive: there is too little memory, or this build of ``cryptography`` lacks Argon2id.
        UnicodeEncodeError: the password is not valid text.
    """
    # One form for letters that can be typed in two: a Mac sends other bytes for an umlaut than Windows.
    told = unicodedata.normalize("NFC", password).encode("utf-8")
    try:
        root = Argon2id(
            salt=bytes.fromhex(kdf.salt),
            length=KEY_BYTES,
            iterations=kdf.cost.passes,
            lanes=kdf.cost.lanes,
            memory_cost=kdf.cost.memory,
        ).derive(told)
    except MemoryError as error:
        raise CannotDerive(f"it needs {kdf.cost.memory // 1024} MiB of memory for a moment") from error
    except UnsupportedAlgorithm as error:
        raise CannotDerive("the 'cryptography' package of this PC was built without Argon2id") from error
    return VaultKeys(_expand(root, _ENTRY_INFO), _expand(root, _SEAL_INFO))


def _expand(root: bytes, info: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=info).derive(root)
