"""The fleet by family, model and firmware."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.inventory.entries import entries
from sicktui.engine.inventory.overview import FirmwareGroup, overview
from sicktui.model.errors import SicktuiError
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.rows.overview import GROUP_COLUMNS, GroupRow, about_group, totals_line


class OverviewScreen(TableScreen[None, GroupRow]):
    """A row for each model and firmware; below it, the devices of the selected one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "leave", "Back", show=False),
        Binding("R", "again", "read again"),
    ]

    columns = GROUP_COLUMNS
    table_title = "Fleet"

    def __init__(self, appearance: Appearance, context: Context) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._groups: tuple[FirmwareGroup, ...] = ()

    def begin(self) -> None:
        """Read what is known."""
        super().begin()
        self.action_again()

    def action_again(self) -> None:
        """Read it again."""
        self.start(self._read(), "reading the inventory")

    def _grouped(self) -> tuple[FirmwareGroup, ...]:
        return tuple(overview(entries(self._engine_context), self._engine_context.shelf.entries()))

    async def _read(self) -> None:
        self.trouble = ""
        try:
            self._groups = await asyncio.to_thread(self._grouped)
        except SicktuiError as error:
            self.trouble = str(error)
        self.table.show([GroupRow(group=group) for group in self._groups])
        self.paint()

    def paint(self) -> None:
        """Show what is known now."""
        self.show_head(
            totals_line(self._groups, self.appearance.glyphs),
            cell("As last seen. Compared with the newest package of the shelf for each model.", Tone.DIM),
        )
        self.paint_text()

    def about(self, row: GroupRow | None) -> Sequence[Cell]:
        """The selected group."""
        return about_group(row.group) if row is not None else ()
