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
_PATIENCE: Final = 60.0
"""Real seconds after which a thread that does not come back is a hang."""


class SkippingLoop(asyncio.SelectorEventLoop):
    """A loop whose ``time`` moves only when nothing else does."""

    def __init__(self) -> None:
        self._now = 0.0
        self._threads: set[asyncio.Future[Any]] = set()
        super().__init__(_SkippingSelector(self))

    def time(self) -> float:
        """Seconds since the loop was made, by its own clock."""
        return self._now

    @property
    def at_work(self) -> bool:
        """Whether a thread is doing something for a task of this loop."""
        return bool(self._threads)

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
        ready = super().select(_ON_ITS_WAY if timeout is not None else _PATIENCE)
        if not ready and timeout is None:
            raise TimeoutError("every task waits for another")
        if not ready and timeout is not None:
            self._loop.skip(timeout)
        return ready
