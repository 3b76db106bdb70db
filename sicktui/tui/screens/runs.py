"""The list of runs on this PC."""

import asyncio
from enum import StrEnum
from typing import ClassVar, Final

from msgspec import Struct
from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.model.enums import RunState
from sicktui.model.errors import SicktuiError
from sicktui.model.safe_text import clean
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.rows.runs import RUN_COLUMNS, RunLine
from sicktui.tui.screens.readers import LATEST, read_run, read_runs, read_states

LOOK_EVERY: Final = 1.0
"""Seconds between two checks whether a run has begun or ended."""


class RunAct(StrEnum):
    """What an operator can do with a run."""

    FOLLOW = "follow"
    RESUME = "resume"
    CANCEL = "cancel"


class RunChoice(Struct, frozen=True):
    """A run, and what to do with it."""

    run: str
    act: RunAct = RunAct.FOLLOW


class RunList(Picker[RunChoice, RunLine]):
    """Newest first, and kept current. Enter shows a run in the panel, ``v`` shows everything about it."""

    DEFAULT_CSS = """
    RunList #box { height: 80%; }
    RunList #body { height: 1fr; }
    RunList Table { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "leave", "Back", show=False),
        Binding("r", "resume", "Resume", show=False),
        Binding("c", "cancel", "Cancel", show=False),
        Binding("v", "details", "Details", show=False),
        Binding("m", "more", "More", show=False),
    ]

    title_text = "Runs on this PC"
    keys_text = "enter show   v details   c cancel   r resume   m more   q back"
    columns = RUN_COLUMNS
    empty = "No runs on this PC yet."

    def __init__(self, appearance: Appearance, context: Context) -> None:
        super().__init__(appearance, lambda: read_runs(context, self._limit))
        self._engine_context = context
        self._limit = LATEST

    def on_mount(self) -> None:
        """Keep the list current."""
        self.run_worker(self._keep_current(), group="current", name="reading the runs", exit_on_error=False)

    async def _keep_current(self) -> None:
        # Compared by state, not by the journal's version: a runner that dies writes nothing.
        while True:
            await self._engine_context.clock.sleep(LOOK_EVERY)
            try:
                now = await asyncio.to_thread(read_states, self._engine_context, self._limit)
            except SicktuiError as error:
                self.show_error(error)
                continue
            if now != [(row.run, row.state) for row in self.table.rows]:
                await self._read()

    def action_more(self) -> None:
        """Read earlier runs too."""
        self._limit *= 4
        self.read_again()

    def chosen(self, row: RunLine) -> None:
        """Show the run."""
        self.dismiss(RunChoice(row.run))

    def action_resume(self) -> None:
        """Resume the selected run, if it was interrupted."""
        self._act(RunAct.RESUME, RunState.INTERRUPTED, "only an interrupted run can be resumed")

    def action_cancel(self) -> None:
        """Cancel the selected run, if it is running."""
        self._act(RunAct.CANCEL, RunState.RUNNING, "only a running run can be cancelled")

    def _act(self, act: RunAct, state: RunState, rule: str) -> None:
        if (row := self.table.selected) is None:
            return
        if row.state is state:
            self.dismiss(RunChoice(row.run, act))
        else:
            self.show_problem(f"Run {row.run} is {row.state.value}; {rule}.")

    def action_details(self) -> None:
        """Show everything about the selected run."""
        if (row := self.table.selected) is not None:
            self.start(self._show_details(row.run), "reading the run")

    async def _show_details(self, run: str) -> None:
        try:
            lines = await asyncio.to_thread(read_run, self._engine_context, run, self.appearance.glyphs)
        except SicktuiError as error:
            self.show_error(error)
            return
        self.app.push_screen(Notice(self.appearance, f"Run {clean(run)}", lines))
