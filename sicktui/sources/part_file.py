"""A file while it is being fetched: ``.part`` until all of it is on the disk."""

import hashlib
import itertools
import os
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

from sicktui.model.firmware.package import MAX_PACKAGE_BYTES
from sicktui.stores.disk.files import TEMPORARY_SUFFIX, storage_errors

_numbers: Final = itertools.count(1)


class PackageTooLarge(Exception):
    """More bytes came than a package can have."""


class Blob(Struct, frozen=True, kw_only=True):
    """Bytes that were received completely. Whether they are a package is not known yet."""

    path: Path
    size: int
    md5: str
    """Lower-case hex."""


class PartFile:
    """Writes bytes to a new file as they come.

    Args:
        room: the folder to put it in.
        limit: the most bytes that it may have.

    Raises:
        StorageError: it cannot be made.
    """

    def __init__(self, room: Path, *, limit: int = MAX_PACKAGE_BYTES) -> None:
        self.path = room / f"{next(_numbers)}{TEMPORARY_SUFFIX}"
        self.size = 0
        self._limit = limit
        self._md5 = hashlib.md5(usedforsecurity=False)
        with storage_errors("write", self.path):
            # Unbuffered: a write that fails for lack of room must not fail again when the file is closed.
            self._file: BinaryIO = self.path.open("xb", buffering=0)

    def write(self, data: bytes) -> None:
        """Write the next bytes.

        Raises:
            TooLarge: it would be more than the limit.
            StorageError: the disk has no room.
        """
        self.size += len(data)
        if self.size > self._limit:
            raise PackageTooLarge
        self._md5.update(data)
        with storage_errors("write", self.path):
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]

    def finish(self) -> Blob:
        """Force it to the disk, and close it.

        Raises:
            StorageError: the disk refused.
        """
        with storage_errors("write", self.path):
            os.fsync(self._file.fileno())
            self._file.close()
        return Blob(path=self.path, size=self.size, md5=self._md5.hexdigest())

    def close(self) -> None:
        """Close it as it is; it goes with its folder."""
        self._file.close()
