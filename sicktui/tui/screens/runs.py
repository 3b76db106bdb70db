"""The list of runs on this PC."""

import asyncio
from enum import StrEnum
from typing import ClassVar, Final

from msgspec import Struct
from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.reports.document import read_facts
from sicktui.model.enums import RunState
from sicktui.model.errors import SicktuiError
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.picker import Picker
from sicktui.tui.drawing.spans import Tone
from sicktui.tui.rows.rollouts.rollout import run_lines
from sicktui.tui.rows.runs import RUN_COLUMNS, RunLine
from sicktui.tui.screens.readers import LATEST, read_runs, read_states
from sicktui.tui.screens.run.report import save_report, save_rollout_report
from sicktui.tui.screens.run.timeline import TimelineScreen
from sicktui.tui.screens.run.verdicts import AfterRun, VerdictScreen
from sicktui.tui.state.elsewhere import Elsewhere

LOOK_EVERY: Final = 1.0
"""Seconds between two checks whether a run has begun or ended."""


class RunAct(StrEnum):
    """What an operator can do with a run."""

    FOLLOW = "follow"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"
    PRUNE = "prune"
    ROLLOUT = "rollout"
    APPROVE = "approve"
    CANCEL_ROLLOUT = "cancel rollout"


_ACTS: Final = {AfterRun.RETRY: RunAct.RETRY, AfterRun.RESUME: RunAct.RESUME}
"""What is wanted after a look at the verdicts."""


class RunChoice(Struct, frozen=True):
    """A run, and what to do with it."""

    run: str
    act: RunAct = RunAct.FOLLOW


class RunList(Picker[RunChoice, RunLine]):
    """Newest first, and kept current. Enter shows a run in the panel, ``v`` how it ended."""

    DEFAULT_CSS = """
    RunList #box { height: 80%; }
    RunList #body { height: 1fr; }
    RunList Table { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Resume or retry", show=False),
        Binding("c", "cancel", "Cancel", show=False),
        Binding("v", "verdicts", "Verdicts", show=False),
        Binding("t", "timeline", "Timeline", show=False),
        Binding("w", "write", "Write a report", show=False),
        Binding("m", "more", "More", show=False),
        Binding("p", "prune", "Prune", show=False),
        Binding("semicolon", "approve", "Approve", show=False),
    ]

    title_text = "Runs on this PC"
    keys_text = (
        "enter show   v verdicts   t timeline   w report   r resume or retry   c cancel   m more   p prune   "
        "q back"
    )
    columns = RUN_COLUMNS
    empty = "No runs on this PC yet."

    def __init__(self, appearance: Appearance, context: Context, elsewhere: Elsewhere) -> None:
        super().__init__(appearance, self._rows)
        self._engine_context = context
        self._limit = LATEST
        self._elsewhere = elsewhere
        self._listed = elsewhere.rollouts
        if elsewhere.desk is not None:
            self.title_text = "Runs on this PC, and rollouts of the fleet"
            self.keys_text = self.keys_text.replace("m more", "; approve   m more")

    def on_mount(self) -> None:
        """Keep the list current."""
        self.run_worker(self._keep_current(), group="current", name="reading the runs", exit_on_error=False)

    def _rows(self) -> list[RunLine]:
        self._listed = self._elsewhere.rollouts
        return run_lines(self._listed, read_runs(self._engine_context, self._limit))

    async def _keep_current(self) -> None:
        # Compared by state, not by the journal's version: a runner that dies writes nothing.
        while True:
            await self._engine_context.clock.sleep(LOOK_EVERY)
            try:
                now = await asyncio.to_thread(read_states, self._engine_context, self._limit)
            except SicktuiError as error:
                self.show_error(error)
                continue
            shown = [(row.run, row.state) for row in self.table.rows if not row.rollout]
            if now != shown or self._listed != self._elsewhere.rollouts:
                await self._read()

    def action_prune(self) -> None:
        """Shorten old runs, to make room."""
        self.dismiss(RunChoice("", RunAct.PRUNE))

    def action_more(self) -> None:
        """Read earlier runs too."""
        self._limit *= 4
        self.read_again()

    def chosen(self, row: RunLine) -> None:
        """Show the run, or the rollout."""
        self.dismiss(RunChoice(row.run, RunAct.ROLLOUT if row.rollout else RunAct.FOLLOW))

    def action_again(self) -> None:
        """Resume an interrupted run; retry what failed in one that is over."""
        if (row := self.table.selected) is None:
            return
        match row.state:
            case _ if row.rollout:
                self.show_problem("A rollout is not retried.", "Mark its devices, and order another.")
            case RunState.INTERRUPTED:
                self.dismiss(RunChoice(row.run, RunAct.RESUME))
            case RunState.RUNNING:
                self.show_problem(f"Run {row.run} is running; press c to cancel it.")
            case _:
                self.dismiss(RunChoice(row.run, RunAct.RETRY))

    def action_cancel(self) -> None:
        """Cancel the selected run, if it is running."""
        if (row := self.table.selected) is None:
            return
        if row.state is RunState.RUNNING:
            self.dismiss(RunChoice(row.run, RunAct.CANCEL_ROLLOUT if row.rollout else RunAct.CANCEL))
        else:
            self.show_problem(f"Run {row.run} is {row.state.value}; only a running run can be cancelled.")

    def action_approve(self) -> None:
        """Approve the selected rollout."""
        if (row := self.table.selected) is None:
            return
        if row.run in self._elsewhere.unapproved:
            self.dismiss(RunChoice(row.run, RunAct.APPROVE))
        else:
            self.show_problem(f"{row.run} does not wait for approval.")

    def action_verdicts(self) -> None:
        """Show how the selected run ended."""
        if (row := self.table.selected) is None:
            return
        run = row.run
        if row.rollout:
            self.chosen(row)
            return

        def then(wanted: AfterRun | None) -> None:
            if wanted is not None:
                self.dismiss(RunChoice(run, _ACTS[wanted]))

        self.app.push_screen(VerdictScreen(self.appearance, self._engine_context, run), then)

    def action_timeline(self) -> None:
        """Show who did what when in the selected run."""
        if (row := self.table.selected) is not None and row.rollout:
            self.show_problem("A rollout has no timeline; each run of it has one, on its PC.")
        elif row is not None:
            self.app.push_screen(TimelineScreen(self.appearance, self._engine_context, row.run))

    def action_write(self) -> None:
        """Write the report of the selected run."""
        if (row := self.table.selected) is not None:
            write = self._write_rollout if row.rollout else self._write
            self.start(write(row.run), "writing the report")

    async def _write(self, run: str) -> None:
        try:
            facts = await asyncio.to_thread(read_facts, self._engine_context, run)
        except SicktuiError as error:
            self.show_error(error)
            return
        if words := await save_report(self.app, self.appearance, facts):
            self.show_problem(words, tone=Tone.GOOD)

    async def _write_rollout(self, rollout: str) -> None:
        if (desk := self._elsewhere.desk) is None:
            return
        try:
            record = await desk.ask(lambda found: found.record(rollout))
        except SicktuiError as error:
            self.show_error(error)
            return
        if words := await save_rollout_report(self.app, self.appearance, record):
            self.show_problem(words, tone=Tone.GOOD)
