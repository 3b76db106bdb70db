"""Shows every setting and where its value comes from, and changes it in ``config.toml``."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.stores.config.settings_file import (
    Origin,
    SettingRow,
    change_setting,
    parse_value,
    read_rows,
    shown,
)
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import ExactField, FormValues
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.settings import SETTING_COLUMNS, about_setting, when_used
from sicktui.tui.widgets.table import Table


class SettingsScreen(TableScreen[None, SettingRow]):
    """The settings, those of a changed file as soon as it is read again.

    Args:
        appearance: how the dashboard looks.
        context: the engine's context.
        changed: called with the keys of a setting after it was written and read again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "default", "to its default"),
        Binding("R", "again", "read the file again"),
    ]
    first_hints = (("j k", "move"), ("enter", "change"))
    columns = SETTING_COLUMNS
    table_title = "Settings"

    def __init__(
        self, appearance: Appearance, context: Context, changed: Callable[[tuple[str, ...]], object]
    ) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._changed = changed
        self._rows: Sequence[SettingRow] = ()

    def begin(self) -> None:
        """Read the settings."""
        super().begin()
        self.action_again()

    def action_again(self) -> None:
        """Read the file again, and use its values."""
        self.start(self._read(), "reading the settings")

    async def _read(self, changed: tuple[str, ...] = ()) -> None:
        context = self._engine_context

        def work() -> list[SettingRow]:
            rows = read_rows(context.home.config_file, context.overrides)
            context.reload_settings()
            return rows

        try:
            self._rows, self.trouble = await asyncio.to_thread(work), ""
        except SicktuiError as error:
            self.trouble = f"{error} The settings of before stay in use."
        else:
            self._changed(changed)
        self.paint()

    def paint(self) -> None:
        """Show what is known now."""
        others = [row for row in self._rows if row.origin is not Origin.DEFAULT]
        changed = f"{count(len(others), 'value')} not the default" if others else "every value is the default"
        path = clean(str(self._engine_context.home.config_file), 300)
        self.show_head(
            (Span("Settings", Tone.KEY), Span(f"  {changed}", Tone.DIM)),
            cell(path, Tone.DIM),
        )
        self.table.show(self._rows)
        self.paint_text()

    def about(self, row: SettingRow | None) -> Sequence[Cell]:
        """Everything about the selected setting."""
        return about_setting(row) if row else ()

    @on(Table.Chosen)
    def _change(self) -> None:
        if row := self.table.selected:
            self.start(self._ask(row), "changing a setting")

    async def _ask(self, row: SettingRow) -> None:
        if row.choices:
            text = await self.app.push_screen_wait(ChoicePicker(self.appearance, row))
        else:
            values = await self.app.push_screen_wait(_form(self.appearance, row))
            text = None if values is None else values["value"]
        if text is not None:
            await self._write(row, parse_value(row, text))

    def action_default(self) -> None:
        """Take the selected setting out of the file."""
        if (row := self.table.selected) and row.origin is not Origin.DEFAULT:
            self.start(self._write(row, None), "changing a setting")

    async def _write(self, row: SettingRow, value: object | None) -> None:
        try:
            await asyncio.to_thread(change_setting, self._engine_context.home.config_file, row.keys, value)
        except SicktuiError as error:
            self.trouble = str(error)
            self.paint()
        else:
            await self._read(row.keys)


def _form(appearance: Appearance, row: SettingRow) -> ValuesForm:
    def check(values: FormValues) -> str:
        try:
            parse_value(row, values["value"])
        except SicktuiError as error:
            return error.message
        return ""

    lines = [
        cell(row.about or "No description.", Tone.DIM),
        (Span("allowed: ", Tone.DIM), Span(row.allowed)),
        (Span("default: ", Tone.DIM), Span(clean(shown(row.default), 200))),
        (Span("takes effect: ", Tone.DIM), Span(when_used(row.keys))),
    ]
    field = ExactField(name="value", label="Value", value=row.shown)
    return ValuesForm(appearance, row.name, lines, [field], check=check, submit="save")


class ChoiceRow(Struct, frozen=True, kw_only=True):
    """One of the values that a setting may have."""

    key: str
    is_default: bool


class ChoicePicker(Picker[str, ChoiceRow]):
    """Chooses one of the values of a setting."""

    keys_text = "j k move   enter save   q back"
    columns = (
        Column[ChoiceRow](
            id="value", title="Value", least=14, most=30, cell=lambda r, _g, _w: cell(r.key, Tone.KEY)
        ),
        Column[ChoiceRow](
            id="default",
            title="",
            least=7,
            most=7,
            cell=lambda r, _g, _w: cell("default" if r.is_default else "", Tone.DIM),
        ),
    )

    def __init__(self, appearance: Appearance, row: SettingRow) -> None:
        default = shown(row.default)
        rows = [ChoiceRow(key=value, is_default=value == default) for value in row.choices]
        super().__init__(appearance, lambda: rows)
        self.title_text = row.name
        self._row = row

    def introduce(self) -> None:
        """Say what the setting is."""
        self.show_problem(self._row.about, f"Takes effect {when_used(self._row.keys)}.", tone=Tone.PLAIN)

    def show_rows(self, rows: Sequence[ChoiceRow]) -> None:
        """Show the values, the present one selected."""
        super().show_rows(rows)
        self.table.select(self._row.shown)

    def chosen(self, row: ChoiceRow) -> None:
        """Answer with the value."""
        self.dismiss(row.key)
