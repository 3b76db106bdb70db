"""The run's own copy of its package: what was hashed is what is sent, whatever happens meanwhile."""

import contextlib
import hashlib
import shutil
from pathlib import Path
from typing import Final

from sicktui.model.errors import SicktuiError
from sicktui.model.package import Package
from sicktui.model.words import Code
from sicktui.stores.files import StorageError, make_folder
from sicktui.stores.paths import Home

_CHUNK: Final = 1024 * 1024


class PackageChanged(SicktuiError):
    """The package is not what the plan looked at any more."""


def run_folder(home: Home, run: str) -> Path:
    """Where a run keeps what only it needs."""
    return home.state / "runs" / run


def scratch_folder(home: Home, run: str, device: str) -> Path:
    """A folder for one job of a run; the device's name may hold anything, so its hash names it.

    It may be missing if the disk is full: a job that needs none goes on, another will find out.
    """
    folder = run_folder(home, run) / hashlib.sha256(device.encode()).hexdigest()[:16]
    with contextlib.suppress(StorageError):
        make_folder(folder)
    return folder


def stage_package(home: Home, run: str, package: Package) -> Path:
    """Copy the package, hashing on the way.

    Raises:
        PackageChanged: its bytes are not those of the plan, or it cannot be read any more.
    """
    folder = run_folder(home, run)
    copy = folder / "package"
    digest = hashlib.sha256()
    try:
        if _is_whole(copy, package):
            return copy  # The run is being resumed; the original may be gone by now.
        make_folder(folder)
        with Path(package.path).open("rb") as source, copy.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
    except (OSError, StorageError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error).rstrip(".")
        raise PackageChanged(
            f"The package {package.name} cannot be copied for the run: {why}.",
            advice="Check the file and the disk's room, then plan again. Nothing was written to any sensor.",
            code=Code.PACKAGE_UNREADABLE,
        ) from error
    if digest.hexdigest() != package.sha256:
        raise PackageChanged(
            f"The package {package.name} has changed since the plan was made.",
            advice="Plan again with the file as it is now. Nothing was written to any sensor.",
            code=Code.PACKAGE_UNREADABLE,
        )
    return copy


def _is_whole(copy: Path, package: Package) -> bool:
    if not copy.is_file() or copy.stat().st_size != package.size:
        return False
    with copy.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == package.sha256


def unstage(home: Home, run: str) -> None:
    """Remove what the run kept for itself."""
    shutil.rmtree(run_folder(home, run), ignore_errors=True)
