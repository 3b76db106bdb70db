"""Checks again and again: at an interval, and whenever a source hints at something new."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Final, Self

from sicktui.engine.offers.check import check
from sicktui.engine.offers.fetch import FetchObserver
from sicktui.engine.offers.session import OfferSession
from sicktui.model.errors import ConfigError, SicktuiError
from sicktui.sources.source import Hearing, Hint, Listener
from sicktui.stores.disk.files import StorageError
from sicktui.stores.disk.locks import Held, Lock

LEAST_PAUSE: Final = 10.0
"""Seconds between two checks, however many hints come: a server may publish the same one for each sensor."""
READ_EVERY: Final = 600.0
"""Seconds between two readings of the sensors where nothing else reads them: one that was away is listened
for, too."""
_QUIET: Final = 3
"""Pauses without a hint after which the next one is not of the same chain."""


async def watch(
    session: OfferSession,
    watcher: FetchObserver,
    *,
    interval: float | None,
    least_pause: float = LEAST_PAUSE,
    after: Callable[[], None] = lambda: None,
    on_message: Callable[[str, str], None] | None = None,
) -> None:
    """Check until cancelled.

    Args:
        session: the sources and sensors.
        watcher: hears of each offer, and of hints as warnings.
        interval: seconds between two checks without a hint; ``None``: no source is asked without one.
        least_pause: seconds between two checks in any case; doubled, up to the interval, while each check is
            followed by a hint, which a server may publish at every check-in.
        after: called after each check.
        on_message: hears of the sensor or source of a hint or of trouble with hints, and of what to say of
            it; ``None``: the watcher, as of warnings.

    Raises:
        UsageError: the settings of the only source cannot be used.
        StorageError: this PC cannot keep what was found.
    """
    loop = asyncio.get_running_loop()
    longest = interval or READ_EVERY
    async with _Listeners(session, on_message or watcher.on_warning) as listeners:
        pause = least_pause
        while True:
            begun = loop.time()
            if interval is not None or listeners.hinted.is_set():
                listeners.hinted.clear()
                await check(session, watcher)
                after()
            else:
                await _read_sensors(session)
            await listeners.follow()
            await asyncio.sleep(max(0.0, pause - (loop.time() - begun)))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(longest):
                    await listeners.hinted.wait()
            is_chain = listeners.hinted.is_set() and loop.time() - begun < _QUIET * pause
            pause = min(2 * pause, max(longest, least_pause)) if is_chain else least_pause


async def _read_sensors(session: OfferSession) -> None:
    for name in session.sources:
        with contextlib.suppress(SicktuiError):  # a check shows it
            async with session.opened(name) as source:
                await session.subjects(source)


class _Listeners:
    """The listeners of a session.

    Args:
        session: the sources and sensors.
        on_message: hears of hints, and of trouble with them.
    """

    def __init__(self, session: OfferSession, on_message: Callable[[str, str], None]) -> None:
        self.hinted = asyncio.Event()
        self._session = session
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._listeners: dict[str, Listener | None] = {}
        self._locks: dict[str, Lock] = {}
        self._unusable: dict[str, str] = {}
        """Why a source cannot be used, as it was reported."""
        self._held: set[str] = set()
        """The sources that another program listens for."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for name, listener in self._listeners.items():
            if listener is not None:
                await asyncio.to_thread(listener.close)
            self._keep(name, "")
        for name in self._unusable:
            self._keep(name, "")
        for lock in self._locks.values():
            lock.release()

    async def follow(self) -> None:
        """Listen for every sensor that has been read and has checked in."""
        for name in self._session.sources:
            if name not in self._listeners and await self._is_free(name):
                await self._listen(name)
            listener = self._listeners.get(name)
            if listener is not None:
                await asyncio.to_thread(listener.follow, self._session.read.get(name, ()))

    async def _is_free(self, name: str) -> bool:
        """Whether this program is the one that listens: a broker keeps one client of a name."""
        lock = self._session.listening_lock(name)
        if lock is None or name in self._locks:
            return True
        try:
            await asyncio.to_thread(lock.acquire)
        except Held as error:
            if name not in self._held:
                self._held.add(name)
                self._on_message(name, f"{error.message} It checks at each message.")
            return False
        except StorageError:
            return True
        self._locks[name] = lock
        self._held.discard(name)
        return True

    async def _listen(self, name: str) -> None:
        """Begin to listen. What keeps it from that may end, as a locked vault does: it is tried again."""
        try:
            async with self._session.opened(name) as source:
                self._listeners[name] = source.listen(self._on_hint, partial(self._on_state, name))
        except ConfigError as error:
            if self._unusable.get(name) != str(error):
                self._unusable[name] = str(error)
                self._heard(name, Hearing(is_well=False, sentence=str(error)))
        else:
            self._keep(name, "")

    def _on_hint(self, hint: Hint) -> None:
        self._soon(partial(self._hint, hint))

    def _on_state(self, name: str, change: Hearing) -> None:
        self._soon(partial(self._heard, name, change))

    def _soon(self, act: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the program ends, and its event loop has
            self._loop.call_soon_threadsafe(act)

    def _hint(self, hint: Hint) -> None:
        when = "was waiting" if hint.waiting else "came"
        if not self.hinted.is_set():  # one line for each check, however many messages come
            self._on_message(hint.device, f"A message about new firmware {when}: checking.")
        self.hinted.set()

    def _heard(self, name: str, change: Hearing) -> None:
        self._keep(name, "" if change.is_well else change.sentence)
        self._on_message(name, change.sentence)

    def _keep(self, name: str, sentence: str) -> None:
        with contextlib.suppress(StorageError):  # the check reports a disk that is full
            self._session.store.note_unheard(name, sentence)
