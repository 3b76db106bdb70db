"""What came after a reading: values that were pushed or seen by a look, and which findings that changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from msgspec import structs

from sicktui.model.device import Observation
from sicktui.model.health.records import Finding, Readings, Report, Weight, read_at

ALARMING: Final = frozenset({Weight.ERROR, Weight.WARNING})


def refreshed(readings: Readings, values: Mapping[str, Any], at: datetime) -> Readings:
    """Readings with newer values; the same ones if all of these are known already.

    Args:
        readings: what was read before.
        values: by variable, as the sensor reports them.
        at: when they came.
    """
    known = readings.values
    new = {name: v for name, v in values.items() if name not in known or known[name].value != v}
    news = read_at(at, new)
    if not news:
        return readings
    return structs.replace(
        readings,
        at=at,
        values={**known, **news},
        unreadable={name: why for name, why in readings.unreadable.items() if name not in news},
        absent=[name for name in readings.absent if name not in news],
    )


def newest(readings: Readings, known: Readings | None) -> Readings:
    """A reading, with the values that came from the same sensor after it had read them: it may take a minute.

    Args:
        readings: the reading that has just ended.
        known: what was known of the sensor until now, with what it pushed; ``None``: nothing.
    """
    values = readings.values
    newer = {
        name: value
        for name, value in (known.values if known else {}).items()
        if name in values and value.at > values[name].at
    }
    return structs.replace(readings, values={**values, **newer}) if newer else readings


def values_of(seen: Observation) -> dict[str, Any]:
    """The variables of its health that a look has read. Not the temperature: a pushed one is rounded."""
    values: dict[str, Any] = {}
    if seen.update_state is not None:
        values["UpdateState"] = seen.update_state.value
    if seen.health.status is not None:
        values["DeviceStatus"] = seen.health.status.value
    return values


def redated(report: Report, before: Report | None, now: str) -> Report:
    """A report that follows from a push, with the moments since when its findings hold.

    Args:
        report: the new one, without moments.
        before: what was known until now; ``None``: nothing, so that a finding may be older.
        now: when the push came (RFC 3339).
    """
    if before is None:
        return report
    known = {finding.code: finding.since for finding in before.findings}
    dated = [structs.replace(finding, since=known.get(finding.code, now)) for finding in report.findings]
    return structs.replace(report, findings=tuple(dated))


class Turned(NamedTuple):
    """The findings of level error or warning that began and that ended, the worst first."""

    begun: tuple[Finding, ...]
    ended: tuple[Finding, ...]


def turned(before: Report | None, after: Report) -> Turned:
    """What has begun and ended between two reports on the same sensor.

    Args:
        before: the earlier one; ``None``: there was none.
        after: the later one.
    """
    was = {finding.code: finding for finding in _alarming(before)}
    now = {finding.code: finding for finding in _alarming(after)}
    return Turned(
        tuple(finding for code, finding in now.items() if code not in was),
        tuple(finding for code, finding in was.items() if code not in now),
    )


def _alarming(report: Report | None) -> list[Finding]:
    return [finding for finding in (report.findings if report else ()) if finding.level in ALARMING]
