"""A table screen whose rows are filtered with ``/``."""

from collections.abc import Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from sicktui.tui.dialogs.table_screen import TableScreen
from sicktui.tui.drawing.columns import Row
from sicktui.tui.drawing.hints import Hint

AnswerT = TypeVar("AnswerT")
RowT = TypeVar("RowT", bound=Row)

_KEYS_OF_LINE: Final[Sequence[Hint]] = (("enter", "keep"), ("esc", "show all"))


class FilteredTable(TableScreen[AnswerT, RowT], Generic[AnswerT, RowT]):
    """``/`` asks for words, and only the rows that have all of them are shown; enter goes back to the table.

    Leaving clears the filter first. Subclasses say what the words are looked for in, and show ``fitting``
    rows when they paint.
    """

    DEFAULT_CSS = "FilteredTable #filter { display: none; background: $panel; }"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "filter", "filter", key_display="/")]

    filter_hint: ClassVar[str] = "words to look for"

    def words_of(self, row: RowT) -> str:
        """The text that the words are looked for in."""
        raise NotImplementedError

    def fitting(self, rows: Sequence[RowT]) -> list[RowT]:
        """The rows that have all the words."""
        words = self.wanted.lower().split()
        return [row for row in rows if all(word in self.words_of(row).lower() for word in words)]

    @property
    def wanted(self) -> str:
        """The words; empty without a filter."""
        return self._box.value.strip()

    def keys_now(self) -> Sequence[Hint]:
        """In the line for the words every letter is typed."""
        return _KEYS_OF_LINE if self._box.has_focus else super().keys_now()

    @on(events.DescendantFocus)
    def _keys_here(self) -> None:
        self.show_keys()

    @property
    def _box(self) -> Input:
        return self.query_one("#filter", Input)

    def middle(self) -> list[Widget]:
        """The line for the words, and the table."""
        return [Input(id="filter", placeholder=self.filter_hint), *super().middle()]

    def action_filter(self) -> None:
        """Ask for words."""
        self._box.display = True
        self._box.focus()

    @on(Input.Changed, "#filter")
    def _filter(self) -> None:
        self.paint()

    @on(Input.Submitted, "#filter")
    def _back_to_table(self) -> None:
        self._box.display = bool(self.wanted)
        self.table.focus()

    def action_leave(self) -> None:
        """Clear the filter, then leave."""
        if not self._box.display:
            super().action_leave()
            return
        self._box.value = ""
        self._box.display = False
        self.table.focus()
        self.paint()
