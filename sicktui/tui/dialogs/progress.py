"""Shown while something takes its time, so that keys typed meanwhile mean nothing else."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from msgspec import Struct
from textual.widget import Widget

from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Cell
from sicktui.tui.widgets.prose import Prose


class WorkResult(Struct, frozen=True):
    """What came of it: one of the two."""

    result: Any = None
    error: Exception | None = None


class ProgressDialog(Dialog[WorkResult]):
    """Does one thing, and gives what came of it.

    Args:
        appearance: how the dashboard looks.
        title: what is being done.
        lines: more of it.
        work: does it.
        stops: whether leaving stops it. What writes to a sensor is not torn off.
    """

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        lines: Sequence[Cell],
        work: Callable[[], Awaitable[Any]],
        *,
        stops: bool,
    ) -> None:
        super().__init__(appearance)
        self.title_text = title
        self.keys_text = "q stop" if stops else "it is brought to its end"
        self._lines = lines
        self._work = work
        self._stops = stops

    def body(self) -> list[Widget]:
        """What is being done."""
        return [Prose(self._lines)]

    def on_mount(self) -> None:
        """Begin."""
        self.run_worker(self._do(), name="working", exit_on_error=False)

    async def _do(self) -> None:
        try:
            ended = WorkResult(result=await self._work())
        except Exception as error:  # noqa: BLE001  whoever asked raises it again
            ended = WorkResult(error=error)
        self.dismiss(ended)

    def action_leave(self) -> None:
        """Stop it, if that does no harm."""
        if self._stops:
            super().action_leave()
