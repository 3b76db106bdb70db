"""Chooses the columns of the list, and which of them go first where there is no room."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import structs
from textual.binding import Binding, BindingType

from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.drawing.spans import Tone
from sicktui.tui.rows.fleet.choice import (
    BY_DEFAULT,
    CHOICE_COLUMNS,
    ColumnRow,
    column_rows,
    known_columns,
    with_unseen,
)


class ColumnPicker(Picker[tuple[str, ...], ColumnRow]):
    """The answer is the chosen columns, the most important first; empty for all in their own order.

    Args:
        appearance: how the dashboard looks.
        chosen: the columns beside the name; empty: all of them.
        with_pc: whether there is a fleet, and with it the column of the PC.
    """

    DEFAULT_CSS = """
    ColumnPicker #box { width: 78; }
    ColumnPicker Table { height: 14; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", "on or off", show=False),
        Binding("plus", "move(-1)", "more important", show=False),
        Binding("minus", "move(1)", "less important", show=False),
        Binding("x", "default", "all in their own order", show=False),
    ]
    title_text = "Which columns of the list?"
    keys_text = "space on, off   + - more, less important   x all, in their own order   enter keep   q back"
    columns = CHOICE_COLUMNS

    def __init__(self, appearance: Appearance, chosen: Sequence[str], *, with_pc: bool) -> None:
        super().__init__(appearance, lambda: column_rows(chosen, with_pc=with_pc))
        self._before = chosen
        self._with_pc = with_pc

    def introduce(self) -> None:
        """Say what the order means."""
        self.show_problem(
            "Where there is no room, the last column goes first. The name stays.", tone=Tone.PLAIN
        )

    def action_switch(self) -> None:
        """Show the selected column, or do not."""
        rows, place = list(self.table.rows), self.table.cursor
        if place is not None:
            rows[place] = structs.replace(rows[place], is_shown=not rows[place].is_shown)
            self.table.show(rows)

    def action_move(self, direction: int) -> None:
        """Make the selected column more important (-1) or less (1)."""
        rows, place = list(self.table.rows), self.table.cursor
        if place is not None and 0 <= place + direction < len(rows):
            rows.insert(place + direction, rows.pop(place))
            self.table.show(rows)

    def action_default(self) -> None:
        """All columns, in their own order."""
        self._before = BY_DEFAULT
        self.table.show(column_rows(BY_DEFAULT, with_pc=self._with_pc))

    def chosen(self, row: ColumnRow) -> None:
        """Answer with the columns that are on."""
        kept = [row.key for row in self.table.rows if row.is_shown]
        if kept:
            self.dismiss(known_columns(kept if self._with_pc else with_unseen(kept, self._before)))
        else:
            self.show_problem("No column is on.", "Press space on those to show, or x for all.")
