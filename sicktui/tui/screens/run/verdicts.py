"""How a run ended: what went wrong by its cause, what to do, and what each sensor runs."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.reports.document import read_facts
from sicktui.engine.reports.records import RunFacts
from sicktui.model.enums import RunState
from sicktui.model.errors import SicktuiError
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.full_screen import FullScreen
from sicktui.tui.drawing.hints import Hint
from sicktui.tui.drawing.spans import Tone, cell
from sicktui.tui.rows.run.verdicts import can_retry, head_lines, plain_text, verdict_lines
from sicktui.tui.screens.run.report import save_report
from sicktui.tui.screens.run.timeline import TimelineScreen
from sicktui.tui.terminal.clipboard import copy
from sicktui.tui.widgets.scroll_box import ScrollBox

_MARGIN = 4


class AfterRun(StrEnum):
    """What an operator wants next."""

    RETRY = "retry"
    RESUME = "resume"


class VerdictScreen(FullScreen[AfterRun]):
    """The causes with their advice, then a line a device.

    Args:
        appearance: how the dashboard looks.
        context: for the engine.
        run: the run's id.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "retry what failed"),
        Binding("t", "timeline", "timeline"),
        Binding("y", "copy", "copy"),
        Binding("w", "write", "write a report"),
        Binding("a", "everything", "all names and messages"),
        Binding("R", "again", "Read again", show=False),
        Binding("enter", "leave", "Back", show=False),
    ]

    first_hints: ClassVar[Sequence[Hint]] = (("j k", "scroll"),)

    def __init__(self, appearance: Appearance, context: Context, run: str) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._run = run
        self._facts: RunFacts | None = None
        self._everything = False

    def begin(self) -> None:
        """Read the run."""
        self.query_one(ScrollBox).focus()
        self.action_again()

    def action_again(self) -> None:
        """Read the run (again)."""
        self.show_head(cell("Reading the run ...", Tone.DIM))
        self.start(self._read(), "reading the run")

    async def _read(self) -> None:
        self.trouble = ""
        try:
            self._facts = await asyncio.to_thread(read_facts, self._engine_context, self._run)
        except SicktuiError as error:
            self.trouble = str(error)
        self.show_keys()
        self.paint()

    def on_resize(self) -> None:
        """Fit the lines to the width."""
        super().on_resize()
        self.paint()

    def keys_now(self) -> Sequence[Hint]:
        """The keys that hold now: of a run that is running, ``R`` instead of ``r``."""
        facts, hints = self._facts, self.key_hints()
        if facts is None or not can_retry(facts):
            return hints
        first: dict[RunState, Hint] = {
            RunState.RUNNING: ("R", "read again"),
            RunState.INTERRUPTED: ("r", "resume"),
        }
        instead = [first[facts.state]] if facts.state in first else []
        return [*self.first_hints, *instead, *(hint for hint in hints[1:] if hint[0] != "r")]

    def paint(self) -> None:
        """Show what is known now."""
        facts, glyphs = self._facts, self.appearance.glyphs
        if facts is None:
            self.show_text(())
            return
        self.show_head(*head_lines(facts, glyphs))
        width = max(20, self.size.width - _MARGIN)
        self.show_text(verdict_lines(facts, glyphs, width, everything=self._everything))

    def action_everything(self) -> None:
        """Show every name and each device's own message, or the summary again."""
        self._everything = not self._everything
        self.paint()

    def action_timeline(self) -> None:
        """Show who did what when."""
        self.app.push_screen(TimelineScreen(self.appearance, self._engine_context, self._run))

    def action_retry(self) -> None:
        """Retry the failed and unknown devices as a new run; resume a run that is interrupted."""
        if self._facts is None:
            return
        if self._facts.state is RunState.INTERRUPTED:
            self.dismiss(AfterRun.RESUME)
        elif reason := can_retry(self._facts):
            self.notify(reason, severity="warning", markup=False)
        else:
            self.dismiss(AfterRun.RETRY)

    def action_copy(self) -> None:
        """Copy everything to the terminal's clipboard."""
        if self._facts is not None:
            words = copy(
                self.app, plain_text(self._facts, self.appearance.glyphs), otherwise="w writes a file."
            )
            self.notify(words, markup=False)

    def action_write(self) -> None:
        """Write the report of the run to a file."""
        if self._facts is not None:
            self.start(self._write(self._facts), "writing the report")

    async def _write(self, facts: RunFacts) -> None:
        if words := await save_report(self.app, self.appearance, facts):
            self.notify(words, markup=False)
