"""When the log reports that findings of one sensor begin and end: pure, with the time handed in.

A sensor that swings around a threshold, or is defective, may push an alarm and its end thirty times a second.
That must not push everything else out of the log and the history. And what is not looked for any more, as the
dirt of a sensor that has stopped measuring, is not over.
"""

from collections.abc import Collection
from typing import Final

from msgspec import Struct

from sicktui.model.health.records import Finding, Report
from sicktui.model.health.since import ALARMING, Turned

BURST: Final = 4
"""Changes of one sensor that are reported at once."""
EVERY: Final = 10.0
"""Seconds after which one more may be: what begins and ends in between is not reported."""
HOLD: Final = 2.0
"""Seconds for which a finding must be gone: a front reads clean shortly before the sensor reports a stop."""
_NOTHING: Final = Turned((), ())


class _Sensor(Struct):
    """What was reported of one sensor."""

    open: dict[str, Finding] = {}
    """What has begun and was not reported to be over."""
    gone: dict[str, float] = {}
    """Since when some of these are not found any more."""
    due: float = 0.0
    """When the last of its changes would be reported if they came evenly."""


class Announcements:
    """What was reported of each sensor, and what is new since."""

    def __init__(self) -> None:
        self._sensors: dict[str, _Sensor] = {}

    def news(self, device: str, report: Report, now: float, *, anew: bool) -> Turned:
        """What is to be reported now; nothing if nothing has changed, or if too much has been.

        Args:
            device: the device.
            report: what is known of its sensor now.
            now: on a monotonic clock.
            anew: whether nothing was known of this sensor until now.
        """
        from sicktui.model.health.history import unsettled  # noqa: PLC0415 - all rules: after the first picture

        known = self._sensors.setdefault(device, _Sensor(due=now))
        if anew:
            known.open, known.gone = {}, {}
        found = {each.code: each for each in report.findings if each.level in ALARMING}
        left = unsettled(report)
        known.gone = {
            code: known.gone.get(code, now)
            for code in known.open
            if code not in found and left is not None and code not in left
        }
        ended = [code for code, since in known.gone.items() if now - since >= HOLD]
        begun = [code for code in found if code not in known.open]
        if not (begun or ended) or self._rest(known, now) > 0:
            return _NOTHING
        known.due = max(known.due, now) + EVERY
        over = tuple(known.open.pop(code) for code in ended)
        known.gone = {code: since for code, since in known.gone.items() if code not in ended}
        known.open |= found
        return Turned(tuple(found[code] for code in begun), over)

    def keep(self, devices: Collection[str]) -> None:
        """Forget all but these devices."""
        self._sensors = {name: known for name, known in self._sensors.items() if name in devices}

    def wait(self, device: str, now: float) -> float:
        """Seconds until there may be something to report of a sensor; 0: not before something else comes."""
        known = self._sensors.get(device)
        if known is None:
            return 0.0
        holds = [since + HOLD - now for since in known.gone.values()]
        return max(self._rest(known, now), min(holds, default=0.0), 0.0)

    def _rest(self, known: _Sensor, now: float) -> float:
        return max(0.0, known.due - now - (BURST - 1) * EVERY)
