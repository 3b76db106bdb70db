"""How fast runs have moved bytes lately."""

from collections import deque
from typing import Final

SPAN: Final = 5.0
"""Seconds of a sample: a curve that changes more often is traffic on a slow line."""
MOST: Final = 8
"""Samples that are kept."""


class Rates:
    """The highest rate of each span, the oldest first."""

    def __init__(self) -> None:
        self._spans: deque[tuple[int, float]] = deque(maxlen=MOST + 1)

    def note(self, now: float, rate: float) -> None:
        """Take a rate in bytes per second at a time on the monotonic clock."""
        span = int(now // SPAN)
        if self._spans and self._spans[-1][0] == span:
            rate = max(rate, self._spans.pop()[1])
        self._spans.append((span, rate))

    def samples(self, now: float) -> tuple[float, ...]:
        """Those of the spans that are over, with 0 for one without a rate; empty before there are two."""
        found = dict(self._spans)
        last = int(now // SPAN)
        first = max(min(found, default=last), last - MOST)
        shown = tuple(found.get(span, 0.0) for span in range(first, last))
        return shown if len(shown) > 1 and any(shown) else ()
