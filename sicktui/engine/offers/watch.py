"""Checks again and again: at an interval, and whenever a source hints at something new."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from sicktui.engine.offers.check import check
from sicktui.engine.offers.fetch import Watcher
from sicktui.engine.offers.session import OfferSession
from sicktui.model.errors import ConfigError
from sicktui.model.firmware.offer import Subject
from sicktui.sources.source import Hint

LEAST_PAUSE: Final = 10.0
"""Seconds between two checks, however many hints come: a server may publish the same one for each sensor."""
_QUIET: Final = 3
"""Pauses without a hint after which the next one is not of the same chain."""


async def watch(
    session: OfferSession,
    watcher: Watcher,
    *,
    interval: float,
    least_pause: float = LEAST_PAUSE,
    after: Callable[[], None] = lambda: None,
) -> None:
    """Check until cancelled.

    Args:
        session: the sources and sensors.
        watcher: hears of each offer, and of hints as warnings.
        interval: seconds between two checks without a hint.
        least_pause: seconds between two checks in any case; doubled, up to the interval, while each check is
            followed by a hint, which a server may publish at every check-in.
        after: called after each check.

    Raises:
        UsageError: the settings of the only source cannot be used.
        StorageError: this PC cannot keep what was found.
    """
    loop = asyncio.get_running_loop()
    hinted = asyncio.Event()

    def on_hint(hint: Hint) -> None:
        loop.call_soon_threadsafe(_noted, watcher, hint, hinted)

    def on_state(name: str, sentence: str) -> None:
        loop.call_soon_threadsafe(watcher.on_warning, name, sentence)

    async with contextlib.AsyncExitStack() as stack:
        listening = False
        pause = least_pause
        while True:
            begun = loop.time()
            await check(session, watcher)
            after()
            if not listening:
                listening = True
                for name in session.sources:
                    await stack.enter_async_context(_listening(session, name, watcher, on_hint, on_state))
            await asyncio.sleep(max(0.0, pause - (loop.time() - begun)))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(interval):
                    await hinted.wait()
            is_chain = hinted.is_set() and loop.time() - begun < _QUIET * pause
            pause = min(2 * pause, max(interval, least_pause)) if is_chain else least_pause
            hinted.clear()


def _noted(watcher: Watcher, hint: Hint, hinted: asyncio.Event) -> None:
    when = "was waiting" if hint.waiting else "came"
    if not hinted.is_set():  # one line for each check, however many messages come
        watcher.on_warning(hint.device, f"A message about new firmware {when}: checking.")
    hinted.set()


@asynccontextmanager
async def _listening(
    session: OfferSession,
    name: str,
    watcher: Watcher,
    on_hint: Callable[[Hint], None],
    on_state: Callable[[str, str], None],
) -> AsyncIterator[None]:
    try:
        async with session.opened(name) as source:
            listener = source.listen(await _subjects(session, name), on_hint, partial(on_state, name))
    except ConfigError as error:
        watcher.on_warning(name, str(error))
        listener = None
    try:
        yield
    finally:
        if listener is not None:
            await asyncio.to_thread(listener.close)


async def _subjects(session: OfferSession, name: str) -> list[Subject]:
    async with session.opened(name) as source:
        return list((await session.subjects(source)).read)
