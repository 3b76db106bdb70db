"""Reads the database of the fleet: other PCs, their devices, rollouts. Imported where one is set up."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, TypeVar

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.enums import Code, Level
from sicktui.model.errors import SicktuiError
from sicktui.tui.main.notifier import Notifier
from sicktui.tui.rows.rollouts.rollout import news_of
from sicktui.tui.state.dashboard import DashboardState

if TYPE_CHECKING:
    from sicktui.fleet.desk import Desk

READ_EVERY: Final = 5.0
"""Seconds between two reads."""
LIMIT: Final = 20.0
"""Seconds until the database counts as not answering."""
_MOST_THREADS: Final = 4
"""Threads that wait for a database which does not answer. They hold up neither a screen nor the end."""
ResultT = TypeVar("ResultT")


class FleetWatch:
    """Asks the database in threads.

    Args:
        screen: owns the worker.
        context: the settings, and the database's password.
        dashboard: takes what was read.
        notifier: reports what is wrong, once.
    """

    def __init__(
        self, screen: "Screen[None]", context: Context, dashboard: DashboardState, notifier: Notifier
    ) -> None:
        self._screen = screen
        self._context = context
        self._dashboard = dashboard
        self._elsewhere = dashboard.elsewhere
        self._notifier = notifier
        self._desk: Desk | None = None
        self._opening = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self, changed: Callable[[], None]) -> None:
        """Read from now on.

        Args:
            changed: called when something new may be shown.
        """
        self._elsewhere.desk = self
        self._screen.run_worker(
            self._watch(changed), group="fleet", name="read the fleet", exit_on_error=False
        )

    async def ask(self, work: "Callable[[Desk], ResultT]") -> ResultT:
        """Do something with the database, off the event loop.

        Raises:
            SicktuiError: it cannot be done, or the database does not answer in time.
        """
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if len(self._threads) >= _MOST_THREADS:
            raise _silent()
        answer: Future[ResultT] = Future()
        answer.set_running_or_notify_cancel()

        def run() -> None:
            try:
                answer.set_result(work(self._open()))
            except Exception as error:  # noqa: BLE001  the one who awaits it gets it
                answer.set_exception(error)

        thread = threading.Thread(target=run, name="fleet", daemon=True)
        self._threads.append(thread)
        thread.start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answer), LIMIT)
        except TimeoutError:
            raise _silent() from None

    async def _watch(self, changed: Callable[[], None]) -> None:
        while True:
            try:
                overview = await self.ask(lambda desk: desk.overview())
                for rollout in self._dashboard.take_fleet(overview):
                    self._notifier.log(*news_of(rollout))
            except SicktuiError as error:
                self._failed(error)
            changed()
            await self._context.clock.sleep(READ_EVERY)

    def _failed(self, error: SicktuiError) -> None:
        if not self._elsewhere.problem:
            self._notifier.log(f"The fleet cannot be read. {error}", None, Level.WARNING)
        self._elsewhere.problem = str(error)
        self._desk = None  # its password may have been stored meanwhile

    def _open(self) -> "Desk":
        from sicktui.fleet.address import password_of, require_extra  # noqa: PLC0415 - only in a fleet

        with self._opening:
            if self._desk is None:
                require_extra()
                from sicktui.fleet.desk import Desk  # noqa: PLC0415 - of the extra

                settings = self._context.settings.fleet
                self._desk = Desk(settings, password_of(self._context.credentials))
            return self._desk


def _silent() -> SicktuiError:
    return SicktuiError(
        "The fleet's database does not answer.",
        advice="Check the network to it; what is shown is renewed when it answers.",
        code=Code.UNREACHABLE,
    )
