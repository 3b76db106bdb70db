"""How often the log may report that findings of one sensor begin and end: pure, with the time handed in.

A sensor that swings around a threshold, or is defective, may push an alarm and its end thirty times a second.
That must not push everything else out of the log and the history.
"""

from collections.abc import Collection
from typing import Final

from sicktui.model.health.records import Report
from sicktui.model.health.since import Turned, turned

BURST: Final = 4
"""Changes of one sensor that are reported at once."""
EVERY: Final = 10.0
"""Seconds after which one more may be: what begins and ends in between is not reported."""
_NOTHING: Final = Turned((), ())


class Announcements:
    """What was reported of each sensor last, and what is new since."""

    def __init__(self) -> None:
        self._reported: dict[str, Report] = {}
        self._due: dict[str, float] = {}
        """When the last of its changes would be reported if they came evenly."""

    def news(self, device: str, report: Report, now: float, *, anew: bool) -> Turned:
        """What is to be reported now; nothing if nothing has changed, or if too much has been.

        Args:
            device: the device.
            report: what is known of its sensor now.
            now: on a monotonic clock.
            anew: whether nothing was known of this sensor until now.
        """
        if anew:
            self._reported.pop(device, None)
        change = turned(self._reported.get(device), report)
        if not (change.begun or change.ended) or self.wait(device, now) > 0:
            return _NOTHING
        self._due[device] = max(self._due.get(device, now), now) + EVERY
        self._reported[device] = report
        return change

    def keep(self, devices: Collection[str]) -> None:
        """Forget all but these devices."""
        self._reported = {name: report for name, report in self._reported.items() if name in devices}
        self._due = {name: due for name, due in self._due.items() if name in devices}

    def wait(self, device: str, now: float) -> float:
        """Seconds until a change of a sensor may be reported; 0: now."""
        return max(0.0, self._due.get(device, now) - now - (BURST - 1) * EVERY)
