"""The folders that files came from or went to, the latest first: where a search for the next one begins."""

import os
from pathlib import Path
from typing import Final

from msgspec import Struct

from sicktui.model.errors import SicktuiError
from sicktui.stores.disk.files import working_folder
from sicktui.stores.disk.shared_record import SharedRecord

MOST: Final = 8


class PlacesRecord(Struct, frozen=True, kw_only=True):
    """What the file holds."""

    folders: tuple[str, ...] = ()


class Places:
    """The latest folders of this user. They are a convenience: a file that cannot be used is as none.

    Args:
        path: where they are kept; ``None``: in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._record = SharedRecord(path, PlacesRecord()) if path else None
        self._here = PlacesRecord()

    def recent(self) -> list[Path]:
        """The folders, the latest first."""
        return [Path(folder) for folder in self._read().folders]

    def note(self, file: Path) -> None:
        """Note where a file was taken from or written to."""
        folder = os.path.abspath(file.parent)  # noqa: PTH100 - a link stays the name people know
        new = PlacesRecord(folders=tuple(dict.fromkeys((folder, *self._read().folders)))[:MOST])
        self._here = new
        if self._record is not None:
            try:
                self._record.change(lambda _: new)
            except SicktuiError:
                return

    def begin(self, text: str = "") -> Path:
        """The folder to look into first: the typed one, that of a path that was begun, the latest one."""
        here = working_folder()
        typed = Path(text).expanduser() if text else None
        home = Path.home()
        for folder in (typed, typed and typed.parent, *self.recent(), home / "Downloads", home):
            if folder is not None and folder.is_dir():
                return here / folder
        return here

    def known(self) -> list[Path]:
        """Every place to begin at: the latest folders, this one, the user's own."""
        home = Path.home()
        own = [working_folder(), home, home / "Downloads", home / "Desktop"]
        return [folder for folder in dict.fromkeys((*self.recent(), *own)) if folder.is_dir()]

    def _read(self) -> PlacesRecord:
        if self._record is None:
            return self._here
        try:
            return self._record.read()
        except SicktuiError:
            return self._here
