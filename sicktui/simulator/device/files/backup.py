"""Backup files of simulated devices: opaque for a client, readable for the simulator.

Two forms: a binary one (about 86 KB, as the auth article says) and a JSON one (SICK's OpenAPI of
multiScan100). The cipher is a toy: it only has to distinguish a right passphrase from a wrong one.
"""

import hashlib
import hmac
import random
from typing import Any, Final

import msgspec
from msgspec import Struct

from sicktui.simulator.generations import version_numbers

MAGIC: Final = b"\x89sicktui simulated backup 1\n"

# RestoreResult (SICK's OpenAPI of multiScan100, RestoreBackupResult)
CHECKSUM: Final = 1
PARSE: Final = 2
DEVICE_IDENTIFICATION: Final = 3
DECRYPTION: Final = 6
DECRYPTION_HEADER: Final = 7
DECRYPTION_LENGTH: Final = 8
VERSION_CONVERSION: Final = 10

_DIGEST: Final = 32
_LENGTH: Final = 8


class Unusable(Exception):
    """A backup file that cannot be restored, with its ``RestoreResult``."""

    def __init__(self, code: int) -> None:
        super().__init__(f"RestoreResult {code}")
        self.code = code


class Contents(Struct, frozen=True, kw_only=True):
    """The content of a backup."""

    model: str
    version: str
    parameters: dict[str, object]


class _Header(Struct, frozen=True, kw_only=True):
    model: str
    version: str
    salt: str
    check: str
    length: int


def make_binary(contents: Contents, passphrase: str, *, size: int, rng: random.Random) -> bytes:
    """A backup of about ``size`` bytes, sealed with the passphrase."""
    plain = msgspec.json.encode(contents)
    filler = rng.randbytes(max(0, size - len(plain)))
    payload = len(plain).to_bytes(_LENGTH, "big") + plain + filler
    payload += hashlib.sha256(payload).digest()
    salt = rng.randbytes(16).hex()
    header = _Header(
        model=contents.model,
        version=contents.version,
        salt=salt,
        check=_check(passphrase, salt),
        length=len(payload),
    )
    return MAGIC + msgspec.json.encode(header) + b"\n" + _cipher(payload, passphrase, salt)


def make_json(contents: Contents, passphrase: str, *, size: int, rng: random.Random) -> bytes:
    """A backup as JSON text of about ``size`` bytes, its checksum sealed with the passphrase."""
    entries: list[dict[str, object]] = [
        {"name": name, "id": f"0x{number:04x}", "value": value}
        for number, (name, value) in enumerate(contents.parameters.items(), start=1)
    ]
    salt = rng.randbytes(16).hex()
    parameters: list[dict[str, object]] = [{"userlevel": "Service", "parameters": entries}]
    filler: list[dict[str, object]] = [
        {"name": f"FieldContour{number:04d}", "id": f"0x{0x8000 + number:04x}", "value": "0" * 50}
        for number in range(max(0, size - len(msgspec.json.encode(entries))) // 102)
    ]
    parameters.append({"userlevel": "Run", "parameters": filler})
    document = {
        "version": contents.version,
        "device identification": contents.model,
        "salt": salt,
        "check": _check(passphrase, salt),
        "checksum": _checksum(parameters, passphrase, salt),
        "parameters": parameters,
    }
    return msgspec.json.encode(document)


def read(content: bytes, passphrase: str, *, model: str, firmware: str) -> Contents:
    """Open a backup for a device of this model and firmware.

    Raises:
        Unusable: with the ``RestoreResult`` that the device reports.
    """
    contents = _read_binary(content, passphrase, model) if content[:1] == MAGIC[:1] else None
    if contents is None:
        contents = _read_json(content, passphrase, model)
    if version_numbers(contents.version)[:2] > version_numbers(firmware)[:2]:
        raise Unusable(VERSION_CONVERSION)
    return contents


def _read_binary(content: bytes, passphrase: str, model: str) -> Contents:
    if not content.startswith(MAGIC):
        raise Unusable(PARSE)
    line, _, sealed = content[len(MAGIC) :].partition(b"\n")
    try:
        header = msgspec.json.decode(line, type=_Header)
    except msgspec.DecodeError as error:
        raise Unusable(DECRYPTION_HEADER) from error
    if len(sealed) != header.length:
        raise Unusable(DECRYPTION_LENGTH)
    if header.model != model:
        raise Unusable(DEVICE_IDENTIFICATION)
    if not hmac.compare_digest(header.check, _check(passphrase, header.salt)):
        raise Unusable(DECRYPTION)
    payload = _cipher(sealed, passphrase, header.salt)
    if hashlib.sha256(payload[:-_DIGEST]).digest() != payload[-_DIGEST:]:
        raise Unusable(CHECKSUM)
    length = int.from_bytes(payload[:_LENGTH], "big")
    try:
        return msgspec.json.decode(payload[_LENGTH : _LENGTH + length], type=Contents)
    except msgspec.DecodeError as error:
        raise Unusable(PARSE) from error


def _read_json(content: bytes, passphrase: str, model: str) -> Contents:
    try:
        document: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
        found, salt = document["device identification"], document["salt"]
        check, checksum = document["check"], document["checksum"]
        version, parameters = document["version"], document["parameters"]
    except (msgspec.DecodeError, KeyError) as error:
        raise Unusable(PARSE) from error
    if found != model:
        raise Unusable(DEVICE_IDENTIFICATION)
    if check != _check(passphrase, str(salt)):
        raise Unusable(DECRYPTION)
    if checksum != _checksum(parameters, passphrase, str(salt)):
        raise Unusable(CHECKSUM)
    entries = parameters[0]["parameters"]
    return Contents(
        model=model,
        version=str(version),
        parameters={entry["name"]: entry["value"] for entry in entries},
    )


def _key(passphrase: str, salt: str) -> bytes:
    return hashlib.sha256(f"{salt}:{passphrase}".encode()).digest()


def _check(passphrase: str, salt: str) -> str:
    return hashlib.sha256(_key(passphrase, salt)).hexdigest()[:16]


def _checksum(parameters: object, passphrase: str, salt: str) -> str:
    return hmac.new(_key(passphrase, salt), msgspec.json.encode(parameters), "sha256").hexdigest()


def _cipher(data: bytes, passphrase: str, salt: str) -> bytes:
    stream = hashlib.shake_256(_key(passphrase, salt)).digest(len(data))
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")
    return mixed.to_bytes(len(data), "big")
