"""A sensor that is watched for some minutes: what its looks add up to. Pure, and bounded however long it is.

SICK's own criterion for a good update to old firmware is a green LED for more than ten minutes (release notes
of picoScan100, 2.1.0).
"""

from typing import Final

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Watch, Weight
from sicktui.model.health.rules.condition import CONDITION

LOOKED_AT: Final = ("DeviceStatus", "SCdevicestate", "UpdateState", "LEDState", "PowerOnCnt", "DailyOpHours")
"""What each look reads, as far as the family has it."""


class Watcher:
    """Adds up the looks at one sensor."""

    def __init__(self) -> None:
        self._looks = self._silent = 0
        self._troubles: dict[str, int] = {}
        self._words: dict[str, str] = {}
        self._first: float | None = None
        self._last: float | None = None
        self._restarted: float | None = None
        self._count: int | None = None
        self._hours: float | None = None

    def silent(self, at: float) -> None:
        """Count a look that was not answered.

        Args:
            at: seconds since the watch began.
        """
        self._looks += 1
        self._silent += 1
        self._note(at)

    def saw(self, facts: Facts, at: float) -> None:
        """Count a look.

        Args:
            facts: what it found.
            at: seconds since the watch began.
        """
        self._looks += 1
        count, hours = facts.power_on_count, facts.since_power_on
        rose = count is not None and self._count is not None and count > self._count
        fell = hours is not None and self._hours is not None and hours < self._hours
        if (rose or fell) and self._restarted is None:
            self._restarted = at
        self._count = self._count if count is None else count
        self._hours = self._hours if hours is None else hours
        for rule in CONDITION:
            finding = rule.apply(facts)
            if finding is not None and finding.level is not Weight.NOTE:
                self._troubles[rule.code] = self._troubles.get(rule.code, 0) + 1
                self._words[rule.code] = finding.message
                self._note(at)

    def _note(self, at: float) -> None:
        self._first = at if self._first is None else self._first
        self._last = at

    def result(self, seconds: float, key: str | None) -> Watch:
        """What the watch has shown.

        Args:
            seconds: how long it lasted.
            key: the sensor that was watched, by its serial number or MAC address.
        """
        return Watch(
            seconds=seconds,
            key=key,
            looks=self._looks,
            silent=self._silent,
            troubles=dict(self._troubles),
            words=tuple(self._words.values()),
            first=self._first,
            last=self._last,
            restarted=self._restarted,
        )
