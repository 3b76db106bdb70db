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
from typing import Any, Final, Protocol

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen

LONGEST: Final = 0.5
"""Seconds after which a key is delivered although the one before is still being handled."""
MOST_WAITING: Final = 2000
"""Keys that wait at most: a long path, pasted where there is no bracketed paste, fits. More is dropped."""
FLOOD: Final = 100
"""Keys that wait from which on the keys that quit do not queue behind them."""
_QUIT: Final = frozenset({"ctrl+q", "ctrl+c"})
_STOP: Final = frozenset({"escape", "ctrl+c"})
_ROUNDS: Final = 2
"""Passes through one queue: the key itself, then what its handling has put there."""


class Gate(Protocol):
    """Holds keys back while a command has yet to open its dialog: they are meant for that dialog."""

    @property
    def holds(self) -> bool:
        """Whether a key has to wait now."""
        ...

    async def released(self) -> bool:
        """Wait until keys may pass; returns whether those that waited still have a meaning."""
        ...

    def stop(self) -> None:
        """Stop what the keys wait for."""
        ...


class KeyQueue:
    """Keys in the order in which they came.

    Args:
        app: the app.
        deliver: passes a key to the widget with the focus.
        gate: holds keys back.
    """

    def __init__(
        self,
        app: "App[Any]",
        deliver: Callable[[events.Event], Awaitable[None]],
        gate: Gate,
    ) -> None:
        self._app = app
        self._deliver = deliver
        self._gate = gate
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._settling: asyncio.Task[None] | None = None

    async def take(self, key: events.Key | events.Paste) -> None:
        """Deliver a key or a paste, as soon as those before it have been handled."""
        name = key.key if isinstance(key, events.Key) else ""
        if name in _STOP and self._gate.holds:
            self._waiting.clear()
            self._gate.stop()
            return
        if name in _QUIT and (self._gate.holds or len(self._waiting) >= FLOOD):
            self._waiting.clear()
            if self._gate.holds:
                await self._deliver(key)
                return
        if len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.append(key)
        if self._settling is None:
            await self._next()

    async def _next(self) -> None:
        self._settling = None
        if not self._waiting:
            return
        way: Iterable[MessagePump] = ()
        before = self._app.screen
        if not self._gate.holds:
            # Before it is delivered: a priority binding may move the focus.
            way = (self._app.focused or before).ancestors_with_self
            await self._deliver(self._waiting.popleft())
        self._settling = asyncio.create_task(self._settle(way, before))

    async def _settle(self, way: Iterable[MessagePump], before: Screen[Any]) -> None:
        """Wait until a key and its consequences have been handled."""
        try:
            await _limited(self._passed(way))
            if not await self._gate.released():
                self._waiting.clear()
            await _limited(self._into(before))
        finally:
            self._app.call_later(self._next)

    async def _passed(self, way: Iterable[MessagePump]) -> None:
        """Follow the key along the way that messages bubble."""
        for pump in way:
            if pump is not self._app:
                await _through(pump)

    async def _into(self, before: Screen[Any]) -> None:
        """Follow it into a screen that it opened."""
        if self._app.screen is not before:
            await _through(self._app.screen)
            await _through(self._app)


async def _limited(settling: Awaitable[None]) -> None:
    """Wait for a limited time: a widget that is slow or gone must not block the keyboard."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(settling, LONGEST)


async def _through(pump: MessagePump) -> None:
    """Wait until a queue has been processed as far as it is now, with what that added."""
    for _ in range(_ROUNDS):
        done = asyncio.Event()
        if not pump.call_later(done.set):
            return  # It is being closed.
        await done.wait()
