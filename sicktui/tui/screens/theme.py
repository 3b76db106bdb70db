"""Chooses the theme: each is shown while the cursor is on it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from textual import on

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.stores.config.settings_file import change_setting
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Tone, cell
from sicktui.tui.themes import LOOKS, NamedTheme
from sicktui.tui.widgets.table import Table

SETTING: Final = ("dashboard", "theme")


class ThemeRow(Struct, frozen=True, kw_only=True):
    """A theme as it is listed."""

    look: NamedTheme

    @property
    def key(self) -> str:
        """Its name."""
        return self.look.name


class ThemePicker(Picker[str, ThemeRow]):
    """The answer is the theme that was kept; it is written to ``config.toml``."""

    title_text = "Which theme?"
    keys_text = "j k try   enter keep   q back"
    columns = (
        Column[ThemeRow](
            id="name", title="Theme", least=12, most=12, cell=lambda r, _g, _w: cell(r.look.name, Tone.KEY)
        ),
        Column[ThemeRow](
            id="about", title="", least=20, most=60, cell=lambda r, _g, _w: cell(r.look.about, Tone.DIM)
        ),
    )

    def __init__(self, appearance: Appearance, context: Context) -> None:
        super().__init__(appearance, lambda: [ThemeRow(look=look) for look in LOOKS])
        self._engine_context = context
        self._before = ""

    def introduce(self) -> None:
        """Begin at the present theme."""
        super().introduce()
        self._before = self.app.theme

    def show_rows(self, rows: Sequence[ThemeRow]) -> None:
        """Show the themes, the present one selected."""
        super().show_rows(rows)
        self.table.select(self._before)

    @on(Table.Selected)
    def _try(self, message: Table.Selected) -> None:
        if isinstance(message.key, str):
            self.app.theme = message.key

    def chosen(self, row: ThemeRow) -> None:
        """Keep the theme."""
        self.start(self._keep(row.look.name), "saving the theme")

    async def _keep(self, name: str) -> None:
        context = self._engine_context
        try:
            await asyncio.to_thread(change_setting, context.home.config_file, SETTING, name)
        except SicktuiError as error:
            self.show_error(error)
        else:
            self.dismiss(name)

    def action_leave(self) -> None:
        """Show the theme of before again."""
        self.app.theme = self._before
        super().action_leave()
