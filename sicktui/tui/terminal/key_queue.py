"""Hands keys on one at a time, so that each meets the focus that the one before has left.

Textual's app looks for the focused widget when it takes a key, and puts the key into that widget's queue; the
widget handles it in a task of its own. Of a burst (a line that stalled brings many keys in one read) every
key is so given to the widget that had the focus before the first one: text after Tab lands in the field
before it, and what is typed for a dialog that is about to open is taken for commands.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

LONGEST: Final = 0.5
"""Seconds after which a key is handed on, though the one before is still being worked on."""
MOST_WAITING: Final = 2000
"""Keys that wait at most: a long path, pasted where there is no bracketed paste, fits. More is dropped."""
FLOOD: Final = 100
"""Keys that wait from which on the keys that quit do not queue behind them."""
_QUIT: Final = frozenset({"ctrl+q", "ctrl+c"})
_ROUNDS: Final = 2
"""Passes through one queue: the key itself, then what its handling has put there."""


class KeyQueue:
    """Keys in the order in which they came.

    Args:
        app: the app.
        deliver: gives a key to whoever has the focus.
        ready: waits while a command has yet to show its dialog: what is typed meanwhile is meant for that.
    """

    def __init__(
        self,
        app: "App[Any]",
        deliver: Callable[[events.Event], Awaitable[None]],
        ready: Callable[[], Awaitable[object]],
    ) -> None:
        self._app = app
        self._deliver = deliver
        self._ready = ready
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._settling: asyncio.Task[None] | None = None

    async def take(self, key: events.Key | events.Paste) -> None:
        """Hand a key (or what was pasted) on, as soon as those before it have been handled."""
        if len(self._waiting) >= FLOOD and isinstance(key, events.Key) and key.key in _QUIT:
            self._waiting.clear()
        if len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.append(key)
        if self._settling is None:
            await self._next()

    async def _next(self) -> None:
        self._settling = None
        if self._waiting:
            # Before it is handed on: a priority binding may take the focus somewhere else.
            target = self._app.focused or self._app.screen
            await self._deliver(self._waiting.popleft())
            self._settling = asyncio.create_task(self._settle(target.ancestors_with_self))

    async def _settle(self, way: Iterable[MessagePump]) -> None:
        """Wait until a key and all that it has led to have been handled, but not for ever."""
        try:
            # Whoever works on a key so long, or is gone, must not take the keyboard away.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._passed(way), LONGEST)
        finally:
            self._app.call_later(self._next)

    async def _passed(self, way: Iterable[MessagePump]) -> None:
        """Let the key go the way that messages bubble; where it opened a screen, let that take the focus."""
        before = self._app.screen
        for pump in way:
            if pump is not self._app:
                await _through(pump)
        await self._ready()
        if self._app.screen is not before:
            await _through(self._app.screen)
            await _through(self._app)


async def _through(pump: MessagePump) -> None:
    """Wait until a queue has been worked off as far as it is now, and what that has added."""
    for _ in range(_ROUNDS):
        done = asyncio.Event()
        if not pump.call_later(done.set):
            return  # It is being closed.
        await done.wait()
