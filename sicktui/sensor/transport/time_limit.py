"""A time limit that counts only while this process runs.

A process that was stopped (by a signal, with its virtual machine, for want of memory) finds every deadline
over when it goes on, and beside it the replies that have come meanwhile. They must not count as silence: an
update takes a sensor that does not answer for one that has gone away to reboot.
"""

import asyncio
from types import TracebackType
from typing import Final, Self

_LONGEST_PART: Final = 0.5
_PARTS: Final = 8
"""The least parts that a limit is counted in: of a stop, however long, one part counts."""


class TimeLimit:
    """Like ``asyncio.timeout``, and the time in which this process does not run is not counted.

    Args:
        seconds: from the entry on; ``None``: none yet.
    """

    def __init__(self, seconds: float | None) -> None:
        self._timeout = asyncio.timeout(None)
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        if self._seconds is not None:
            self.restart(self._seconds)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        await self._timeout.__aexit__(kind, error, trace)

    def restart(self, seconds: float) -> None:
        """Count this time from now on, instead of what was left."""
        self._stop()
        self._count(seconds, min(_LONGEST_PART, seconds / _PARTS))

    def _count(self, left: float, part: float) -> None:
        loop = asyncio.get_running_loop()
        if left > 0:
            self._timer = loop.call_later(part, self._count, left - part, min(part, left - part))
        else:
            self._timeout.reschedule(loop.time())

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
