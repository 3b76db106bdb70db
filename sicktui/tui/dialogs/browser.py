"""A small file browser for path fields: every key of it is printable."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.disk.listing import MOST, list_folder
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.drawing.spans import Tone
from sicktui.tui.rows.files import FILE_COLUMNS, FileRow, row_of


class FileBrowser(Picker[Path, FileRow]):
    """Looks through folders. The answer is a file, or the folder to write to.

    Args:
        appearance: how the dashboard looks, and where files came from before.
        begun: the path that was typed so far.
        endings: which files are looked for; all if there are none.
        saving: whether a folder is an answer: the file is to be written there.
    """

    DEFAULT_CSS = """
    FileBrowser Table { height: 15; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left,backspace,minus", "up", "Folder above", show=False),
        Binding("l,right", "into", "Into the folder", show=False),
        Binding("r", "places", "Places", show=False),
        Binding("a", "every", "All files", show=False),
    ]

    keys_text = "j k move   enter choose   h up   r recent folders   a all files   q back"
    columns = FILE_COLUMNS
    empty = "No such files here. Press h for the folder above, r for recent folders, a for all files."

    def __init__(
        self, appearance: Appearance, begun: str = "", endings: Sequence[str] = (), *, saving: bool = False
    ) -> None:
        super().__init__(appearance, self._rows)
        self.title_text = "Choose a folder" if saving else "Choose a file"
        self._begun = begun
        self._endings = tuple(endings)
        self._saving = saving
        self._folder: Path | None = None
        self._came_from = ""
        self._every = False

    def _rows(self) -> list[FileRow]:
        """Read the folder, in a thread."""
        places = self.appearance.places
        folder = self._folder = self._folder or places.begin(self._begun)
        listed = list_folder(folder, self._endings, every=self._every)
        rows = [row_of(entry) for entry in listed if entry.is_folder or not self._saving or self._every]
        here = (
            [FileRow(path=folder, label="write it into this folder", is_answer=True)] if self._saving else []
        )
        above = [FileRow(path=folder.parent, label="..")] if folder.parent != folder else []
        return [*here, *above, *rows]

    def show_rows(self, rows: Sequence[FileRow]) -> None:
        """Show the folder; after a step up, the cursor is on the folder it came from."""
        super().show_rows(rows)
        if rows:
            first = next((row for row in rows if row.label != ".."), rows[0])
            self.table.select(rows[0].key if self._saving else first.key)
        self.table.select(self._came_from)
        if self._folder is not None:
            more = f"The first {count(MOST, 'entry', 'entries')} are shown." if len(rows) >= MOST else ""
            self.show_problem(clean(str(self._folder), 300), more, Tone.DIM)

    def show_error(self, error: SicktuiError) -> None:
        """Show why a folder cannot be read, and stay with what can be done."""
        super().show_error(error)
        folder, self._folder = self._folder, None
        if folder is not None:
            self.call_later(self._show_above, folder)

    def _show_above(self, folder: Path) -> None:
        self._folder = folder
        self.table.show([FileRow(path=folder.parent, label="..")])

    def chosen(self, row: FileRow) -> None:
        """Answer with a file, or look into a folder."""
        if row.is_answer:
            self.dismiss(row.path)
        else:
            self._go(row.path, came_from=self._folder.name if row.label == ".." and self._folder else "")

    def _go(self, folder: Path, came_from: str = "") -> None:
        self._folder, self._came_from = folder, came_from
        self.read_again()

    def action_up(self) -> None:
        """The folder above."""
        if self._folder is not None:
            self._go(self._folder.parent, came_from=self._folder.name)

    def action_into(self) -> None:
        """Into the selected folder."""
        row = self.table.selected
        if row is not None and row.is_folder and not row.is_answer:
            self.chosen(row)

    def action_every(self) -> None:
        """Show hidden files and those with other endings too, or not."""
        self._every = not self._every
        self.read_again()

    def action_places(self) -> None:
        """Show the folders that files came from before, and the usual ones."""
        self.start(self._show_places(), "reading the places")

    async def _show_places(self) -> None:
        known = await asyncio.to_thread(self.appearance.places.known)
        self.table.show([FileRow(path=folder, label=str(folder)) for folder in known])
        if known:
            self.table.select(str(known[0]))
        self.show_problem("Recent folders first, then the usual ones.", tone=Tone.DIM)
