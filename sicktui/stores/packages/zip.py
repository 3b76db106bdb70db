"""The vendor's downloads are zips that contain the package: recognised, and unpacked safely.

Nothing in a zip is trusted: only the last part of a member's name is used, sizes are limited
while unpacking whatever the zip declares, and its check sums must be right.
"""

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from sicktui.model.enums import Code
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import (
    TooLarge,
    copy_hashed,
    display_path,
    is_portable,
    make_folder,
    replace,
    settle,
    storage_errors,
    temporary,
)
from sicktui.stores.packages.errors import PackageError, ZippedPackage, package_type, too_large

SUFFIX: Final = ".zip"
PACKAGE_ENDINGS: Final = (".spk", ".spk.signed", ".swp", SUFFIX)
"""Of the files that a package may come in."""
MAX_ZIP_BYTES: Final = 1_000_000_000
_LARGEST_MEMBER: Final = MAX_PACKAGE_BYTES
_MAX_MEMBERS: Final = 10_000
_LONGEST_NAME: Final = 150
_MAGIC: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 0x1
_UNZIP_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


def is_container(path: Path) -> bool:
    """Whether a file is a zip that a package would be unpacked from, whatever its name is.

    A package may be made like a zip itself; it is not taken for one unless there are packages or zips in it.
    What begins like a zip and cannot be read as one is a copy that did not finish.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(_packages(archive)) or any(
                member.filename.lower().endswith(SUFFIX) for member in archive.infolist()
            )
    except _UNZIP_ERRORS:
        return True


def unpack(path: Path, folder: Path | None) -> Path:
    """Unpack the one package of a zip.

    Args:
        path: the zip.
        folder: where to put it, in a folder named for its content; ``None`` only looks.

    Returns:
        The package's file.

    Raises:
        ZippedPackage: there is one, and ``folder`` is ``None``.
        PackageError: there is none, or more than one, or the zip cannot be unpacked.
        StorageError: it cannot be written.
        OSError: the zip cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = _sole(path, archive)
            if folder is None:
                raise ZippedPackage(path, base_name(member))
            make_folder(folder)
            with archive.open(member) as packed, storage_errors("unpack to", folder):
                return _extract(path, cast("BinaryIO", packed), base_name(member), folder)
    except _UNZIP_ERRORS as error:
        raise PackageError(
            f"The zip {display_path(path.name)} cannot be unpacked: {clean(str(error)) or 'it is damaged'}.",
            advice="Download it again.",
            code=Code.PACKAGE_UNREADABLE,
        ) from error


def base_name(member: zipfile.ZipInfo) -> str:
    """The last part of a member's name, whichever way its slashes lean."""
    return PurePosixPath(member.filename.replace("\\", "/")).name


def _extract(path: Path, packed: BinaryIO, name: str, folder: Path) -> Path:
    with temporary(folder, name) as (file, temp):
        try:
            _, sha256 = copy_hashed(packed, file, _LARGEST_MEMBER)
        except TooLarge:
            raise too_large(path) from None
        settle(file)
        # A folder for each content: the name must stay as it is, and may stand for other bytes tomorrow.
        place = folder / sha256[:16] / name
        make_folder(place.parent)
        replace(temp, place)
    return place


def _sole(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    found = _packages(archive)
    if not found:
        raise PackageError(
            f"The zip {display_path(path.name)} contains no firmware package (.spk, .spk.signed or .swp).",
            advice="Check that it is the firmware download for this sensor.",
        )
    if len(found) > 1:
        names = ", ".join(clean(base_name(member), 80) for member in found[:4])
        raise PackageError(
            f"The zip {display_path(path.name)} contains {len(found)} packages: {names}.",
            advice="Unpack it yourself and name the package that fits the sensors' firmware.",
        )
    member = found[0]
    if member.flag_bits & _ENCRYPTED:
        raise PackageError(
            f"The zip {display_path(path.name)} is protected by a password.",
            advice="Unpack it with the password, and use the package itself.",
            code=Code.PACKAGE_UNREADABLE,
        )
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PackageError(
            f"The zip {display_path(path.name)} is packed in a way that is not known here.",
            advice="Unpack it yourself and use the package itself.",
            code=Code.PACKAGE_UNREADABLE,
        )
    name = base_name(member)
    if name != clean(name) or len(name) > _LONGEST_NAME or not is_portable(name):
        raise PackageError(
            f"The package in {display_path(path.name)} has a name that cannot be used: {clean(name, 80)}.",
            advice="Unpack it yourself and give it a plain name.",
        )
    if member.file_size > MAX_PACKAGE_BYTES:
        raise too_large(Path(name), member.file_size)
    return member


def _packages(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS:
        raise zipfile.BadZipFile(f"it has {len(members)} members")
    return [
        member
        for member in members
        # macOS puts a shadow of every file into a separate folder.
        if not member.is_dir() and "__MACOSX" not in member.filename and package_type(base_name(member))
    ]
