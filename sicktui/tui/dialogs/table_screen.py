"""A full screen with a table on top and the facts of the selected row below."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.widget import Widget

from sicktui.tui.dialogs.full_screen import FullScreen
from sicktui.tui.drawing.columns import Column, Row
from sicktui.tui.drawing.hints import Hint
from sicktui.tui.drawing.spans import Cell
from sicktui.tui.widgets.table import Table

AnswerT = TypeVar("AnswerT")
RowT = TypeVar("RowT", bound=Row)


class TableScreen(FullScreen[AnswerT], Generic[AnswerT, RowT]):
    """Subclasses declare the columns, and say what is shown for an empty table and for the selected row."""

    first_hints: ClassVar[Sequence[Hint]] = (("j k", "move"),)
    last_hints: ClassVar[Sequence[Hint]] = (("w", "next part"), ("q", "back"))
    columns: ClassVar[Sequence[Column[Any]]] = ()
    table_title: ClassVar[str] = ""

    def empty_text(self) -> Sequence[Cell]:
        """What an empty table shows."""
        return ()

    def about(self, row: RowT | None) -> Sequence[Cell]:
        """The text below the table."""
        raise NotImplementedError

    def middle(self) -> list[Widget]:
        """The table."""
        glyphs = self.appearance.glyphs
        return [Table(self.columns, self.table_title, empty=self.empty_text, glyphs=glyphs, id="table")]

    @property
    def table(self) -> Table[RowT]:
        """The table."""
        return self.query_one("#table", Table)

    def begin(self) -> None:
        """Focus the table."""
        self.table.focus()

    def paint_text(self) -> None:
        """Show the text for the selected row."""
        self.show_text(self.about(self.table.selected))

    @on(Table.Selected)
    def _selection_moved(self) -> None:
        self.paint_text()
