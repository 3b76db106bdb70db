"""The files of a folder that may be packages."""

import os
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.model.firmware.offer import OfferState
from sicktui.sources.source import SourceError
from sicktui.stores.disk.files import display_path, explain_os_error
from sicktui.stores.packages.errors import package_type
from sicktui.stores.packages.zip import SUFFIX

MOST_FILES: Final = 500
"""Packages in one folder beyond which it is another folder by mistake."""
MOST_ENTRIES: Final = 20_000
DEPTH: Final = 2
"""Levels of folders: a download that was unpacked into its own folder is found too."""


class PackageFile(Struct, frozen=True, kw_only=True):
    """A file that may be a package, by its name."""

    path: Path
    size: int
    changed: int
    """``st_mtime_ns``."""


def list_folder(folder: Path) -> list[PackageFile]:
    """What may be packages in a folder, by name.

    Raises:
        SourceError: the folder is gone, cannot be read, or is the wrong one.
    """
    found: list[PackageFile] = []
    waiting = [(folder, DEPTH)]
    seen = 0
    while waiting:
        place, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            if place != folder:
                continue  # a folder in it that is closed to us, or was just removed
            raise unreadable(folder, error) from error
        seen += len(entries)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                if depth > 1:
                    waiting.append((Path(entry.path), depth - 1))
            elif package_type(entry.name) or entry.name.lower().endswith(SUFFIX):
                found += _looked_at(entry)
        if seen > MOST_ENTRIES or len(found) > MOST_FILES:
            raise SourceError(
                f"The folder {display_path(folder)} has too many files to be a folder for packages.",
                advice="Set 'path' of this source to a folder that has only packages.",
                state=OfferState.REFUSED,
                everywhere=True,
            )
    return sorted(found, key=lambda file: file.path)


def unreadable(folder: Path, error: OSError) -> SourceError:
    """The error for a folder or share that cannot be read."""
    gone = isinstance(error, FileNotFoundError)
    words = "it is not there" if gone else explain_os_error(error)[0]
    return SourceError(
        f"The folder {display_path(folder)} cannot be read: {words}.",
        advice="Check that the share is connected and that this user may read it.",
        everywhere=True,
    )


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        # Not through links: one to its own parent has no end.
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _looked_at(entry: "os.DirEntry[str]") -> list[PackageFile]:
    try:
        # Not entry.stat(): on Windows it is as old as the listing.
        stat = Path(entry.path).stat()
    except OSError:
        return []  # removed since the listing
    return [PackageFile(path=Path(entry.path), size=stat.st_size, changed=stat.st_mtime_ns)]
