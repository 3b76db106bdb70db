"""All backups on this PC, including those of sensors that were removed."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding, BindingType

from sicktui.model.safe_text import clean
from sicktui.model.wording import count, size
from sicktui.stores.backups.store import BackupRecord
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.backups.table import ALL_COLUMNS, VersionRow
from sicktui.tui.screens.backups.backup_list import BackupList
from sicktui.tui.screens.readers import read_all_versions


class BackupsAct(StrEnum):
    """What an operator can do with all backups."""

    IMPORT = "import"
    PRUNE = "prune"
    COMPARE = "compare"


class BackupsAnswer(Struct, frozen=True):
    """What to do, and the backup that was selected."""

    act: BackupsAct
    selected: str | None
    compare: tuple[BackupRecord, ...] = ()
    """Two backups to compare, or one to compare with the sensor now."""


class BackupsScreen(BackupList[BackupsAnswer]):
    """Adds import and prune to the list; the flow that shows this screen carries them out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "choose('import')", "import"),
        Binding("p", "choose('prune')", "prune"),
    ]
    columns = ALL_COLUMNS

    def rows_now(self) -> list[VersionRow]:
        """Every backup. Unreadable metadata is reported as trouble."""
        store = self._engine_context.backups
        rows = read_all_versions(self._engine_context)
        damaged = [f"{path} cannot be used: {why}." for path, why in store.damaged().items()]
        self.trouble = clean(" ".join(damaged), 1000)
        return rows

    def head(self) -> Sequence[Cell]:
        """The number of backups and sensors, and their size on disk."""
        records = [row.record for row in self._rows]
        sensors = len({record.key for record in records})
        told = f"{count(len(records), 'backup')} of {count(sensors, 'sensor')}"
        return (
            (Span("All backups on this PC", Tone.KEY),),
            cell(f"{told}, {size(sum(record.size for record in records))}", Tone.DIM),
        )

    def compare(self, records: tuple[BackupRecord, ...]) -> None:
        """Answer with what is to be compared."""
        self.dismiss(BackupsAnswer(BackupsAct.COMPARE, records[0].id, records))

    def action_choose(self, act: str) -> None:
        """Answer with the action."""
        row = self.table.selected
        self.dismiss(BackupsAnswer(BackupsAct(act), row.key if row else None))
