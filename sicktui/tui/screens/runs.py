"""The list of runs on this PC."""

import asyncio
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from sicktui.engine.context import Context
from sicktui.model.enums import RunState
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.drawing.spans import Cell, Tone, cell
from sicktui.tui.rows.runs import RUN_COLUMNS, RunLine
from sicktui.tui.screens.readers import LATEST, read_run, read_runs
from sicktui.tui.widgets.prose import Prose
from sicktui.tui.widgets.table import Table


class RunAct(StrEnum):
    """What an operator can do with a run."""

    FOLLOW = "follow"
    RESUME = "resume"
    CANCEL = "cancel"


class RunChoice(Struct, frozen=True):
    """A run, and what to do with it."""

    run: str
    act: RunAct = RunAct.FOLLOW


class RunList(Dialog[RunChoice]):
    """Newest first. Enter shows a run in the panel, ``v`` tells everything about it."""

    DEFAULT_CSS = """
    RunList #box { width: 110; height: 80%; }
    RunList #body { height: 1fr; }
    RunList Table { height: 1fr; background: $surface; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "leave", "Back", show=False),
        Binding("r", "resume", "Resume", show=False),
        Binding("c", "cancel", "Cancel", show=False),
        Binding("v", "details", "Details", show=False),
        Binding("m", "more", "More", show=False),
    ]

    title_text = "Runs on this PC"
    scrolls = False
    keys_text = "enter show   v details   c cancel   r resume   m more   q back"

    def __init__(self, appearance: Appearance, context: Context) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._limit = LATEST

    def body(self) -> list[Widget]:
        """The list, and a line for what does not work."""
        table = Table(RUN_COLUMNS, empty=self._nothing, glyphs=self.appearance.glyphs, id="list")
        return [table, Prose(id="problem")]

    def on_mount(self) -> None:
        """Read the journal."""
        self.query_one(Table).focus()
        self._begin()

    def action_more(self) -> None:
        """Read earlier runs too."""
        self._limit *= 4
        self._begin()

    def _begin(self) -> None:
        self.run_worker(self._read(), group="runs", name="read the runs", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        try:
            lines = await asyncio.to_thread(read_runs, self._engine_context, self._limit)
        except SicktuiError as error:
            self._complain(str(error))
            return
        self.query_one(Table).show(lines)

    @on(Worker.StateChanged)
    def _broken(self, message: Worker.StateChanged) -> None:
        if message.state is WorkerState.ERROR:
            self._complain(f"The runs could not be read: {message.worker.error!r}")

    def _complain(self, sentence: str) -> None:
        self.query_one("#problem", Prose).show(cell(clean(sentence, 400), Tone.BAD))

    def _nothing(self) -> list[Cell]:
        return [cell("There was no run on this PC yet.", Tone.DIM)]

    @on(Table.Chosen)
    def _show(self, message: Table.Chosen) -> None:
        self.dismiss(RunChoice(str(message.key)))

    @property
    def _selected(self) -> RunLine | None:
        table: Table[RunLine] = self.query_one(Table)
        return table.selected

    def action_resume(self) -> None:
        """Resume the selected run, if it was interrupted."""
        if (line := self._selected) is None:
            return
        if line.state is RunState.INTERRUPTED:
            self.dismiss(RunChoice(line.run, RunAct.RESUME))
        else:
            self._complain(f"Run {line.run} is {line.state.value}; only an interrupted run can be resumed.")

    def action_cancel(self) -> None:
        """Cancel the selected run, if it is going."""
        if (line := self._selected) is None:
            return
        if line.state is RunState.RUNNING:
            self.dismiss(RunChoice(line.run, RunAct.CANCEL))
        else:
            self._complain(f"Run {line.run} is {line.state.value}; only one that is going can be cancelled.")

    def action_details(self) -> None:
        """Tell everything about the selected run."""
        if (line := self._selected) is not None:
            self.run_worker(
                self._tell(line.run), group="runs", name="read a run", exclusive=True, exit_on_error=False
            )

    async def _tell(self, run: str) -> None:
        glyphs = self.appearance.glyphs
        try:
            lines = await asyncio.to_thread(read_run, self._engine_context, run, glyphs)
        except SicktuiError as error:
            self._complain(str(error))
            return
        self.app.push_screen(Notice(self.appearance, f"Run {clean(run)}", lines))
