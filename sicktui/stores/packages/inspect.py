"""Firmware packages on the disk: looked at and hashed before any sensor is contacted."""

import contextlib
from pathlib import Path
from typing import BinaryIO

from sicktui.model.enums import Code
from sicktui.model.firmware.package import MAX_PACKAGE_BYTES, Package
from sicktui.model.firmware.version import from_name
from sicktui.model.safe_text import clean
from sicktui.stores.disk.files import TooLarge, copy_hashed, display_path, is_regular
from sicktui.stores.packages.content import gap, text_kind
from sicktui.stores.packages.errors import PackageError, ZippedPackage, package_type, too_large, unreadable
from sicktui.stores.packages.zip import MAX_ZIP_BYTES, SUFFIX, is_container, unpack

__all__ = ["PackageError", "ZippedPackage", "inspect_package", "verify_unchanged"]


def inspect_package(path: Path, *, unpack_to: Path | None = None) -> Package:
    """Look at a package file, and hash it.

    Args:
        path: a ``.spk``, ``.spk.signed`` or ``.swp`` file, or the zip that the vendor's download is.
        unpack_to: the folder to unpack the package of a zip to; without it, a zip is refused with
            ``ZippedPackage``.

    Raises:
        PackageError: the file cannot be used; ``code`` and advice say why.
        StorageError: there is no room to unpack it.
    """
    try:
        size = _size(path)
        if _is_zip(path):
            if size > MAX_ZIP_BYTES:
                raise too_large(path, size)
            return _inspect_unpacked(unpack(path, unpack_to))
        return _inspect(path, size)
    except OSError as error:
        raise unreadable(path, error) from error


def verify_unchanged(package: Package) -> None:
    """Hash a package again.

    Raises:
        PackageError: it is no longer what was looked at, or cannot be read.
    """
    path = Path(package.path)
    try:
        _size(path)
        with path.open("rb") as file:
            now = _hashed(path, file)
    except OSError as error:
        raise unreadable(path, error) from error
    if now != (package.size, package.sha256):
        raise PackageError(
            f"The package {display_path(path)} changed after it was looked at, so it is not used.",
            advice="Find out who writes to it, then plan the update again.",
        )


def _inspect_unpacked(path: Path) -> Package:
    try:
        size = _size(path)
        _refuse_zip(path)
        return _inspect(path, size)
    except PackageError:
        with contextlib.suppress(OSError):  # nothing can be done with it
            path.unlink()
            path.parent.rmdir()
        raise


def _refuse_zip(path: Path) -> None:
    if _is_zip(path):
        raise PackageError(
            f"{display_path(path.name)} is a zip in a zip, not a firmware package.",
            advice="Unpack both and use the package itself.",
        )


def _inspect(path: Path, size: int) -> Package:
    kind = package_type(path.name)
    if kind is None:
        raise PackageError(
            f"{display_path(path.name)} is not a firmware package: its name must end in .spk, .spk.signed "
            "or .swp.",
            advice="Use the package from SICK's download, named as it is there.",
        )
    if size > MAX_PACKAGE_BYTES:
        raise too_large(path, size)
    with path.open("rb") as file:
        if text := text_kind(file, size):
            raise PackageError(
                f"{display_path(path.name)} is {text}, not a firmware package.",
                advice="The download may have failed and saved an error page: download it again.",
            )
        if problem := gap(file, size):
            raise PackageError(
                f"{display_path(path.name)} {problem}: its download or copy did not finish.",
                advice="Download or copy it again.",
                code=Code.PACKAGE_UNREADABLE,
            )
        file.seek(0)
        size, sha256 = _hashed(path, file)
    return Package(
        path=str(path.absolute()),
        name=clean(path.name),
        type=kind,
        size=size,
        sha256=sha256,
        version=from_name(path.name),
    )


def _hashed(path: Path, file: BinaryIO) -> tuple[int, str]:
    try:
        return copy_hashed(file, None, MAX_PACKAGE_BYTES)
    except TooLarge:
        raise too_large(path) from None


def _is_zip(path: Path) -> bool:
    named = path.name.lower().endswith(SUFFIX)
    return named or (package_type(path.name) is not None and is_container(path))


def _size(path: Path) -> int:
    """The size of a file that can be read at all, in bytes."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise PackageError(
            f"The name {display_path(path)} is not UTF-8.",
            advice="Give the file a plain name.",
            code=Code.PACKAGE_UNREADABLE,
        ) from error
    try:
        regular = is_regular(path)
    except FileNotFoundError as error:
        raise PackageError(
            f"There is no file {display_path(path)}.", advice="Check the path.", code=Code.PACKAGE_UNREADABLE
        ) from error
    if not regular:
        kind = "a folder" if path.is_dir() else "not a regular file"
        raise PackageError(
            f"{display_path(path)} is {kind}, not a firmware package.",
            advice="Name the package file itself.",
            code=Code.PACKAGE_UNREADABLE,
        )
    size = path.stat().st_size
    if size == 0:
        raise PackageError(f"{display_path(path)} is empty.", advice="Download the package again.")
    return size
