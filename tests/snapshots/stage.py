"""Shows one scene after the other in one dashboard, and takes it down again."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import Worker

from sicktui.tui.appearance import Appearance
from sicktui.tui.main.screen import MainScreen
from tests.snapshots.frame import styles_of, text_of
from tests.support.dashboard import DashboardHarness, main_of, until
from tests.support.waiting import LIMIT

STILL: Final = 3
"""Equal pictures in a row after which nothing more is expected."""


class Stage:
    """The dashboard of one look.

    Args:
        harness: the home and the sensors.
        pilot: the running dashboard.
    """

    def __init__(self, harness: DashboardHarness, pilot: Pilot[None]) -> None:
        self.harness = harness
        self.context = harness.context
        self.pilot = pilot
        self.hangs = False
        """Whether the work of the screen that is shown never ends."""

    @property
    def main(self) -> MainScreen:
        return main_of(self.pilot)

    @property
    def appearance(self) -> Appearance:
        return self.main.appearance

    async def command(self, name: str) -> None:
        """Run a command, and wait for the screen that it opens."""
        before = self.pilot.app.screen
        self.main.action_command(name)
        await until(self.pilot, lambda: self.pilot.app.screen is not before)

    async def push(self, screen: Screen[Any]) -> None:
        """Show a screen by itself."""
        self.pilot.app.push_screen(screen)
        await until(self.pilot, lambda: self.pilot.app.screen is screen)

    async def shown(self, words: str) -> None:
        """Wait until the screen has some words."""
        await until(self.pilot, lambda: words in "\n".join(text_of(self.pilot)))

    async def on(self, kind: type[Screen[Any]]) -> None:
        """Wait for a screen of a kind."""
        await until(self.pilot, lambda: isinstance(self.pilot.app.screen, kind))

    async def picture(self, *, text: bool) -> list[str]:
        """The styles of the screen, after its text if wanted, once it is still and has read everything."""
        last: list[str] = []
        same = 0
        end = time.monotonic() + LIMIT
        while same < STILL:
            assert time.monotonic() < end, "\n".join(["It never rests:", *map(repr, self._at_work), *last])
            # It would by itself, four times a second, also behind a dialog: laid out first, then drawn.
            self.main.renderer.render()
            await self.pilot.pause(0.02)
            now = text_of(self.pilot)
            same = same + 1 if now == last and not self._at_work else 0
            last = now
        return [*(last if text else ()), *styles_of(self.pilot)]

    @property
    def _at_work(self) -> list[Worker[Any]]:
        """What the screen still works on, if that ever ends."""
        screen = self.pilot.app.screen
        if self.hangs or screen is self.main:
            return []
        return [each for each in screen.workers if each.node is screen and not each.is_finished]

    async def clear(self) -> None:
        """Back to the list, whatever is open."""
        app = self.pilot.app
        while app.screen is not self.main:
            screen = app.screen
            for worker in list(screen.workers):
                if worker.node is screen:
                    worker.cancel()
            await screen.dismiss(None)
            await until(self.pilot, lambda: app.screen is not screen)  # noqa: B023
            await self.pilot.pause()
        app.clear_notifications()
        self.hangs = False


Scene = Callable[[Stage], Awaitable[None]]
