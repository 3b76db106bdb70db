"""Chooses the backup that is restored: from those that are kept, or by the path of a file."""

import asyncio
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.backups import VERSION_COLUMNS, VersionRow
from sicktui.tui.screens.readers import read_versions
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table

# Nothing is verified here: what is chosen is hashed by the plan.
_COLUMNS: Final = tuple(column for column in VERSION_COLUMNS if column.id != "check")


class VersionPicker(Dialog[str]):
    """The answer is the id of a backup, or the path of a file as it was typed."""

    DEFAULT_CSS = """
    VersionPicker #box { width: 110; }
    VersionPicker Table { height: 8; background: $surface; }
    VersionPicker Input { margin-top: 1; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "path", "Type a path", show=False)]

    keys_text = "j k move   enter choose   tab or / type a path   q back"
    scrolls = False

    def __init__(self, appearance: Appearance, context: Context, device: str, key: str | None) -> None:
        super().__init__(appearance)
        self.title_text = f"Which backup for {clean(device, 40)}?"
        self._engine_context = context
        self._device = device
        self._key = key

    def body(self) -> list[Widget]:
        """The backups, and a line for a path."""
        return [
            Table(_COLUMNS, empty=self._nothing, glyphs=self.appearance.glyphs, id="versions"),
            Input(placeholder="or the path of a backup file", id="path"),
            Prose(id="problem"),
        ]

    def on_mount(self) -> None:
        """Read what is kept."""
        self.run_worker(self._read(), group="versions", name="read the backups", exit_on_error=False)

    def _nothing(self) -> list[Cell]:
        return [cell("No backup of this sensor is kept. Type the path of a file below.", Tone.DIM)]

    async def _read(self) -> None:
        table: Table[VersionRow] = self.query_one(Table)
        try:
            rows = await asyncio.to_thread(read_versions, self._engine_context, self._device, self._key)
        except SicktuiError as error:
            rows = []
            lines: list[Cell] = [cell(clean(error.message, 400), Tone.BAD)]
            self.query_one("#problem", Prose).show(*lines, (Span(clean(error.advice, 400), Tone.DIM),))
        table.show(rows)
        table.styles.height = max(3, min(12, len(rows) + 1))
        # On an empty list keys would be lost: then there is only the path.
        table.can_focus = bool(rows)
        (table if rows else self.query_one("#path")).focus()

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            words = f"The backups could not be read: {message.worker.error!r}"
            self.query_one("#problem", Prose).show(cell(clean(words, 400), Tone.BAD))

    @on(Table.Chosen)
    def _choose(self, message: Table.Chosen) -> None:
        self.dismiss(str(message.key))

    def action_path(self) -> None:
        """Let a path be typed."""
        self.query_one("#path").focus()

    @on(Input.Submitted)
    def _take_path(self, message: Input.Submitted) -> None:
        text = message.value.strip().strip("\"'")
        if text:
            self.dismiss(text)
        else:
            self.query_one(Table).focus()
