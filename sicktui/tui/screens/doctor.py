"""Checks this PC for problems and shows the fixes, check by check."""

import asyncio
import os
import sys
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from sicktui.engine.context import Context
from sicktui.engine.doctor.check import DoctorCheck
from sicktui.engine.doctor.pc import checks
from sicktui.model.safe_text import clean
from sicktui.model.wording import count
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.full_screen import FullScreen
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell

_TONES: Final = {"ok": Tone.GOOD, "warning": Tone.WARN, "failed": Tone.BAD}
_NAME: Final = 10


class DoctorScreen(FullScreen[None]):
    """Runs the checks in a thread; nothing is sent to any sensor.

    Args:
        appearance: how the dashboard looks.
        context: the stores.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "again", "check again"),
        Binding("D", "leave", "Back", show=False),
    ]
    first_hints = (("j k", "scroll"),)

    def __init__(self, appearance: Appearance, context: Context) -> None:
        super().__init__(appearance)
        self._engine_context = context
        self._found: list[DoctorCheck] = []
        self._done = False

    def begin(self) -> None:
        """Start the checks."""
        self.query_one("#text").focus()
        self.action_again()

    def action_again(self) -> None:
        """Check (again)."""
        self._found, self._done, self.trouble = [], False, ""
        self.paint()
        self.run_worker(
            self._look(), group="doctor", name="checking this PC", exclusive=True, exit_on_error=False
        )

    async def _look(self) -> None:
        # Textual replaces sys.stdout while it runs; the terminal is behind sys.__stdout__.
        found = checks(None, (), os.environ, context=self._engine_context, terminal=sys.__stdout__)
        while (check := await asyncio.to_thread(next, found, None)) is not None:
            self._found.append(check)
            self.paint()
        self._done = True
        self.paint()

    def paint(self) -> None:
        """Show what is known now."""
        bad = sum(check.state == "failed" for check in self._found)
        doubtful = sum(check.state == "warning" for check in self._found)
        told: Cell = cell("checking...", Tone.BUSY)
        if self._done:
            told = cell("No problems found.", Tone.GOOD)
        if self._done and (bad or doubtful):
            words = f"{count(bad, 'problem')}, {count(doubtful, 'warning')}"
            told = cell(words, Tone.BAD if bad else Tone.WARN)
        self.show_head((Span("Problems on this PC and how to fix them", Tone.KEY),), told)
        self.show_text([line for check in self._found for line in self._lines(check)])

    def _lines(self, check: DoctorCheck) -> list[Cell]:
        glyphs = self.appearance.glyphs
        sign = {"ok": glyphs.done, "warning": glyphs.warning, "failed": glyphs.failed}[check.state]
        lead = Span(f"{sign} {check.name:<{_NAME}}  ", _TONES[check.state])
        lines: list[Cell] = [(lead, Span(clean(check.message, 1000)))]
        if check.remedy:
            lines.append((Span(" " * (_NAME + 4)), Span(clean(check.remedy, 1000), Tone.KEY)))
        return lines
