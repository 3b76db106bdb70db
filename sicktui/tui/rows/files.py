"""Files and folders: rows and columns."""

import datetime as dt
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.model.safe_text import clean
from sicktui.model.wording import size
from sicktui.stores.disk.listing import FileEntry
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.glyphs import Glyphs


class FileRow(Struct, frozen=True, kw_only=True):
    """A file, a folder, or a way to go on."""

    path: Path
    label: str
    is_folder: bool = True
    is_answer: bool = False
    """Choosing it ends the search; otherwise it is looked into."""
    size: int = 0
    modified: float = 0.0

    @property
    def key(self) -> str:
        """Identifies it in the list."""
        return self.label


def row_of(entry: FileEntry) -> FileRow:
    """A file or a folder of the folder that is shown."""
    return FileRow(
        path=entry.path,
        label=entry.name,
        is_folder=entry.is_folder,
        is_answer=not entry.is_folder,
        size=entry.size,
        modified=entry.modified,
    )


def _name(row: FileRow, _: Glyphs, __: int) -> Cell:
    text = clean(row.label, 300)
    return cell(f"{text}/" if row.is_folder and not text.endswith("/") else text, Tone.PLAIN)


def _modified(row: FileRow, _: Glyphs, __: int) -> Cell:
    if row.is_folder or not row.modified:
        return ()
    try:
        when = dt.datetime.fromtimestamp(row.modified).astimezone()
    except (OverflowError, ValueError, OSError):
        return ()
    return cell(f"{when:%Y-%m-%d %H:%M}", Tone.DIM)


FILE_COLUMNS: Final[tuple[Column[FileRow], ...]] = (
    Column(id="name", title="Name", least=20, ample=40, most=90, cell=_name),
    Column(
        id="size",
        title="Size",
        least=9,
        most=9,
        rank=1,
        right=True,
        cell=lambda r, _g, _w: () if r.is_folder else cell(size(r.size), Tone.DIM),
    ),
    Column(id="modified", title="Changed", least=16, most=16, rank=2, cell=_modified),
)
"""Every column, from left to right."""
