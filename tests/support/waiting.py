"""Waiting for what happens in another process, thread or task."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
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
