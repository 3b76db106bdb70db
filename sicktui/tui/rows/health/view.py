"""All that is known of the health of one sensor, as lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sicktui.model.health.history import HourPoint
from sicktui.model.health.records import WORST_FIRST, Finding, HealthState, Measure, Report, Weight
from sicktui.model.health.words import clock_words, first_seen, number, weight_words
from sicktui.model.safe_text import clean
from sicktui.model.wording import duration, moment
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs
from sicktui.tui.rows.health.history import history_lines
from sicktui.tui.rows.health.sectors import sector_lines

_NAME: Final = 16
_TONES: Final = {
    Weight.ERROR: Tone.BAD,
    Weight.WARNING: Tone.WARN,
    Weight.UNKNOWN: Tone.WARN,
    Weight.NOTE: Tone.DIM,
}
STATE_TONES: Final = {
    HealthState.ERROR: Tone.BAD,
    HealthState.WARNING: Tone.WARN,
    HealthState.UNKNOWN: Tone.WARN,
    HealthState.OK: Tone.GOOD,
}
_LONG: Final = 600


def state_sign(state: HealthState, glyphs: Glyphs) -> str:
    """The sign of a state; its word is beside it."""
    return {
        HealthState.ERROR: glyphs.failed,
        HealthState.WARNING: glyphs.warning,
        HealthState.UNKNOWN: glyphs.unknown,
        HealthState.OK: glyphs.done,
    }[state]


def summary(report: Report, glyphs: Glyphs) -> Cell:
    """State and number of findings in one line."""
    numbers = [
        weight_words(weight, found)
        for weight in WORST_FIRST
        if (found := sum(finding.level is weight for finding in report.findings))
    ]
    words = f"{state_sign(report.state, glyphs)} {report.state.value}"
    return cell(": ".join(part for part in (words, ", ".join(numbers)) if part), STATE_TONES[report.state])


def report_lines(
    report: Report, at: datetime, glyphs: Glyphs, width: int, history: Sequence[HourPoint] = ()
) -> list[Cell]:
    """Findings with their remedies, the front, the values, and what they were over the last days.

    Args:
        report: the health.
        at: when it was read.
        glyphs: the signs of this terminal.
        width: the cells of a line.
        history: the hours that were kept.
    """
    lines: list[Cell] = []
    for finding in report.findings:
        lines += _finding(finding, first_seen(finding, at), glyphs)
    measures = {measure.name: measure for measure in report.measures}
    front = measures.get("contamination")
    if front is not None and not isinstance(front.value, bool | int | float | str):
        lines += [(), cell("Front, by sector, as the sensor numbers them", Tone.KEY)]
        lines += sector_lines(front.value, glyphs, width)
    values = _values(measures, glyphs)
    if values:
        lines += [(), cell("Values", Tone.KEY), *values]
    return lines + history_lines(history, glyphs, width)


def _finding(finding: Finding, seen: str, glyphs: Glyphs) -> list[Cell]:
    sign = {
        Weight.ERROR: glyphs.failed,
        Weight.WARNING: glyphs.warning,
        Weight.UNKNOWN: glyphs.unknown,
        Weight.NOTE: glyphs.dot,
    }[finding.level]
    text = _shown(finding.message, glyphs)
    since = f" (since {moment(seen, short=True)})" if seen else ""
    lines: list[Cell] = [
        # Two spans: the last one wraps below itself.
        (Span(f"{sign} {finding.level.value:<7}  ", _TONES[finding.level]), Span(clean(text, _LONG) + since))
    ]
    if finding.advice:
        lines.append((Span(" " * 11), Span(clean(finding.advice, _LONG), Tone.KEY)))
    return lines


def _values(measures: Mapping[str, Measure], glyphs: Glyphs) -> list[Cell]:
    """The values that people look for, in few lines."""
    pairs = (
        ("temperature", _temperature(measures)),
        ("in operation", _hours(measures)),
        ("LEDs", _words(measures, "leds")),
        ("clock", _clock(measures)),
        ("scan data", _output(measures)),
        ("IMU data", _either(measures, "imu", "on", "off")),
        ("after a start", _either(measures, "autostart", "measures", "idles until it is started")),
        ("front", _front(measures)),
        ("checksums", _either(measures, "checksums_good", "good", "an area is damaged")),
        ("calibration", _words(measures, "calibration")),
        ("HTTPS", _https(measures)),
    )
    return [
        (Span(f"  {name:<{_NAME}}", Tone.DIM), Span(_shown(text, glyphs))) for name, text in pairs if text
    ]


def _temperature(measures: Mapping[str, Measure]) -> str:
    inside, upper = number(measures, "temperature"), number(measures, "temperature_upper")
    if inside is None:
        return ""
    return f"{inside:.1f} °C inside" + ("" if upper is None else f"; alarm above {upper:.0f} °C")


def _hours(measures: Mapping[str, Measure]) -> str:
    hours, starts = number(measures, "operating_hours"), number(measures, "power_on_count")
    parts = ["" if hours is None else f"{hours:.1f} h", "" if starts is None else f"{starts:.0f} power-ons"]
    return ", ".join(part for part in parts if part)


def _clock(measures: Mapping[str, Measure]) -> str:
    uptime, source = number(measures, "uptime"), _words(measures, "clock_source")
    words = f"not set; on for {duration(uptime)}" if uptime is not None else clock_words(measures)
    if words == "-":
        return ""
    return words + (f"; source: {source}" if source else "")


def _output(measures: Mapping[str, Measure]) -> str:
    parts = [_either(measures, "output", "on", "off"), _words(measures, "output_format")]
    if receiver := _words(measures, "output_receiver"):
        parts.append(f"to {receiver}")
    return ", ".join(part for part in parts if part)


def _front(measures: Mapping[str, Measure]) -> str:
    """Why there is no picture of the front, where the sensor could make one."""
    strategy = number(measures, "contamination_strategy")
    if strategy is None or "contamination" in measures:
        return ""
    return "contamination is not measured" if strategy == 0 else "not judged: the sensor does not measure"


def _https(measures: Mapping[str, Measure]) -> str:
    until = _words(measures, "certificate_expires")
    return _either(measures, "https", "on", "off") + (f", until {until[:10]}" if until else "")


def _either(measures: Mapping[str, Measure], name: str, yes: str, no: str) -> str:
    found = measures.get(name)
    return "" if found is None else yes if found.value is True else no


def _words(measures: Mapping[str, Measure], name: str) -> str:
    found = measures.get(name)
    if found is None or isinstance(found.value, bool | int | float):
        return ""
    words: Sequence[str] = [found.value] if isinstance(found.value, str) else found.value
    return clean(", ".join(words), _LONG)


def _shown(text: str, glyphs: Glyphs) -> str:
    return text if glyphs.unicode else text.replace("°", "")
