"""Temperature, and contamination by sector."""

from typing import Final

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Weight
from sicktui.model.health.rules.rule import Rule
from sicktui.model.health.sectors import Contamination, Sector, place
from sicktui.model.wording import names


def _is_hot(facts: Facts) -> bool:
    """Whether the alarm is on, or the sensor is hotter than its upper threshold."""
    if facts.alarm:
        return True
    if facts.temperature is None or facts.thresholds is None:
        return False
    return facts.temperature > facts.thresholds[1]


def _alarm(facts: Facts) -> str:
    if not _is_hot(facts):
        return ""
    inside = "" if facts.temperature is None else f" It has {facts.temperature:.1f} °C inside"
    limit = "" if facts.thresholds is None else f"; its threshold is {facts.thresholds[1]} °C"
    return f"The sensor is too hot.{inside}{limit}{'.' if inside else ''}"


def _warm(facts: Facts) -> str:
    if facts.temperature is None or facts.thresholds is None or _is_hot(facts):
        return ""
    lower, upper = facts.thresholds
    if not lower <= facts.temperature <= upper:
        return ""
    return f"The sensor has {facts.temperature:.1f} °C inside: its alarm comes above {upper} °C."


def _above(facts: Facts, limit: float) -> str:
    """A temperature that is too high by the settings, and not by the sensor itself."""
    if not limit or facts.temperature is None or facts.temperature < limit:
        return ""
    return f"The sensor has {facts.temperature:.1f} °C inside; the limit of the settings is {limit:g} °C."


def _above_error(facts: Facts) -> str:
    return _above(facts, facts.readings.limits.temperature_error)


def _above_warning(facts: Facts) -> str:
    return "" if _above_error(facts) else _above(facts, facts.readings.limits.temperature_warning)


def _places(facts: Facts, numbers: list[int]) -> str:
    every = len(facts.contamination.sectors)
    return names([place(number, every, facts.readings.identity.name) for number in numbers])


def _errors(found: Contamination) -> list[int]:
    states = (Sector.ERROR, Sector.BLOCKED) if found.blocked_is_error else (Sector.ERROR,)
    return found.which(*states)


def _dirty(facts: Facts) -> str:
    found = facts.judged_contamination
    if found is None:
        return ""
    heavy = _errors(found)
    if heavy:
        return f"The front is heavily contaminated: {_places(facts, heavy)}."
    return "The sensor reports a contamination error." if found.error else ""


def _minor(facts: Facts) -> str:
    found = facts.judged_contamination
    if found is None:
        return ""
    minor = found.which(Sector.WARNING)
    if len(minor) >= facts.readings.limits.contaminated_sectors:
        return f"The front is contaminated: {_places(facts, minor)}."
    unexplained = found.warning and not found.error and not minor
    return "The sensor reports a contamination warning." if unexplained else ""


def _blocked(facts: Facts) -> str:
    found = facts.judged_contamination
    if found is None or found.blocked_is_error:
        return ""
    blocked = found.which(Sector.BLOCKED)
    return f"The view is blocked, or has no value: {_places(facts, blocked)}." if blocked else ""


def _off(facts: Facts) -> str:
    if facts.contamination.strategy != 0:
        return ""
    return "The contamination measurement is off: nothing is known about the front."


_COOL: Final = "Shade or cool the sensor before its alarm comes."
_CLEAN: Final = "Clean the front, as SICK's operating instructions say, and read again while it measures."

SURROUNDINGS: Final = (
    Rule(
        code="temperature_alarm",
        level=Weight.ERROR,
        when="`temperatureAlarmStatus` is true, or CurrentTempDev is above the sensor's upper threshold",
        worth="The temperature inside the sensor, not around it (guide, telegram listing).",
        check=_alarm,
        advice="Shade or cool the sensor, and improve the contact of its mount: heat shortens its life.",
    ),
    Rule(
        code="temperature_high",
        level=Weight.WARNING,
        when="CurrentTempDev is between the sensor's two thresholds, without an alarm",
        worth="It is close to its alarm. That the lower threshold ends an alarm is inferred.",
        check=_warm,
        advice=_COOL,
    ),
    Rule(
        code="temperature_above_error",
        level=Weight.ERROR,
        when="CurrentTempDev is `health.temperature_error` or more, where that is set",
        worth="The limit is yours: the sensor's own thresholds hold beside it.",
        check=_above_error,
        advice=_COOL,
    ),
    Rule(
        code="temperature_above_warning",
        level=Weight.WARNING,
        when="CurrentTempDev is `health.temperature_warning` or more, where that is set",
        worth="As above.",
        check=_above_warning,
        advice=_COOL,
    ),
    Rule(
        code="contamination_error",
        level=Weight.ERROR,
        when="it measures, the strategy is not off, and a sector is 3 (or 0, where blocked counts as error), "
        "or bErrorActive is true",
        worth="Sectors read clean while it does not measure, so they are not judged then (release notes); "
        "its states are read before and after them.",
        check=_dirty,
        advice=_CLEAN,
    ),
    Rule(
        code="contamination_warning",
        level=Weight.WARNING,
        when="it measures, the strategy is not off, and `health.contaminated_sectors` (1) or more are 2, or "
        "bWarningActive is true without such a sector",
        worth="As above.",
        check=_minor,
        advice=_CLEAN,
    ),
    Rule(
        code="sector_blocked",
        level=Weight.WARNING,
        when="it measures, the strategy is not off, and a sector is 0 (LRS4000: 3)",
        worth="0 is blocked (telegram listing, web page), although the OpenAPI files call it none.",
        check=_blocked,
        advice="Remove what covers the view. A frame of the mount may be meant: leave its "
        "sectors out in the contamination settings.",
    ),
    Rule(
        code="contamination_off",
        level=Weight.NOTE,
        when="`ContaminationConfig.eStrategy` is 0, which is the default",
        worth="No warning then proves nothing.",
        check=_off,
        advice="Switch it on in the sensor's settings (ContaminationConfig) to see dirt early.",
    ),
)
