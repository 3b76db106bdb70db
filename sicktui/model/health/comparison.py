"""What an update has changed of a sensor's health: a pure comparison of two readings."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import structs

from sicktui.model.health.facts import Facts, facts_of
from sicktui.model.health.records import WORST_FIRST, Finding, Readings, Remembered, Weight, read_at
from sicktui.model.health.rules import RULES
from sicktui.model.health.rules.measuring import MEASURING
from sicktui.model.update.observations import Reading

_MEASURING: Final = frozenset(rule.code for rule in MEASURING)
_CLOCK: Final = frozenset({"clock_no_source", "clock_unsynchronised"})
"""Rules that a restart makes true: the loss of the clock is judged instead."""
_SINCE: Final = "It was not so before the update."
_UNREAD: Final = "It was not read before the update."


def compare_health(before: Readings, after: Readings) -> list[Finding]:
    """What is wrong after an update and was not before, the worst first; what was so before is left out.

    A setting that is another one now is a warning, also where a rule has it as a note: an update keeps
    settings. What was not read before counts only if it is more than a note.

    Args:
        before: what was read before it; mostly little.
        after: what was read after it.
    """
    then = facts_of(before)
    remembered = Remembered(calibration=then.calibration or None)
    whole = structs.replace(after, before=remembered)
    alike = structs.replace(
        whole,
        values={name: value for name, value in after.values.items() if name in before.values},
        unreadable={name: why for name, why in after.unreadable.items() if name in before.values},
        absent=[name for name in after.absent if name in before.values],
    )
    was = {rule.code for rule in RULES if rule.apply(then)}
    found = _new(facts_of(alike), was)
    found += _unknown_before(facts_of(whole), was | {finding.code for finding in found})
    found += _changed(then, facts_of(whole))
    return sorted(found, key=lambda finding: WORST_FIRST.index(finding.level))


def _new(now: Facts, was: set[str]) -> list[Finding]:
    """What holds of the variables that were read both times, and did not before."""
    found = []
    for rule in RULES:
        finding = rule.apply(now)
        if finding is None or rule.code in was | _MEASURING | _CLOCK:
            continue
        level = Weight.WARNING if finding.level is Weight.NOTE else finding.level
        found.append(structs.replace(finding, level=level, message=f"{finding.message} {_SINCE}"))
    return found


def _unknown_before(now: Facts, known: set[str]) -> list[Finding]:
    found = []
    for rule in RULES:
        finding = rule.apply(now)
        if finding is None or finding.level is Weight.NOTE or rule.code in known | _MEASURING | _CLOCK:
            continue
        found.append(structs.replace(finding, message=f"{finding.message} {_UNREAD}"))
    return found


def _changed(then: Facts, now: Facts) -> list[Finding]:
    """Values without a rule: the clock, and where scan data goes."""
    found = []
    if then.clock and now.clock and now.clock.is_unset and not then.clock.is_unset:
        has_source = now.clock.source not in (None, 0)
        found.append(
            Finding(
                code="clock_lost",
                level=Weight.NOTE,
                message="The restart has lost the clock, as expected: it has no battery"
                + (", and its time source has not set it yet." if has_source else " and no time source."),
                advice="Read it again in some minutes."
                if has_source
                else "Set it again, or set up NTP or PTP.",
            )
        )
    for name, old, new in (
        ("format", then.output.format, now.output.format),
        ("receiver", then.output.receiver, now.output.receiver),
    ):
        if old and new and old != new:
            found.append(
                Finding(
                    code=f"output_{name}_changed",
                    level=Weight.WARNING,
                    message=f"The {name} of its scan data is {new} now; it was {old} before the update.",
                    advice="Programs that expect the old one get nothing. Set it back, or restore.",
                )
            )
    return found


def readings_of(look: Reading, values: Mapping[str, Any], base: Readings) -> Readings:
    """The readings of an update as those of health: its last look, and parameters.

    Args:
        look: what the job itself has read.
        values: variables, as they were read beside.
        base: who it is, and when.
    """
    known: dict[str, Any] = {}
    if look.status is not None:
        known["DeviceStatus"] = look.status.value
    if look.calibration is not None or look.sums_ok is not None:
        known["LFTchecksum"] = {"MD5Calibration": look.calibration or ""}
        if look.sums_ok is not None:
            known["LFTchecksum"]["MD5SumOK"] = look.sums_ok
    if look.clock is not None and (moment := _as_sensor(look.clock)):
        known["LSPdatetime"] = moment
    known |= values
    return structs.replace(base, values=read_at(base.at, known))


def _as_sensor(clock: float) -> dict[str, int] | None:
    """Seconds since 1970 as ``LSPdatetime``; ``None``: not a date."""
    try:
        moment = datetime.fromtimestamp(clock, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return {
        "uiYear": moment.year,
        "usiMonth": moment.month,
        "usiDay": moment.day,
        "usiHour": moment.hour,
        "usiMinute": moment.minute,
        "usiSec": moment.second,
        "udiUSec": moment.microsecond,
    }
