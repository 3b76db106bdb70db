"""Diagnosis files of sensors: a zip for the vendor's support, and what is known about it beside it.

A file has its final name only when it is complete and on the disk.
"""

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from msgspec import Struct

from sicktui.model.device import Identity
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import (
    make_folder,
    publish,
    safe_name,
    storage_errors,
    temporary,
    write_atomic,
)

MAX_DUMP: Final = 256 * 1024 * 1024
"""Bytes; the vendor documents no size."""
MAX_UNPACKED: Final = 2 * 1024**3
"""Bytes that are unpacked to check them; reading them takes some ten seconds."""
_ENCRYPTED: Final = 1
"""The flag of an encrypted file in a zip."""
_BLOCK: Final = 1024 * 1024
_MOST_NAMES: Final = 1000
_START: Final = b"PK\x03\x04"
_END: Final = struct.Struct("<4s4H2LH")
"""The end of a zip's directory: signature, four numbers, its size, its place, the length of a comment."""
_END_MARK: Final = b"PK\x05\x06"
_LONGEST_COMMENT: Final = 0xFFFF


class DumpRecord(Struct, frozen=True, kw_only=True):
    """What is known about a diagnosis file. No secrets."""

    kind: str = "sicktui diagnosis file"
    device: str
    address: str
    identity: Identity
    created: str
    """By this PC's clock, RFC 3339."""
    sensor_timestamp: int | None
    """``DiagDumpTimestamp``, in the sensor's unit."""
    fresh: bool
    """Whether the sensor showed that the file is of this moment; ``False``: it may be an earlier one."""
    bytes: int
    sha256: str
    operator: str
    program: str


@contextmanager
def incoming(folder: Path) -> Iterator[Path]:
    """A place in ``folder`` for a file that is being fetched; it is removed unless it was stored.

    Raises:
        StorageError: the folder cannot be used.
    """
    with storage_errors("write to", folder):
        make_folder(folder)
        with temporary(folder, "dump") as (file, temp):
            file.close()  # It is written by its path.
            yield temp


def store_dump(temp: Path, folder: Path, record: DumpRecord, moment: datetime) -> Path:
    """Give a fetched file its final name, and write its record beside it. Nothing is overwritten.

    Raises:
        StorageError: it cannot be written.
    """
    with storage_errors("write to", folder):
        with temp.open("rb+") as file:
            os.fsync(file.fileno())
        place = _publish(temp, folder, f"{safe_name(record.device)}-{moment:%Y%m%d-%H%M%S}")
    write_atomic(place.with_suffix(".json"), msgspec.json.format(msgspec.json.encode(record), indent=1))
    return place


def _publish(temp: Path, folder: Path, stem: str) -> Path:
    for number in range(1, _MOST_NAMES):
        place = folder / (f"{stem}.zip" if number == 1 else f"{stem}-{number}.zip")
        if place.with_suffix(".json").exists():
            continue
        try:
            publish(temp, place)
        except FileExistsError:
            continue
        return place
    raise FileExistsError(f"{stem}.zip")


def zip_problem(path: Path) -> str:
    """Why a file is not a whole zip; empty if it is. Nothing of it is written anywhere.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if file.read(len(_START)) not in (_START, _END_MARK):
            return "it does not begin like a zip"
        if not _is_whole(file):
            return "its end is missing"
        return _damage(file)


def _damage(file: BinaryIO) -> str:
    """Which file in it fails its checksum; empty if none does, as far as that can be checked.

    What is encrypted, packed in a way that this PC does not know, or beyond ``MAX_UNPACKED``, is for the
    vendor's support to open.
    """
    try:
        with zipfile.ZipFile(file) as opened:
            left = MAX_UNPACKED
            for entry in opened.infolist():
                if entry.flag_bits & _ENCRYPTED:
                    continue
                left -= entry.file_size
                if left < 0:
                    break
                with opened.open(entry) as contents:
                    while contents.read(_BLOCK):
                        pass
    except NotImplementedError:
        return ""
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, UnicodeError) as error:
        return f"it is damaged ({clean(str(error), 80)})"
    return ""


def _is_whole(file: BinaryIO) -> bool:
    size = file.seek(0, os.SEEK_END)
    tail_at = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        return False
    _, _, _, _, _, length, offset, comment = _END.unpack_from(tail, at)
    end = tail_at + at
    # Beyond 4 GB the numbers are elsewhere (zip64), which such a file does not reach.
    return bool(offset + length == end and end + _END.size + comment == size)
