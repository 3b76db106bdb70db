"""What a command does before the dialog that it opens next. No Textual here."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from msgspec import Struct

from sicktui.model.safe_text import clean
from sicktui.tui.drawing.spans import Cell, Span, Tone
from sicktui.tui.glyphs import Glyphs

ResultT = TypeVar("ResultT")

SHOW_AFTER: Final = 0.06
"""Seconds after which the line is shown: a dialog that opens sooner is its own answer to the key."""


class Stopped(Exception):
    """The operator stopped the work."""


class Work(Struct, frozen=True):
    """The line in the place of the dialog: what is being done, and whether Esc stops it."""

    words: str
    stops: bool = False

    def cell(self, glyphs: Glyphs) -> Cell:
        """The line as it is shown."""
        doing = Span(f"{glyphs.busy} {clean(self.words, 200)}...")
        return (doing, Span("   esc", Tone.KEY), Span(" stop", Tone.DIM)) if self.stops else (doing,)


class Pending:
    """Holds the keys while a command is at work and has no dialog open: they are meant for the next one.

    Args:
        is_bare: whether the main screen is on top, so that a key would reach it and not a dialog.
        show: shows a line, or hides it.
    """

    def __init__(self, is_bare: Callable[[], bool], show: Callable[[Work | None], object]) -> None:
        self._is_bare = is_bare
        self._show = show
        self._title = ""
        self._works: list[Work] = []
        self._stoppable: list[asyncio.Future[Any]] = []
        self._released = asyncio.Event()
        self._due: asyncio.TimerHandle | None = None
        self._shown: Work | None = None
        self._holding = False
        self._void = False
        self.running = False
        """Whether a command is at work, with or without a dialog."""

    # What the command reports

    def begin(self, title: str, *, hold: bool = True) -> None:
        """A command begins; ``hold``: a key has started it, so keys wait for its first dialog."""
        self.running, self._title, self._holding, self._void = True, title, hold, False
        self._show_soon()

    def opens(self) -> None:
        """It is about to open a dialog."""
        self._holding, self._void = self.running, False

    def covered(self) -> None:
        """A dialog is open: the keys are for it."""
        self._release()

    def closed(self) -> None:
        """Its dialog was left, and it goes on."""
        self._show_soon()

    def fails(self) -> None:
        """It reports an error. Unless a dialog follows, the keys that wait have lost their meaning."""
        self._void = True

    def end(self) -> None:
        """It is done."""
        self.running = self._holding = False
        self._release()

    async def during(self, words: str, doing: Awaitable[ResultT], *, stops: bool = True) -> ResultT:
        """Await something, and name it if that takes a while.

        Args:
            words: what is being done, for example ``Reading 6 sensors``.
            doing: the work.
            stops: whether Esc stops it.

        Raises:
            Stopped: Esc was pressed.
        """
        work, task = Work(words, stops), asyncio.ensure_future(doing)
        self._works.append(work)
        if stops:
            self._stoppable.append(task)
        self._refresh()
        try:
            return await task
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if me is not None and me.cancelling():
                raise
            raise Stopped from None
        finally:
            self._works.remove(work)
            if stops:
                self._stoppable.remove(task)
            self._refresh()

    # What the keyboard asks

    @property
    def holds(self) -> bool:
        """Whether a key that is typed now has to wait."""
        return self._holding and self._is_bare()

    async def released(self) -> bool:
        """Wait until a key may pass; returns whether those that waited still have a meaning."""
        while self.holds:
            self._released.clear()
            await self._released.wait()
        void, self._void = self._void, False
        return not void

    def stop(self) -> None:
        """Esc: stop what can be stopped. What cannot goes on, and the keyboard is free again."""
        for task in self._stoppable:
            task.cancel()
        self._void = True
        if not self._stoppable:
            self._holding = False
            self._release()

    # What is shown

    @property
    def line(self) -> Work:
        """What is being done now."""
        return self._works[-1] if self._works else Work(f"{self._title}: working")

    def reveal(self) -> None:
        """Show the line now."""
        self._cancel_show()
        self._show_line(self.line if self._is_bare() and self.running else None)

    def _show_soon(self) -> None:
        self._cancel_show()
        if self._holding:
            self._due = asyncio.get_running_loop().call_later(SHOW_AFTER, self.reveal)

    def _refresh(self) -> None:
        if self._shown is not None:
            self._show_line(self.line)

    def _release(self) -> None:
        self._cancel_show()
        self._released.set()
        self._show_line(None)

    def _cancel_show(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _show_line(self, work: Work | None) -> None:
        if work != self._shown:
            self._shown = work
            self._show(work)
