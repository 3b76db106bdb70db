"""A sensor that is watched for some minutes: what its looks add up to. Pure, and bounded however long it is.

SICK's own criterion for a good update to old firmware is a green LED for more than ten minutes (release notes
of picoScan100, 2.1.0).
"""

from collections.abc import Iterator
from typing import Final

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Watch, Weight, both_versions
from sicktui.model.health.rules.condition import CONDITION

LOOKED_AT: Final = ("DeviceStatus", "SCdevicestate", "UpdateState", "LEDState", "PowerOnCnt", "DailyOpHours")
"""What each look reads, as far as the family has it."""


_STATES: Final = LOOKED_AT[:4]
"""Without one of these it is not known whether a sensor is well."""
_FLASHES: Final = ("updating", "update_finished")
"""Only notes, as they are intended; but one that writes its firmware, or is about to restart, is not well."""


def _troubles(facts: Facts) -> Iterator[tuple[str, str]]:
    """Why a look does not count as well: code and sentence."""
    for rule in CONDITION:
        finding = rule.apply(facts)
        if finding is not None and (finding.level is not Weight.NOTE or rule.code in _FLASHES):
            yield rule.code, finding.message
    for name in _STATES:
        if name in facts.unreadable:
            yield f"unreadable {name}", f"{name} cannot be read: {facts.unreadable[name]}"


class Watcher:
    """Adds up the looks at one sensor."""

    def __init__(self) -> None:
        self._looks = self._silent = 0
        self._troubles: dict[str, int] = {}
        self._words: dict[str, str] = {}
        self._first: float | None = None
        self._last: float | None = None
        self._restarted: float | None = None
        self._versions: tuple[str, ...] = ()
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

    def other(self, label: str, at: float) -> None:
        """Count a look that another sensor has answered.

        Args:
            label: its serial number.
            at: seconds since the watch began.
        """
        self._looks += 1
        self._trouble("other_device", f"Another sensor answered{f' ({label})' if label else ''}.", at)

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
        self._versions = both_versions(self._versions, facts.readings.identity.runs)
        for code, words in _troubles(facts):
            self._trouble(code, words, at)

    def _trouble(self, code: str, words: str, at: float) -> None:
        self._troubles[code] = self._troubles.get(code, 0) + 1
        self._words[code] = words
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
            versions=self._versions,
        )
