"""A dialog with a list to choose from."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.columns import Column, Row
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table

AnswerT = TypeVar("AnswerT")
RowT = TypeVar("RowT", bound=Row)


class Picker(Dialog[AnswerT], Generic[AnswerT, RowT]):
    """Reads the rows in a thread when it opens. Subclasses say what choosing a row answers.

    Args:
        appearance: how the dashboard looks.
        read: reads the rows; may raise ``SicktuiError``.
    """

    DEFAULT_CSS = """
    Picker #box { width: 110; }
    Picker Table { height: 8; background: $surface; }
    """

    scrolls = False
    columns: ClassVar[Sequence[Column[Any]]] = ()
    empty: ClassVar[str] = ""
    """What an empty list shows."""

    def __init__(self, appearance: Appearance, read: Callable[[], Sequence[RowT]]) -> None:
        super().__init__(appearance)
        self._read_rows = read

    def chosen(self, row: RowT) -> None:
        """Act on the chosen row."""
        raise NotImplementedError

    def body(self) -> list[Widget]:
        """The list, and a place for a problem."""
        table: Table[RowT] = Table(
            self.columns, empty=self._empty_text, glyphs=self.appearance.glyphs, id="table"
        )
        return [table, Prose(id="problem")]

    def on_mount(self) -> None:
        """Read the rows."""
        self.introduce()
        self.table.focus()
        self.read_again()

    def introduce(self) -> None:
        """Show what people should know first; nothing, by default."""
        self.show_problem("")

    def read_again(self) -> None:
        """Read the rows (again)."""
        self.start(self._read(), "reading the list")

    @property
    def table(self) -> Table[RowT]:
        """The list."""
        return self.query_one("#table", Table)

    def start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Do something in a worker; what was in progress is stopped."""
        self.run_worker(work, group="work", name=name, exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        rows: Sequence[RowT] = ()
        try:
            rows = await asyncio.to_thread(self._read_rows)
        except SicktuiError as error:
            self.show_error(error)
        self.show_rows(rows)

    def show_rows(self, rows: Sequence[RowT]) -> None:
        """Show the rows."""
        self.table.show(rows)

    def show_error(self, error: SicktuiError) -> None:
        """Show an error and what to do about it."""
        self.show_problem(error.message, error.advice)

    def show_problem(self, text: str, advice: str = "", tone: Tone = Tone.BAD) -> None:
        """Show a sentence below the list."""
        lines = [cell(clean(text, 400), tone)]
        if advice:
            lines.append(cell(clean(advice, 400), Tone.DIM))
        place = self.query_one("#problem", Prose)
        place.show(*lines)
        place.display = bool(text)

    def _empty_text(self) -> list[Cell]:
        return [cell(self.empty, Tone.DIM)]

    @on(Table.Chosen)
    def _choose(self) -> None:
        if (row := self.table.selected) is not None:
            self.chosen(row)

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self.show_problem(f"Error while {message.worker.name}: {message.worker.error!r}")
