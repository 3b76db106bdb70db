"""What is kept of a sensor's health, hour by hour: pure rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, structs

from sicktui.model.health.records import Finding, Measure, Report
from sicktui.model.health.rules.measuring import MEASURING
from sicktui.model.health.rules.watched import WATCHED

HOUR: Final = 3600
TRACKED: Final[Mapping[str, float]] = {
    "temperature": 0.1,
    "operating_hours": 0.1,
    "power_on_count": 1,
    "clock_offset": 0.1,
    "device_status": 1,
    "device_state": 1,
}
"""The numbers that are kept, by the names of ``values``, each with its step: what is finer is rounded."""
FRONT: Final = "contamination"
"""The value that is kept sector by sector."""
SECTORS: Final = ("clean", "minor", "heavy", "blocked")
"""The words of a sector's state, from the best to the worst."""
_MOST_SECTORS: Final = 64
_LARGEST: Final = 10**12
_UNJUDGED: Final = frozenset({"contamination_error", "contamination_warning", "sector_blocked"})
"""Findings that are not looked for while the front is not measured."""

_LISTENED: Final = frozenset(rule.code for rule in MEASURING)
"""Findings of a check whether it measures: each has one at least."""
_WATCHED: Final = frozenset(rule.code for rule in WATCHED)
"""The same of a sensor that was watched."""


class HourlyNumber(Struct, frozen=True):
    """A number within an hour."""

    low: float
    high: float
    last: float


class HourPoint(Struct, frozen=True, kw_only=True):
    """A sensor within one hour."""

    hour: int
    """Hours since 1970, UTC."""
    numbers: Mapping[str, HourlyNumber] = {}
    """By the names of ``TRACKED``; what was not reported is left out."""
    front: Sequence[str] = ()
    """The worst of each sector."""
    version: str = ""
    """The last one."""


def point_of(at: datetime, measures: Iterable[Measure], version: str) -> HourPoint:
    """What one reading leaves for its hour.

    Args:
        at: when it was read.
        measures: the values that were understood.
        version: the firmware.
    """
    known = {measure.name: measure for measure in measures}
    numbers = {
        name: HourlyNumber(number, number, number)
        for name, step in TRACKED.items()
        if (number := _rounded(known.get(name), step)) is not None
    }
    front = known[FRONT].value if FRONT in known else ()
    words = [] if isinstance(front, bool | int | float | str) else list(front)
    return HourPoint(
        hour=int(at.timestamp() // HOUR),
        numbers=numbers,
        front=tuple(words[:_MOST_SECTORS]) if set(words) <= set(SECTORS) else (),
        version=version,
    )


def _rounded(measure: Measure | None, step: float) -> float | None:
    if measure is None or isinstance(measure.value, bool) or not isinstance(measure.value, int | float):
        return None
    return round(round(measure.value / step) * step, 1) if abs(measure.value) <= _LARGEST else None


def merged(earlier: HourPoint, later: HourPoint) -> HourPoint:
    """Two readings of one hour as one point."""
    numbers = dict(earlier.numbers)
    for name, new in later.numbers.items():
        old = numbers.get(name, new)
        numbers[name] = HourlyNumber(min(old.low, new.low), max(old.high, new.high), new.last)
    front = later.front or earlier.front
    if len(earlier.front) == len(later.front):
        front = tuple(max(pair, key=SECTORS.index) for pair in zip(earlier.front, later.front, strict=True))
    return HourPoint(hour=later.hour, numbers=numbers, front=front, version=later.version or earlier.version)


def unsettled(report: Report) -> frozenset[str] | None:
    """The findings whose absence proves nothing in this report; ``None``: that of any.

    A finding does not end because its variable could not be read this time, nor a dirty front because the
    sensor does not measure, nor a silent stream because this reading did not listen.
    """
    if any(finding.code == "unreadable" for finding in report.findings):
        return None
    known = {measure.name: measure.value for measure in report.measures}
    judged = FRONT in known or known.get("contamination_strategy") == 0
    left = frozenset() if judged else _UNJUDGED
    for asked in (_LISTENED, _WATCHED):
        if not any(finding.code in asked for finding in report.findings):
            left |= asked
    return left


class Begun(Struct, frozen=True, kw_only=True):
    """A finding, and since when it holds."""

    code: str
    since: str
    """When it was first seen (RFC 3339)."""
    ended: str | None = None
    """When it was first seen to be gone."""


class Change(Struct, frozen=True, kw_only=True):
    """What a reading has changed."""

    open: Mapping[str, str] = {}
    """Since when each finding holds, by its code (RFC 3339)."""
    begun: Sequence[str] = ()
    """The findings that the reading before did not have."""
    ended: Sequence[str] = ()
    """Those that are gone."""


def settle(open_now: Mapping[str, str], report: Report, now: str) -> Change:
    """Compare the findings of a report with those that were open.

    Args:
        open_now: the findings that hold so far, and since when.
        report: the new reading.
        now: its time (RFC 3339).
    """
    codes = [finding.code for finding in report.findings if is_kept(finding)]
    kept = unsettled(report)
    ended = [code for code in open_now if code not in codes and kept is not None and code not in kept]
    begun = [code for code in dict.fromkeys(codes) if code not in open_now]
    left = {code: since for code, since in open_now.items() if code not in ended}
    return Change(open=left | dict.fromkeys(begun, now), begun=begun, ended=ended)


def dated(report: Report, change: Change) -> Report:
    """The report, with the moment when each finding was first seen."""
    findings = [structs.replace(finding, since=change.open.get(finding.code)) for finding in report.findings]
    return structs.replace(report, findings=tuple(findings))


def is_kept(finding: Finding) -> bool:
    """Whether it is a fact about the sensor, and not about one reading of it."""
    return finding.code != "unreadable"
