"""Waiting for what happens in another process, thread or task, and measuring how long something takes."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

LIMIT: Final = 60.0
"""Seconds after which a wait has failed: long enough for a busy machine."""


def wait_until(condition: Callable[[], object], what: str = "it", limit: float = LIMIT) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


async def eventually(
    condition: Callable[[], object] | Callable[[], Awaitable[object]], what: str = "it", limit: float = LIMIT
) -> None:
    """The same in a task, for a condition that may be asked asynchronously."""
    async with asyncio.timeout(limit):
        while True:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.02)


class Stopwatch:
    """The seconds since it was made, but for those in which this thread waited for a core that others had.

    So a bound holds on a machine that runs other tests too, and still finds what waits for a time limit.
    """

    def __init__(self) -> None:
        self._began = _now()

    def seconds(self) -> float:
        """The seconds so far; only for the thread that made it."""
        return _now() - self._began


_SCHEDULED: Final = Path("/proc/thread-self/schedstat")
"""Linux: nanoseconds on a core, and nanoseconds waiting for one."""


def _now() -> float:
    try:
        waited = int(_SCHEDULED.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        waited = 0.0
    return time.monotonic() - waited
