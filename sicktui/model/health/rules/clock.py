"""The clock. No sensor reports that its clock is synchronised: only its time shows it."""

from typing import Final

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Weight
from sicktui.model.health.rules.rule import Rule
from sicktui.model.wording import duration

SOURCES: Final = {0: "none", 1: "NTP", 3: "PTP", 4: "PTP master"}
"""``TSCRole`` in words."""
_SYNCHRONISED: Final = (1, 3)


def _never(facts: Facts) -> str:
    clock = facts.clock
    if clock is None or not clock.is_unset or clock.source not in _SYNCHRONISED:
        return ""
    return (
        f"The clock was never set by {SOURCES[clock.source]} since power-on, "
        f"{duration(clock.uptime.total_seconds())} ago: it counts from 1970."
    )


def _by_hand(facts: Facts) -> str:
    clock = facts.clock
    if clock is None or clock.source != 0:
        return ""
    if clock.is_unset:
        return (
            f"The clock has no source and counts from power-on, {duration(clock.uptime.total_seconds())} ago."
        )
    return "The clock has no source: its time was set by hand, and the next restart loses it."


def _off(facts: Facts) -> str:
    clock = facts.clock
    if clock is None or clock.is_unset or abs(clock.offset) <= facts.readings.limits.clock_offset:
        return ""
    way = "ahead of" if clock.offset > 0 else "behind"
    return f"The clock shows {clock.shows:%Y-%m-%d %H:%M}: {_apart(abs(clock.offset))} {way} this PC's."


def _apart(seconds: float) -> str:
    days = seconds / 86_400
    return f"{days:.0f} days" if days > 2 else duration(seconds)  # noqa: PLR2004 - hours read better below


CLOCK: Final = (
    Rule(
        code="clock_unsynchronised",
        level=Weight.WARNING,
        when="the clock is in 1970, and TSCRole is 1 (NTP) or 3 (PTP)",
        worth="Its time source does not reach it (an unset clock starts in 1970; guide, telegram listing). "
        "No variable reports *synchronised*.",
        check=_never,
        advice="Check the server address (TSCTCSrvAddr), the route to it, and UDP 123 or 319 and 320.",
    ),
    Rule(
        code="clock_wrong",
        level=Weight.WARNING,
        when="the clock is set, and more than `health.clock_offset` (a minute) away from this PC's",
        worth="One of the two clocks is wrong. Whether a sensor shows UTC or local time is not documented: "
        "whole quarters of an hour up to 15 h are not counted.",
        check=_off,
        advice="Compare this PC's clock first. Then set up NTP or PTP on the sensor.",
    ),
    Rule(
        code="clock_no_source",
        level=Weight.NOTE,
        when="TSCRole is 0",
        worth="The sensor has no clock with a battery: a time set by hand is lost at each restart. A clock "
        "in 1970 is the time since power-on.",
        check=_by_hand,
        advice="Set up NTP or PTP if the time stamps of its data matter.",
    ),
)
