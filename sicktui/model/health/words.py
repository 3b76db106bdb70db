"""Measures in the few words of a table."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sicktui.model.clock import seconds_between, timestamp
from sicktui.model.health.records import Finding, Measure, Weight
from sicktui.model.wording import count, duration

Measures = Mapping[str, Measure]
_NEW: Final = 60.0
"""Seconds: a finding is new that was first seen by this reading."""


def first_seen(finding: Finding, at: datetime) -> str:
    """When a finding was first seen (RFC 3339); empty if that is not known, or was in this reading.

    Args:
        finding: what was found.
        at: when it was read.
    """
    since = finding.since or ""
    return since if since and seconds_between(since, timestamp(at)) >= _NEW else ""


def number(measures: Measures, name: str) -> float | None:
    """A number among the measures; ``None`` if it is not there."""
    found = measures.get(name)
    if found is None or isinstance(found.value, bool) or not isinstance(found.value, int | float):
        return None
    return found.value


def weight_words(weight: Weight, found: int) -> str:
    """``2 warnings``; ``1 unread`` of what could not be read."""
    return f"{found} unread" if weight is Weight.UNKNOWN else count(found, weight.value)


def temperature_words(measures: Measures) -> str:
    """``41.5 °C``; ``-`` where it is not known."""
    value = number(measures, "temperature")
    return "-" if value is None else f"{value:.1f} °C"


def hours_words(measures: Measures) -> str:
    """``11188 h``; ``-`` where they are not known."""
    value = number(measures, "operating_hours")
    return "-" if value is None else f"{value:.0f} h"


def clock_words(measures: Measures) -> str:
    """How far the clock is off: ``+0.4 s``; ``not set`` where it counts from power-on."""
    if "uptime" in measures:
        return "not set"
    offset = number(measures, "clock_offset")
    if offset is None:
        return "-"
    return f"{'-' if offset < 0 else '+'}{duration(abs(offset))}"
