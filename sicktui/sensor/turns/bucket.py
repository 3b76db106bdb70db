"""The rate limit of one sensor as arithmetic, without a clock: an average, and a burst after a pause.

What was sent is counted, and the count falls with the time at the average rate. A request may go while the
count, itself included, does not exceed the burst. So within any t seconds there are never more than burst +
rate * t requests.
"""

import math
import struct
from typing import Final

from msgspec import Struct

_BURST: Final = 10
"""Requests that may go back to back after a pause."""
_PAUSE: Final = 5.0
"""Seconds after which they may, at most: a slow rate has a smaller burst."""
_LEAST_BURST: Final = 2
"""A challenge and the request that answers it are never torn apart."""
_IN_TROUBLE: Final = 2.0
"""The rate is divided by this for a sensor in trouble: at the default rate, once a second."""
LONGEST_WAIT: Final = 30.0
"""Seconds that a sensor may ask to wait (``Retry-After``)."""
_LAYOUT: Final = struct.Struct("<4sddd")
_MARK: Final = b"SKT1"


class RequestPace(Struct, frozen=True):
    """How often a sensor may be asked."""

    rate: float
    """Requests a second on average, above zero."""

    @property
    def burst(self) -> float:
        """Requests that may go back to back after a pause: some ten, or what one second allows."""
        return max(_LEAST_BURST, min(self.rate * _PAUSE, max(_BURST, self.rate)))

    @property
    def pause(self) -> float:
        """Seconds until the next request after one without an answer."""
        return _IN_TROUBLE / self.rate


class Bucket(Struct, frozen=True):
    """What was sent to one sensor lately. A value: each change makes another one."""

    spent: float = 0.0
    """Requests that the average rate has not made up for, at the moment ``at``."""
    at: float = 0.0
    """Seconds on the monotonic clock that all processes of the PC read."""
    quiet: float = 0.0
    """Seconds from ``at`` in which nothing is sent."""

    def seen(self, now: float, pace: RequestPace) -> "Bucket":
        """The same at a later moment. No other rate or start of the PC can block a sensor."""
        if self.at > now:
            return Bucket(at=now)  # The PC was restarted since.
        passed = now - self.at
        quiet = min(self.quiet, max(LONGEST_WAIT, pace.pause))
        spent = min(self.spent, pace.burst + quiet * pace.rate)
        return Bucket(max(0.0, spent - passed * pace.rate), now, max(0.0, quiet - passed))

    def at_least(self, other: "Bucket") -> "Bucket":
        """The stricter of two counts of the same moment."""
        return Bucket(max(self.spent, other.spent), self.at, max(self.quiet, other.quiet))

    def wait(self, count: int, pace: RequestPace) -> float:
        """Seconds until this number of requests may go back to back."""
        return max(0.0, self.quiet, (self.spent + count - pace.burst) / pace.rate)

    def take(self, count: int) -> "Bucket":
        """Count requests that are about to be sent."""
        return Bucket(self.spent + count, self.at, self.quiet)

    def arrived(self, pending: int) -> "Bucket":
        """Count a request from now on, with those that are to follow it.

        The sensor counts arrivals, not departures: one that was slow to connect arrives later than it was
        taken, and the time until then has made up for nothing.
        """
        return Bucket(max(self.spent, pending), self.at, self.quiet)

    def give_back(self, count: int) -> "Bucket":
        """Return what was taken and not sent."""
        return Bucket(max(0.0, self.spent - count), self.at, self.quiet)

    def trouble(self, pace: RequestPace, asked: float = 0.0) -> "Bucket":
        """Pause after a request without an answer, or for as long as the sensor asks."""
        pause = max(pace.pause, min(asked, LONGEST_WAIT))
        return Bucket(self.spent, self.at, max(self.quiet, pause))

    def too_many(self, pace: RequestPace) -> "Bucket":
        """Allow no burst after the pause either: the sensor was asked too often."""
        return Bucket(pace.burst + self.quiet * pace.rate, self.at, self.quiet)

    def encode(self) -> bytes:
        """The bytes that are kept for other processes."""
        return _LAYOUT.pack(_MARK, self.spent, self.at, self.quiet)

    @classmethod
    def decode(cls, data: bytes) -> "Bucket":
        """From those bytes. What this program has not written counts as nothing sent."""
        try:
            mark, *numbers = _LAYOUT.unpack(data)
        except struct.error:
            return cls()
        sound = mark == _MARK and all(math.isfinite(number) and number >= 0 for number in numbers)
        return cls(*numbers) if sound else cls()
