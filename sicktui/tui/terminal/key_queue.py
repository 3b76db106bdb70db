"""Delivers key events one at a time, so each sees the focus set by the one before.

Textual's app looks for the focused widget when it takes a key, and puts the key into that widget's queue; the
widget handles it in its own task. Of a burst (a line that stalled brings many keys in one read) every key
therefore goes to the widget that had the focus before the first one: text after Tab lands in the field before
it, and what is typed for a dialog that is about to open is taken for commands.
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
"""Seconds after which a key is delivered although the one before is still being handled."""
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
        deliver: passes a key to the widget with the focus.
        ready: waits while a command has yet to open its dialog: keys typed meanwhile belong to that dialog.
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
        """Deliver a key or a paste, as soon as those before it have been handled."""
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
            # Before it is delivered: a priority binding may move the focus.
            target = self._app.focused or self._app.screen
            await self._deliver(self._waiting.popleft())
            self._settling = asyncio.create_task(self._settle(target.ancestors_with_self))

    async def _settle(self, way: Iterable[MessagePump]) -> None:
        """Wait until a key and its consequences have been handled, for a limited time."""
        try:
            # A widget that is slow or gone must not block the keyboard.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._passed(way), LONGEST)
        finally:
            self._app.call_later(self._next)

    async def _passed(self, way: Iterable[MessagePump]) -> None:
        """Follow the key along the way that messages bubble, and into a screen that it opened."""
        before = self._app.screen
        for pump in way:
            if pump is not self._app:
                await _through(pump)
        await self._ready()
        if self._app.screen is not before:
            await _through(self._app.screen)
            await _through(self._app)


async def _through(pump: MessagePump) -> None:
    """Wait until a queue has been processed as far as it is now, with what that added."""
    for _ in range(_ROUNDS):
        done = asyncio.Event()
        if not pump.call_later(done.set):
            return  # It is being closed.
        await done.wait()
