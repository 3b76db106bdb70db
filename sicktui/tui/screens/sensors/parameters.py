"""The parameters of one sensor, as they were last read."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType

from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.parameters.table import (
    PARAMETER_COLUMNS,
    ParameterRow,
    Reading,
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


class ParameterScreen(TableScreen[ParameterRequest, ParameterRow]):
    """In alphabetical order. Reads and writes nothing itself: each action is an answer.

    Args:
        appearance: how the dashboard looks.
        device: the device's name.
        names: the parameters of its family.
        readings: the values that were read, also of other parameters.
        selected: the parameter to begin with.
    """

    DEFAULT_CSS = "ParameterScreen Table { height: 60%; min-height: 5; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "choose('read')", "read"),
        Binding("R", "choose('read all')", "all"),
        Binding("n", "other", "read by name"),
        Binding("slash", "other", "Another one", show=False),
        Binding("e", "choose('set')", "set"),
        Binding("S", "save", "save on the sensor"),
    ]
    columns = PARAMETER_COLUMNS
    table_title = "Parameters"

    def __init__(
        self,
        appearance: Appearance,
        device: str,
        names: Sequence[str],
        readings: Mapping[str, Reading],
        *,
        selected: str = "",
    ) -> None:
        super().__init__(appearance)
        self._device = device
        self._rows = parameter_rows(names, readings)
        self._selected = selected

    def begin(self) -> None:
        """Show what is known."""
        super().begin()
        self.paint()
        self.table.select(self._selected)
        self.paint_text()

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

    def paint(self) -> None:
        """Show what is known now."""
        read = sum(row.reading is not None for row in self._rows)
        self.show_head(
            (Span("Parameters of ", Tone.DIM), Span(clean(self._device, 60), Tone.KEY)),
            cell(
                f"{count(len(self._rows), 'parameter')}, {read} read; values as of the last reading", Tone.DIM
            ),
        )
        self.table.show(self._rows)
        self.paint_text()

    def about(self, row: ParameterRow | None) -> list[Cell]:
        """What is known of a parameter."""
        return about_parameter(row) if row is not None else []
