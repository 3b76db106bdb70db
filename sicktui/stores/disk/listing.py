"""Looks into folders for the path fields: what is there, and how a path that was begun goes on.

Call these in a thread: a folder may be a share that answers late.
"""

import os
import re
import urllib.parse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.stores.disk.files import StorageError, display_path, expand_path, explain_os_error

MOST: Final = 2000
"""Entries of a folder that are looked at; no technician pages through more."""

_ESCAPED: Final = re.compile(r"\\(.)")


class FileEntry(Struct, frozen=True, kw_only=True):
    """A file or a folder in a folder."""

    path: Path
    name: str
    is_folder: bool
    size: int = 0
    modified: float = 0.0


class Completion(Struct, frozen=True, kw_only=True):
    """How a path goes on."""

    text: str
    """The path with what is certain."""
    names: tuple[str, ...] = ()
    """What it may become, if that is more than one."""


def fits(name: str, endings: Sequence[str]) -> bool:
    """Whether a file is one of those looked for."""
    return not endings or name.lower().endswith(tuple(endings))


def list_folder(folder: Path, endings: Sequence[str] = (), *, every: bool = False) -> list[FileEntry]:
    """The folders in a folder by name, then its files, the newest first.

    Args:
        folder: the folder.
        endings: which files; all if there are none.
        every: hidden ones and those with other endings too.

    Raises:
        StorageError: it cannot be read.
    """
    found: list[FileEntry] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if len(found) >= MOST:
                    break
                if every or not entry.name.startswith("."):
                    found.append(_entry(entry))
    except OSError as error:
        words, advice = explain_os_error(error)
        raise StorageError(f"Cannot read {display_path(folder)}: {words}.", advice=advice) from error
    kept = [entry for entry in found if entry.is_folder or every or fits(entry.name, endings)]
    return sorted(
        kept,
        key=lambda entry: (
            (0, 0.0, entry.name.lower()) if entry.is_folder else (1, -entry.modified, entry.name.lower())
        ),
    )


def _entry(entry: "os.DirEntry[str]") -> FileEntry:
    path, name = Path(entry.path), entry.name
    try:
        if entry.is_dir():
            return FileEntry(path=path, name=name, is_folder=True)
        facts = entry.stat()
    except OSError:  # a link to nowhere, or a file that has just gone
        return FileEntry(path=path, name=name, is_folder=False)
    return FileEntry(path=path, name=name, is_folder=False, size=facts.st_size, modified=facts.st_mtime)


def complete(text: str, endings: Sequence[str] = ()) -> Completion:
    """Go on with a path as a shell does: as far as all names that fit agree.

    What is there already goes on only with the separator of a folder.
    """
    separators = [os.sep, *([os.altsep] if os.altsep else [])]
    cut = max(text.rfind(separator) for separator in separators) + 1
    lead, begun = text[:cut], text[cut:]
    if text == "~":
        return Completion(text=text + os.sep)
    try:
        entries = list_folder(expand_path(lead or "."), endings, every=begun.startswith("."))
    except StorageError:
        return Completion(text=text)
    same = os.path.normcase
    fitting = [entry for entry in entries if same(entry.name).startswith(same(begun))]
    exact = [entry for entry in fitting if same(entry.name) == same(begun)]
    if len(fitting) == 1 or (exact and not exact[0].is_folder):
        (chosen,) = exact or fitting
        return Completion(text=lead + chosen.name + (os.sep if chosen.is_folder else ""))
    if not fitting:
        return Completion(text=text)
    names = tuple(sorted(entry.name + (os.sep if entry.is_folder else "") for entry in fitting))
    return Completion(text=lead + fitting[0].name[: _agreed([same(name) for name in names])], names=names)


def _agreed(names: Sequence[str]) -> int:
    """How many characters at the beginning of all names are the same."""
    first, last = min(names), max(names)
    return next(
        (at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first)
    )


def dropped(text: str) -> str:
    """A path as it is, of one that a file manager or terminal has put into a field.

    They put quotes around it, escape its blanks, or make it an address (``file:///home/anna/fw.zip``).
    """
    text = text.strip()
    if text.startswith("file://"):
        path = urllib.parse.unquote(urllib.parse.urlsplit(text).path)
        return path[1:] if re.match(r"/[A-Za-z]:", path) else path
    text = text.strip("\"'")
    return _ESCAPED.sub(r"\1", text) if os.name != "nt" and "\\ " in text else text
