"""An event loop that skips the waiting: hours of updates in seconds, and no deadline starves.

Client and sensors live in one loop and speak over real sockets. Time stands still while anything is
ready to run, is on its way between two sockets or is at work in a thread; only when all of them wait for
time to pass does the loop's clock jump to the next timer. A busy machine makes such a test slower,
never different.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final

_ON_ITS_WAY: Final = 0.0005
"""Real seconds that bytes may take from one socket of this machine to another."""
_HANDSHAKE: Final = 2.0
"""The same while a TLS handshake is under way: it has many messages, and much work between them."""
_PATIENCE: Final = 60.0
"""Real seconds after which a thread that does not come back is a hang."""


class SkippingLoop(asyncio.SelectorEventLoop):
    """A loop whose ``time`` moves only when nothing else does."""

    def __init__(self) -> None:
        self._now = 0.0
        self._threads: set[asyncio.Future[Any]] = set()
        self._handshakes: set[asyncio.Future[Any]] = set()
        super().__init__(_SkippingSelector(self))

    def time(self) -> float:
        """Seconds since the loop was made, by its own clock."""
        return self._now

    @property
    def at_work(self) -> bool:
        """Whether a thread is doing something for a task of this loop."""
        return bool(self._threads)

    @property
    def on_its_way(self) -> float:
        """Real seconds for which nothing must be ready before time passes."""
        return _HANDSHAKE if self._handshakes else _ON_ITS_WAY

    def _make_ssl_transport(self, *args: Any, **more: Any) -> asyncio.Transport:
        """As usual; time waits for the handshake of a server."""
        waiter: asyncio.Future[Any] | None = more.get("waiter")
        if waiter is not None:
            self._handshakes.add(waiter)
            waiter.add_done_callback(self._handshakes.discard)
        return super()._make_ssl_transport(*args, **more)  # type: ignore[misc,no-any-return]

    def skip(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """As usual; time waits for it."""
        future = super().run_in_executor(executor, func, *args)
        self._threads.add(future)
        future.add_done_callback(self._threads.discard)
        return future


class _SkippingSelector(selectors.DefaultSelector):
    """Tells the loop that time has passed instead of waiting for it."""

    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; nothing means that ``timeout`` seconds of the loop's time have passed."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self._loop.at_work:
            ready = super().select(_PATIENCE)
            if not ready:
                raise TimeoutError("a thread does not come back")
            return ready
        ready = super().select(self._loop.on_its_way if timeout is not None else _PATIENCE)
        if not ready and timeout is None:
            raise TimeoutError("every task waits for another")
        if not ready and timeout is not None:
            self._loop.skip(timeout)
        return ready
