"""The bytes of a vault file, without any cryptography: parsed strictly, judged by their checksum.

Two lines of JSON. The first is the body::

    {"format":"sicktui vault","version":1,"kdf":{...},"generation":7,"entries":{"press/Service":{...}}}

The second has ``check``, a SHA-256 that distinguishes an accident (a flipped bit, a file cut short) from a
wrong password, and ``seal``, an HMAC-SHA256 over the whole body that only the vault's password can make. The
names of entries are readable without the password; what is kept under them is not.
"""

import hashlib
import hmac
import os
from typing import Annotated, Final, Literal, Self

import msgspec
from msgspec import Meta, Struct

from sicktui.model.decoding import decode_json

VERSION: Final = 1
MAX_FILE: Final = 8 * 1024 * 1024
"""Bytes that are read of a file at most: it is parsed before anything can be trusted."""
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16

_WHAT: Final = "sicktui vault"
_MOST_WORK: Final = 1024 * 1024
"""KiB times passes: two seconds where a usual vault takes a third of one."""


class NotAVault(ValueError):
    """These bytes are not a vault. The text explains why, and contains none of them."""


class MadeByNewer(NotAVault):
    """A newer sicktui made this vault, by its header."""


class CannotDerive(Exception):
    """This PC cannot turn a password into keys; the text explains why."""


class Tampered(Exception):
    """What was read is not what was written under this name with these keys."""


class Cost(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one try at a password costs (Argon2id, RFC 9106).

    The upper bounds keep a file that somebody prepared from taking the PC's memory, or more than about six
    times the time of a usual vault.
    """

    memory: Annotated[int, Meta(ge=8, le=256 * 1024)] = 64 * 1024
    """KiB."""
    passes: Annotated[int, Meta(ge=1, le=16)] = 3
    lanes: Annotated[int, Meta(ge=1, le=16)] = 4

    def __post_init__(self) -> None:
        """Refuse what Argon2 cannot do: a lane needs eight blocks of 1 KiB (RFC 9106, section 3.1)."""
        if self.memory < 8 * self.lanes:
            message = "too little memory for its lanes"
            raise ValueError(message)
        if self.memory * self.passes > _MOST_WORK:
            message = "too much work"
            raise ValueError(message)

    def weaker_than(self, other: "Cost") -> bool:
        """Whether a try costs less memory, or fewer passes, than with ``other``."""
        return self.memory < other.memory or self.passes < other.passes


STANDARD: Final = Cost()
"""The second recommendation of RFC 9106 (section 4): 64 MiB, three passes; 0.3 s on a small PC."""


class Kdf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the vault's password becomes its keys."""

    name: Literal["argon2id"] = "argon2id"
    salt: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    """16 random bytes as hex, new with every password: they also tell one set of keys from another."""
    cost: Cost

    @classmethod
    def fresh(cls, cost: Cost) -> Self:
        """A new salt at this cost."""
        return cls(salt=os.urandom(SALT_BYTES).hex(), cost=cost)


class Sealed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One secret under AES-256-GCM."""

    nonce: Annotated[bytes, Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    data: Annotated[bytes, Meta(min_length=TAG_BYTES)]


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that the seal covers."""

    format: Literal["sicktui vault"] = "sicktui vault"
    version: Literal[1] = 1
    kdf: Kdf
    generation: Annotated[int, Meta(ge=1)]
    """Counts the writes: a copy from yesterday has a smaller one."""
    entries: dict[str, Sealed]


class _Tail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seal: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    check: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class _Head(Struct, frozen=True, kw_only=True):
    format: str = ""
    version: int = 0


class VaultContent(Struct, frozen=True, kw_only=True):
    """A parsed file. Its checksum fits; whether its seal does, only the keys can show."""

    body: Body
    sealed: bytes
    """The bytes of the first line, which the seal covers as they are."""
    seal: str


def compose(sealed: bytes, seal: str) -> bytes:
    """The whole file."""
    tail = _Tail(seal=seal, check=_check(sealed, seal))
    return sealed + b"\n" + msgspec.json.encode(tail) + b"\n"


def parse(data: bytes) -> VaultContent:
    """Take a file apart.

    Raises:
        MadeByNewer: it has a format that this sicktui does not know.
        Unreadable: it is damaged, or no vault at all.
    """
    if len(data) > MAX_FILE:
        raise NotAVault("it is far too large for a vault")
    lines = data.split(b"\n")
    _check_age(lines[0])
    if len(lines) != 3 or lines[2]:  # noqa: PLR2004 - two lines, and nothing behind them
        raise NotAVault("it is empty, cut short, or not a vault")
    sealed = lines[0]
    try:
        tail = decode_json(lines[1], _Tail)
    except msgspec.DecodeError as error:
        raise NotAVault("its last line is damaged") from error
    if not hmac.compare_digest(tail.check, _check(sealed, tail.seal)):
        raise NotAVault("its checksum does not fit what it holds")
    if msgspec.json.encode(tail) != lines[1]:
        raise NotAVault("its last line is damaged")
    return VaultContent(body=_body(sealed), sealed=sealed, seal=tail.seal)


def _check_age(head: bytes) -> None:
    """Before anything else is judged: a newer format may have another checksum, or other lines."""
    try:
        found = decode_json(head, _Head)
    except msgspec.DecodeError:
        return
    if found.format == _WHAT and found.version > VERSION:
        raise MadeByNewer(f"it was made by a newer sicktui (vault format {found.version})")


def _body(sealed: bytes) -> Body:
    try:
        return decode_json(sealed, Body)
    except msgspec.DecodeError as error:
        # Of a file whose checksum fits: somebody made it so, and its words are not repeated.
        raise NotAVault("it does not have the form of a vault") from error


def _check(sealed: bytes, seal: str) -> str:
    return hashlib.sha256(b"\n".join((sealed, seal.encode("ascii")))).hexdigest()
