"""Wakes those who watch the variables of a simulated device."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Changes:
    """Who wants to know at once that a variable may have another value."""

    def __init__(self) -> None:
        self._watchers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """An event that each change sets, for as long as the context lasts."""
        watcher = asyncio.Event()
        self._watchers[watcher] = asyncio.get_running_loop()
        try:
            yield watcher
        finally:
            del self._watchers[watcher]

    def announce(self) -> None:
        """Wake them; from any thread."""
        for watcher, loop in list(self._watchers.items()):
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(watcher.set)
