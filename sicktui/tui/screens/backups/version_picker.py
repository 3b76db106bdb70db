"""Chooses the backup to restore: a stored one, or a file."""

from sicktui.engine.context import Context
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.file_picker import FilePicker
from sicktui.tui.rows.backups.table import VERSION_COLUMNS, VersionRow
from sicktui.tui.screens.readers import read_versions


class VersionPicker(FilePicker[str, VersionRow]):
    """The answer is the id of a backup, or the path of a file as it was typed.

    Args:
        appearance: how the dashboard looks.
        context: for the stores.
        device: the device's name.
        key: what its sensor's backups are stored under, if that is known.
    """

    # Nothing is verified here: the plan hashes what is chosen.
    columns = tuple(column for column in VERSION_COLUMNS if column.id != "check")
    empty = "No backup of this sensor on this PC. Type the path of a file below."
    path_hint = "or the path of a backup file"

    def __init__(self, appearance: Appearance, context: Context, device: str, key: str | None) -> None:
        super().__init__(appearance, lambda: read_versions(context, device, key))
        self.title_text = f"Which backup for {clean(device, 40)}?"

    def chosen(self, row: VersionRow) -> None:
        """Answer with the id."""
        self.dismiss(row.key)

    def path_typed(self, path: str) -> None:
        """Answer with the path."""
        self.dismiss(path)
