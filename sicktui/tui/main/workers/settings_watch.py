"""Watches config.toml, which somebody may edit while the dashboard runs."""

import asyncio
from pathlib import Path

from textual.screen import Screen

from sicktui.model.errors import SicktuiError
from sicktui.model.settings import Settings
from sicktui.stores.config.settings import load_settings
from sicktui.tui.messages import SettingsRead


class SettingsWatch:
    """Reads the file in a worker when it has changed.

    Args:
        screen: owns the worker and receives the messages.
        path: the file; it need not exist.
    """

    def __init__(self, screen: "Screen[None]", path: Path) -> None:
        self._screen = screen
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._first: Settings | None = None
        self._problem = ""

    def check(self) -> None:
        """Look at it in a worker."""
        self._screen.run_worker(
            self._check(), group="settings", name="read config.toml", exclusive=True, exit_on_error=False
        )

    async def _check(self) -> None:
        stamp = await asyncio.to_thread(_stamp_of, self._path)
        if self._first is not None and stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            found, problem = await asyncio.to_thread(load_settings, self._path), ""
        except SicktuiError as error:
            found, problem = self._first or Settings(), str(error)
        news = self._first is not None and found != self._first
        self._first = self._first or found
        if problem or self._problem or news:
            self._problem = problem
            self._screen.post_message(SettingsRead(problem, changed=news and not problem))


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
