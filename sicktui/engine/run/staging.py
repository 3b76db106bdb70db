"""The run's own copy of its package, so that what was hashed is what is sent."""

import contextlib
import hashlib
import shutil
from pathlib import Path
from typing import BinaryIO, Final

from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.model.firmware.package import Package
from sicktui.stores.disk.files import StorageError, explain_os_error, make_folder
from sicktui.stores.disk.home import Home

_CHUNK: Final = 1024 * 1024
_ROOM: Final = 2 * 1024 * 1024
"""Bytes that must stay free beside the copy, for the journal of the run."""


class PackageChanged(SicktuiError):
    """The package is not the one that was planned with any more."""


def run_folder(home: Home, run: str) -> Path:
    """The folder of what only this run needs."""
    return home.state / "runs" / run


def scratch_folder(home: Home, run: str, device: str) -> Path:
    """A folder for one job of a run; the device's name may hold anything, so its hash names it.

    It may be missing if the disk is full: a job that needs none continues, another will fail.
    """
    folder = run_folder(home, run) / hashlib.sha256(device.encode()).hexdigest()[:16]
    with contextlib.suppress(StorageError):
        make_folder(folder)
    return folder


def stage_package(home: Home, run: str, package: Package) -> Path:
    """Copy the package and hash it on the way.

    Raises:
        PackageChanged: its bytes are not those of the plan, it cannot be read any more, or there is no room.
    """
    folder = run_folder(home, run)
    copy = folder / "package"
    digest = hashlib.sha256()
    try:
        if _is_complete(copy, package):
            return copy  # The run was resumed; the original may be gone.
        _make_room(folder, package)
        with _reading(package) as source, copy.open("wb") as target:
            while chunk := _read(source, package):
                digest.update(chunk)
                target.write(chunk)
    except (OSError, StorageError) as error:
        _drop(copy)
        why = explain_os_error(error)[0] if isinstance(error, OSError) else error.message.rstrip(".")
        raise _not_copied(package, why, Code.STORAGE_ERROR) from error
    except PackageChanged:
        _drop(copy)
        raise
    if digest.hexdigest() != package.sha256:
        _drop(copy)
        raise PackageChanged(
            f"The package {package.name} has changed since the plan was made.",
            advice="Plan again with the file as it is now. Nothing was written to any sensor.",
            code=Code.PACKAGE_UNREADABLE,
        )
    return copy


def _make_room(folder: Path, package: Package) -> None:
    make_folder(folder)
    if shutil.disk_usage(folder).free < package.size + _ROOM:
        # Checked now: later the journal could not be written in the middle of a flash.
        raise _not_copied(package, "the disk is full", Code.STORAGE_ERROR)


def _reading(package: Package) -> BinaryIO:
    try:
        return Path(package.path).open("rb")
    except OSError as error:
        raise _not_copied(package, explain_os_error(error)[0], Code.PACKAGE_UNREADABLE) from error


def _read(source: BinaryIO, package: Package) -> bytes:
    try:
        return source.read(_CHUNK)
    except OSError as error:
        raise _not_copied(package, explain_os_error(error)[0], Code.PACKAGE_UNREADABLE) from error


def _drop(copy: Path) -> None:
    """Leave no part of a copy on a disk that may be full."""
    with contextlib.suppress(OSError):
        copy.unlink(missing_ok=True)


def _not_copied(package: Package, why: str, code: Code) -> PackageChanged:
    place = "the file" if code is Code.PACKAGE_UNREADABLE else "the room on the disk"
    return PackageChanged(
        f"The package {package.name} cannot be copied for the run: {why}.",
        advice=f"Check {place}, then plan again. Nothing was written to any sensor.",
        code=code,
    )


def _is_complete(copy: Path, package: Package) -> bool:
    if not copy.is_file() or copy.stat().st_size != package.size:
        return False
    with copy.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == package.sha256


def unstage(home: Home, run: str) -> None:
    """Remove the folder of a run."""
    shutil.rmtree(run_folder(home, run), ignore_errors=True)
