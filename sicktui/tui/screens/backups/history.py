"""The backups of one device: verify, export, restore and compare them."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType

from sicktui.engine.backup.marks import Mark, SensorHistory
from sicktui.engine.context import Context
from sicktui.model.safe_text import clean
from sicktui.stores.backups.store import BackupRecord
from sicktui.tui.appearance import Appearance
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.backups.marks import mark_words, wants_attention, worst
from sicktui.tui.rows.backups.table import VersionRow
from sicktui.tui.screens.backups.backup_list import BackupList
from sicktui.tui.screens.readers import read_versions
from sicktui.tui.widgets.table import Table


class HistoryAnswer(Struct, frozen=True, kw_only=True):
    """What to do with a backup."""

    record: BackupRecord
    compare: tuple[BackupRecord, ...] = ()
    """Compare these two, or this one with the sensor now; otherwise restore it."""


class HistoryScreen(BackupList[HistoryAnswer]):
    """Adds restore and compare to the list; the flow that shows this screen carries them out.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
        device: the device's name.
        key: what its sensor's backups are stored under, if that is known.
        kept: its marks, if they are known.
        selected: the backup to begin with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,enter", "restore", "restore"),
    ]

    def __init__(
        self,
        appearance: Appearance,
        context: Context,
        device: str,
        key: str | None,
        *,
        kept: SensorHistory | None = None,
        selected: str | None = None,
    ) -> None:
        super().__init__(appearance, context, selected=selected)
        self._device = device
        self._key = key
        self._kept = kept

    def rows_now(self) -> list[VersionRow]:
        """The versions of this sensor, and of those that had its name before it."""
        return read_versions(self._engine_context, self._device, self._key)

    def nothing_words(self) -> str:
        """How to get a backup, if the sensor supports it."""
        if self._kept is not None and worst(self._kept) is Mark.NOT_OFFERED:
            return "This sensor does not support backups: its API has no call for it."
        key = self.appearance.keys.of("backup")
        return f"No backup of this sensor on this PC. Press {key} in the list to take one."

    def head(self) -> Sequence[Cell]:
        """The device and the state of its backups."""
        return (
            (Span("Backups of ", Tone.DIM), Span(clean(self._device, 60), Tone.KEY)),
            self._about_sensor(),
        )

    def _about_sensor(self) -> Cell:
        sensor = f"serial number {clean(self._key)}" if self._key else "serial number unknown"
        if self._kept is None:
            return cell(sensor, Tone.DIM)
        old_after = self._engine_context.settings.backups.old_after
        tone = Tone.WARN if wants_attention(self._kept) else Tone.GOOD
        gap = Span(f" {self.appearance.glyphs.dot} ", Tone.DIM)
        return (Span(sensor, Tone.DIM), gap, Span(mark_words(self._kept, old_after), tone))

    def action_restore(self) -> None:
        """Restore the selected backup."""
        if (row := self.table.selected) is not None:
            self.dismiss(HistoryAnswer(record=row.record))

    def compare(self, records: tuple[BackupRecord, ...]) -> None:
        """Answer with what is to be compared."""
        self.dismiss(HistoryAnswer(record=records[0], compare=records))

    @on(Table.Chosen)
    def _chosen(self) -> None:
        self.action_restore()
