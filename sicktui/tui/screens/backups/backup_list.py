"""The base of the screens that list backups: of one sensor, or of all."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, Generic, TypeVar

from msgspec import structs
from textual.binding import Binding, BindingType

from sicktui.engine.backup.history import verify
from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.backups.export import export
from sicktui.stores.backups.store import BackupRecord
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.save_as import save_as
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.backups.table import VERSION_COLUMNS, BackupCheck, VersionRow, about

AnswerT = TypeVar("AnswerT")
_PAIR: Final = 2


class BackupList(TableScreen[AnswerT, VersionRow], Generic[AnswerT]):
    """Newest first. Below are the facts of the selected backup and what its verification found.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
        selected: the backup to begin with.
    """

    DEFAULT_CSS = "BackupList Table { height: 45%; min-height: 5; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify(False)", "verify"),
        Binding("V", "verify(True)", "all"),
        Binding("x", "export", "export"),
        Binding("d", "compare", "diff"),
        Binding("space", "mark", "mark two"),
        Binding("R", "again", "Read again", show=False),
    ]

    columns = VERSION_COLUMNS
    table_title = "Versions"

    def __init__(self, appearance: Appearance, context: Context, *, selected: str | None = None) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._selected = selected
        self._rows: list[VersionRow] = []
        self._read = False
        self._marked: list[str] = []

    # -- what subclasses define -----------------------------------------------------------------

    def rows_now(self) -> list[VersionRow]:
        """The stored backups. Reads the disk: called in a thread.

        Raises:
            SicktuiError: they cannot be read.
        """
        raise NotImplementedError

    def compare(self, records: tuple[BackupRecord, ...]) -> None:
        """Compare two backups, or one with its sensor now."""
        raise NotImplementedError

    def nothing_words(self) -> str:
        """The text of an empty table."""
        return "No backups on this PC yet."

    def head(self) -> Sequence[Cell]:
        """The two lines on top."""
        return ()

    # -- the table ------------------------------------------------------------------------------

    def begin(self) -> None:
        """Read the backups."""
        super().begin()
        self.action_again()

    def action_again(self) -> None:
        """Read the backups (again)."""
        self.paint()
        self.start(self._read_all(), "reading the backups")

    async def _read_all(self) -> None:
        self.trouble = ""
        try:
            self._rows = await asyncio.to_thread(self.rows_now)
        except SicktuiError as error:
            self.trouble = str(error)
        self._read = True
        self.paint()
        self.table.select(self._selected)
        self.paint_text()

    def empty_text(self) -> list[Cell]:
        """Why there is nothing, once that is known."""
        return [(), cell(f"  {self.nothing_words() if self._read else 'reading...'}", Tone.DIM)]

    # -- compare ------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark or unmark the selected backup; a third mark replaces the first."""
        if (row := self.table.selected) is None:
            return
        if row.key in self._marked:
            self._marked.remove(row.key)
        else:
            self._marked = [*self._marked, row.key][-_PAIR:]
        self._rows = [structs.replace(each, marked=each.key in self._marked) for each in self._rows]
        self.table.show(self._rows)
        self.table.action_down()

    def action_compare(self) -> None:
        """Compare the two marked backups, or the selected one with the sensor now."""
        marked = [row.record for row in self._rows if row.marked]
        selected = [row.record for row in [self.table.selected] if row is not None]
        records = tuple(marked if len(marked) == _PAIR else selected)
        if any(record.snapshot is None for record in records):
            text = "No readable parameters were stored with this backup, so it cannot be compared."
            self.notify(text, severity="warning", markup=False)
        elif records:
            self.compare(records)

    # -- verify -------------------------------------------------------------------------------

    def action_verify(self, everything: bool) -> None:
        """Verify the selected backup, or all of them."""
        row = self.table.selected
        if row is not None:
            self.start(self._verify(self._rows if everything else [row]), "verifying")

    async def _verify(self, rows: Sequence[VersionRow]) -> None:
        for place, row in enumerate(list(rows), start=1):
            self.show_text([cell(f"Verifying {place} of {len(rows)}...", Tone.BUSY)])
            [found] = await asyncio.to_thread(_look, self._engine_context, row.record)
            self._rows = [
                structs.replace(each, verdict=found) if each.key == row.key else each for each in self._rows
            ]
            self.table.show(self._rows)
        self.paint()

    # -- export -------------------------------------------------------------------------------

    def action_export(self) -> None:
        """Write a copy of the selected backup, and its metadata beside it."""
        row = self.table.selected
        if row is not None:
            self.start(self._export(row.record), "exporting")

    async def _export(self, record: BackupRecord) -> None:
        context = self._engine_context

        def write(path: Path) -> str:
            beside = export(context.backups, context.snapshots, record, path)
            return f"Written: {path}, and {beside.name} beside it."

        lines: list[Cell] = [
            (Span("Writes a copy of "), Span(clean(record.id), Tone.KEY)),
            cell("and its metadata (.json) beside it."),
        ]
        name = f"{record.id}.backup"
        ask = self.app.push_screen_wait
        written = await save_as(
            ask, self.appearance, "Export the backup", lines, write, proposed=f"~/{name}", file_name=name
        )
        if written is not None:
            self.notify(clean(written, 400), markup=False)

    # -- what is shown ------------------------------------------------------------------------

    def paint(self) -> None:
        """Show what is known now."""
        glyphs = self.appearance.glyphs
        self.show_head(*self.head())
        self.table.show(self._rows)
        damaged = sum(row.verdict is not None and bool(row.verdict.problem) for row in self._rows)
        title: Cell = (Span("Versions "), Span(str(len(self._rows)), Tone.DIM))
        if damaged:
            title += (Span(f" {glyphs.dot} {count(damaged, 'damaged one')}", Tone.BAD),)
        self.table.set_title(title)
        self.paint_text()

    def about(self, row: VersionRow | None) -> list[Cell]:
        """The facts of a backup."""
        return about(row, self.appearance.glyphs) if row is not None else []


def _look(context: Context, record: BackupRecord) -> list[BackupCheck]:
    return [
        BackupCheck(problem=found.problem, opens=found.opens)
        for found in verify(context, [record], passphrases=True)
    ]
