"""Runs slow work behind a modal dialog that swallows key presses."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from msgspec import Struct
from textual import events
from textual.widget import Widget

from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.dialog import Dialog
from sicktui.tui.drawing.spans import Cell
from sicktui.tui.widgets.prose import Prose

QUIET: Final = 0.4
"""Seconds without a key until it closes by itself: a held key would run commands behind it."""
_LONGEST: Final = 10


class WorkResult(Struct, frozen=True):
    """The outcome: a result or an error."""

    result: Any = None
    error: Exception | None = None


class ProgressDialog(Dialog[WorkResult]):
    """Does one thing; the answer is its outcome.

    Args:
        appearance: how the dashboard looks.
        title: what is being done.
        lines: details.
        work: the work.
        stops: whether leaving stops the work. Writes to a sensor are never interrupted.
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
        self.keys_text = "q stop" if stops else "cannot be stopped now"
        self._lines = lines
        self._work = work
        self._stops = stops
        self._pressed = float("-inf")

    def on_key(self, _: events.Key) -> None:
        """Swallow a key."""
        self._pressed = asyncio.get_running_loop().time()

    def body(self) -> list[Widget]:
        """Show what is being done."""
        return [Prose(self._lines)]

    def on_mount(self) -> None:
        """Start the work."""
        self.run_worker(self._do(), name="working", exit_on_error=False)

    async def _do(self) -> None:
        try:
            ended = WorkResult(result=await self._work())
        except Exception as error:  # noqa: BLE001  the caller raises it again
            ended = WorkResult(error=error)
        now = asyncio.get_running_loop().time
        for _ in range(_LONGEST):
            if now() - self._pressed >= QUIET:
                break
            await asyncio.sleep(QUIET - (now() - self._pressed))
        self.dismiss(ended)

    def action_leave(self) -> None:
        """Stop the work, if that is safe."""
        if self._stops:
            super().action_leave()
        else:
            self._pressed = asyncio.get_running_loop().time()
