"""Asks before the dashboard is quit."""

from collections.abc import Callable
from typing import Final

from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.drawing.spans import Cell

_LOOK: Final = 0.5
"""Seconds between two looks at what leaving means."""


class LeaveQuestion(Confirm):
    """Names the runs that are live, also when one ends while the question is open.

    Args:
        appearance: how the dashboard looks.
        lines: what leaving means at this moment.
    """

    def __init__(self, appearance: Appearance, lines: Callable[[], list[Cell]]) -> None:
        self._lines = lines
        self._shown = lines()
        super().__init__(appearance, "Quit the dashboard?", self._shown, yes="quit", no="stay")

    def on_mount(self) -> None:
        """Look again now and then."""
        self.set_interval(_LOOK, self._look)

    def _look(self) -> None:
        if (lines := self._lines()) != self._shown:
            self._shown = lines
            self.show(lines)
