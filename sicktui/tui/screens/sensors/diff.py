"""What differs between two snapshots, and what could not be compared."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from sicktui.engine.parameters.compare import compare
from sicktui.model.snapshot import Snapshot
from sicktui.model.wording import count
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.rows.parameters.diff import DIFF_COLUMNS, DiffRow, about, conclusions, diff_rows, who


class DiffScreen(TableScreen[None, DiffRow]):
    """The differences in a table; the selected one in full below, and the conclusions."""

    DEFAULT_CSS = "DiffScreen Table { height: 2fr; min-height: 5; }"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "everything", "show what was not compared")]
    columns = DIFF_COLUMNS
    table_title = "Differences"

    def __init__(self, appearance: Appearance, before: Snapshot, after: Snapshot) -> None:
        super().__init__(appearance)
        self._before = before
        self._after = after
        self._drift = compare(before, after)
        self._everything = False

    def begin(self) -> None:
        """Show the comparison."""
        super().begin()
        self.paint()

    def empty_text(self) -> list[Cell]:
        """Nothing differs."""
        return [(), cell(f"  {self.appearance.glyphs.done} No differences in what was compared.", Tone.GOOD)]

    def action_everything(self) -> None:
        """Show or hide what this firmware does not have."""
        self._everything = not self._everything
        self.paint()

    def paint(self) -> None:
        """Show the comparison."""
        self.show_head(
            (Span("Before  ", Tone.DIM), Span(who(self._before), Tone.KEY)),
            (Span("After   ", Tone.DIM), Span(who(self._after), Tone.KEY)),
        )
        self.table.show(diff_rows(self._drift, everything=self._everything))
        number = len(self._drift.differences)
        words = count(number, "difference") if number else "No differences"
        self.table.set_title((Span(words, Tone.WARN if number else Tone.GOOD),))
        self.paint_text()

    def about(self, row: DiffRow | None) -> list[Cell]:
        """A difference in full, and the conclusions."""
        lines = [*about(row), ()] if row is not None else []
        return [*lines, *conclusions(self._drift, self.appearance.glyphs)]
