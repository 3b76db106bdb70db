"""Looks for the sensors of the list whose addresses have stopped answering."""

from collections.abc import Callable, Sequence
from typing import Final

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.device import Target
from sicktui.model.errors import SicktuiError
from sicktui.tui.messages import SensorsMoved, TroubleMet

LOOK_EVERY: Final = 30.0
"""Seconds between two checks whether a sensor has been away for long enough."""
AWAY: Final = 60.0
"""Seconds without an answer after which a sensor is looked for: a reboot takes no longer by the article."""
AGAIN: Final = 300.0
"""Seconds between two searches: each asks every sensor of the network once or twice."""


class LostWatch:
    """Searches in a worker, for all sensors that are away by one search.

    Args:
        screen: owns the worker and receives the messages.
        context: for the engine.
        lost: the devices whose sensors have been away for that many seconds.
    """

    def __init__(
        self, screen: "Screen[None]", context: Context, lost: Callable[[float], Sequence[Target]]
    ) -> None:
        self._screen = screen
        self._context = context
        self._lost = lost
        self._searched = float("-inf")
        self._trouble = ""

    def start(self) -> None:
        """Check from time to time."""
        if self._context.settings.discovery.refind != "off":
            self._screen.set_interval(LOOK_EVERY, self.check)

    def check(self) -> None:
        """Search if a sensor is away, and the last search is long enough ago."""
        now = self._context.clock.monotonic()
        if now - self._searched >= AGAIN and self._lost(AWAY):
            self._searched = now
            self._screen.run_worker(
                self._search(), group="lost", name="look for sensors", exclusive=True, exit_on_error=False
            )

    async def _search(self) -> None:
        from sicktui.engine.discovery.lost import find_moved  # noqa: PLC0415 - needed late, if ever

        targets = self._lost(AWAY)
        try:
            found = await find_moved(self._context, targets)
        except (SicktuiError, OSError) as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._screen.post_message(TroubleMet(f"Sensors cannot be searched for. {error}"))
            return
        self._trouble = ""
        self._screen.post_message(SensorsMoved(found))
