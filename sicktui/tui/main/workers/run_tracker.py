"""Finds running runs, of this and other sessions, and follows them."""

import asyncio
from typing import Final

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.enums import RunState
from sicktui.model.errors import SicktuiError
from sicktui.model.run.view import RunView, before_first_event, reduce
from sicktui.tui.messages import RunAdvanced, RunEnded, RunFound, RunsInterrupted, TroubleMet

SEARCH_EVERY: Final = 1.0
"""Seconds between two checks whether the journal changed (one pragma)."""
LATER: Final = 10.0
"""Seconds until the next try after a journal error."""


class RunTracker:
    """Follows each run in its own worker group, ``run:ID``.

    Args:
        screen: owns the workers and receives the messages.
        context: for the engine.
    """

    def __init__(self, screen: "Screen[None]", context: Context) -> None:
        self._screen = screen
        self._context = context
        self._followed: set[str] = set()
        self._at_work: set[str] = set()

    def start(self) -> None:
        """Search for runs now and from now on."""
        self._screen.run_worker(self._search(), group="runs", name="search runs", exit_on_error=False)

    def follow(self, run: str) -> None:
        """Follow a run to its end, once."""
        if run not in self._followed:
            self._followed.add(run)
            self._screen.run_worker(
                self._follow(run), group=f"run:{run}", name=f"follow {run}", exit_on_error=False
            )

    async def _search(self) -> None:
        first, version = True, -1
        while True:
            try:
                journal = await self._context.opened_journal()
                changed = await asyncio.to_thread(journal.version)
                if changed != version:
                    version = changed
                    self._found(await asyncio.to_thread(_running, self._context))
                if first:
                    first = False
                    lost = await asyncio.to_thread(_interrupted, self._context)
                    if lost:
                        self._screen.post_message(RunsInterrupted(lost))
                    # Last, since it looks at all of the file: the live picture comes first.
                    for damage in await asyncio.to_thread(journal.damages):
                        self._screen.post_message(TroubleMet(str(damage)))
            except SicktuiError as error:
                self._screen.post_message(TroubleMet(str(error)))
                await self._context.clock.sleep(LATER)
            await self._context.clock.sleep(SEARCH_EVERY)

    def _found(self, at_work: list[str]) -> None:
        for run in reversed(at_work):
            if run not in self._at_work:
                self._screen.post_message(RunFound(run))
            self.follow(run)
        self._at_work = set(at_work)

    async def _follow(self, run: str) -> None:
        view = RunView(run=run)
        try:
            journal = await self._context.opened_journal()
            spec = await asyncio.to_thread(journal.spec, run)
            # Not every operation writes its plan down.
            view = before_first_event(spec)
            from sicktui.engine.run.follow import follow  # noqa: PLC0415 - after the first picture

            async for batch in follow(self._context, run):
                events = [event for _, event in batch]
                for event in events:
                    view = reduce(view, event)
                self._screen.post_message(RunAdvanced(run, view, events))
        except SicktuiError as error:
            self._screen.post_message(TroubleMet(f"Run {run}: {error}"))
        if view.state is RunState.INTERRUPTED:
            self._followed.discard(run)  # it may be resumed, and is then followed anew
        self._screen.post_message(RunEnded(run, view))


def _running(context: Context) -> list[str]:
    from sicktui.engine.run.follow import running  # noqa: PLC0415 - after the first picture

    return [row.run for row in running(context)]


def _interrupted(context: Context) -> list[str]:
    from sicktui.engine.run.follow import interrupted  # noqa: PLC0415 - after the first picture

    return [row.run for row in interrupted(context)]
