"""Waiting on a sensor with a time limit: trying again after errors, and polling.

The limit is checked after each attempt: there is always one, and a slow answer never costs the last look.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sicktui.model.clock import Clock

T = TypeVar("T")


class Deadline:
    """A moment up to which something is waited for.

    Args:
        clock: where time comes from.
        seconds: how far away the moment is.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether the moment has come."""
        return self._clock.monotonic() >= self._end

    @property
    def left(self) -> float:
        """Seconds until then, never negative."""
        return max(0.0, self._end - self._clock.monotonic())


async def retry_for(
    clock: Clock,
    seconds: float,
    pause: float,
    attempt: Callable[[], Awaitable[T]],
    *,
    on: type[Exception],
) -> T:
    """Attempt until it works.

    Args:
        clock: where time comes from.
        seconds: the time limit; an attempt under way when it ends is finished.
        pause: seconds between two attempts.
        attempt: what is attempted.
        on: the errors after which it is attempted again; others are raised at once.

    Raises:
        Exception: the last error, of the kind ``on``, when the time is over.
    """
    deadline = Deadline(clock, seconds)
    while True:
        try:
            return await attempt()
        except on:
            if deadline.over:
                raise
        await clock.sleep(pause)


async def poll_for(
    clock: Clock,
    seconds: float,
    pause: float,
    look: Callable[[], Awaitable[T]],
    *,
    done: Callable[[T], bool],
) -> T:
    """Look until ``done`` accepts what was found, or the time is over. Returns what was found last.

    Args:
        clock: where time comes from.
        seconds: the time limit; a look under way when it ends is finished.
        pause: seconds between two looks.
        look: what looks.
        done: whether what was found is what was waited for.
    """
    deadline = Deadline(clock, seconds)
    while True:
        found = await look()
        if done(found) or deadline.over:
            return found
        await clock.sleep(pause)
