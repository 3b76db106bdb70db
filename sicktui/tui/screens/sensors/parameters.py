"""The parameters of one sensor, as they were last read."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType

from sicktui.engine.parameters.compare import shown
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.filtered_table import FilteredTable
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.parameters.table import (
    PARAMETER_COLUMNS,
    ParameterReading,
    ParameterRow,
    about_parameter,
    parameter_rows,
)
from sicktui.tui.widgets.table import Table


class ParameterAct(StrEnum):
    """What an operator can do."""

    READ = "read"
    READ_ALL = "read all"
    READ_OTHER = "read other"
    SET = "set"
    SAVE = "save"


class ParameterRequest(Struct, frozen=True):
    """What to do, and with which parameter."""

    act: ParameterAct
    name: str = ""


Rereading = Callable[[], AsyncIterator[int]]
"""Reads again what a write may have changed, into the readings; yields how many are left after each."""


class ParameterScreen(FilteredTable[ParameterRequest, ParameterRow]):
    """What was read is on top, in alphabetical order.

    Each action is an answer; only what a write may have changed is read here.

    Args:
        appearance: how the dashboard looks.
        device: the device's name.
        names: the parameters of its family.
        readings: the values that were read, also of other parameters.
        selected: the parameter to begin with.
        reread: reads again what a write may have changed; ``None``: nothing has been written.
    """

    DEFAULT_CSS = "ParameterScreen Table { height: 60%; min-height: 5; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "choose('read')", "read"),
        Binding("R", "choose('read all')", "all"),
        Binding("n", "other", "read by name"),
        Binding("e", "choose('set')", "set"),
        Binding("S", "save", "save on the sensor"),
    ]
    columns = PARAMETER_COLUMNS
    table_title = "Parameters"
    filter_hint = "words in the names or values"

    def empty_text(self) -> list[Cell]:
        """Nothing has the words."""
        return [cell("  No parameter has these words.", Tone.DIM)]

    def __init__(
        self,
        appearance: Appearance,
        device: str,
        names: Sequence[str],
        readings: Mapping[str, ParameterReading],
        *,
        selected: str = "",
        reread: Rereading | None = None,
    ) -> None:
        super().__init__(appearance)
        self._device = device
        self._names = names
        self._readings = readings
        self._selected = selected
        self._reread = reread
        self._left = 0

    def begin(self) -> None:
        """Show what is known."""
        super().begin()
        self.paint()
        self.table.select(self._selected)
        self.paint_text()
        if self._reread is not None:
            self.start(self._read_again(self._reread), "reading again")

    async def _read_again(self, reread: Rereading) -> None:
        try:
            async for left in reread():
                self._left = left
                self.paint()
        except SicktuiError as error:
            self.trouble, self._left = f"The values could not be read again: {error}", 0
            self.paint()

    def action_choose(self, act: str) -> None:
        """Answer with an action on the selected parameter."""
        if (row := self.table.selected) is not None:
            self.dismiss(ParameterRequest(ParameterAct(act), row.name))

    def action_other(self) -> None:
        """Read a parameter that is not in the list."""
        self.dismiss(ParameterRequest(ParameterAct.READ_OTHER))

    def action_save(self) -> None:
        """Save the parameters on the sensor."""
        self.dismiss(ParameterRequest(ParameterAct.SAVE))

    @on(Table.Chosen)
    def _chosen(self) -> None:
        self.action_choose(ParameterAct.SET)

    def words_of(self, row: ParameterRow) -> str:
        """The name and the value."""
        value = shown(row.reading.value) if row.reading is not None and not row.reading.problem else ""
        return f"{row.name} {clean(value)}"

    def paint(self) -> None:
        """Show what is known now."""
        rows = parameter_rows(self._names, self._readings)
        read = sum(row.reading is not None for row in rows)
        words = f"{count(len(rows), 'parameter')}, {read} read; values as of the last reading"
        again = f"reading again after the write: {count(self._left, 'parameter')} left"
        self.show_head(
            (Span("Parameters of ", Tone.DIM), Span(clean(self._device, 60), Tone.KEY)),
            cell(again, Tone.BUSY) if self._left else cell(words, Tone.DIM),
        )
        shown_rows = self.fitting(rows)
        self.table.show(shown_rows)
        number = f"{len(shown_rows)} of {len(rows)}" if self.wanted else str(len(rows))
        self.table.set_title((Span("Parameters "), Span(number, Tone.DIM)))
        self.paint_text()

    def about(self, row: ParameterRow | None) -> list[Cell]:
        """What is known of a parameter."""
        return about_parameter(row) if row is not None else []
