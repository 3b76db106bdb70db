"""The view of a sensor's health: its lines, the picture of its front, the mark in the list."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from sicktui.model.device import Health, Identity
from sicktui.model.enums import DeviceStatus
from sicktui.model.health.history import HourlyNumber, HourPoint
from sicktui.model.health.records import DeviceHealth, Finding, Weight, report_of
from sicktui.model.wording import moment
from sicktui.tui.drawing.spans import Cell, hanging_indent, text_of, width_of
from sicktui.tui.glyphs import ASCII, UNICODE
from sicktui.tui.rows.health.cells import health_cell
from sicktui.tui.rows.health.history import buckets_of, history_lines
from sicktui.tui.rows.health.sectors import sector_lines
from sicktui.tui.rows.health.view import report_lines, summary
from sicktui.tui.state.health import FoundHealth
from tests.health.sensors import NOW, readings, report, time_of
from tests.support.clocks import ManualClock

SENSOR = readings().identity
WORDS = ["clean", "minor", "heavy", "blocked", "clean", "clean", "clean"]

NOW_TEXT = "2026-11-30T12:00:00.000Z"


def lines_of(found: Sequence[Cell]) -> list[str]:
    return [text_of(line).rstrip() for line in found]


def test_the_front_is_a_picture_with_words() -> None:
    assert lines_of(sector_lines(WORDS, ASCII, 80)) == [
        "     1        2        3        4        5        6        7",
        "  .......  =======  #######  xxxxxxx  .......  .......  .......",
        "   clean    minor    heavy   blocked   clean    clean    clean",
    ]


@pytest.mark.parametrize("width", [20, 77, 117])
def test_twelve_sectors_take_more_lines_and_never_more_width(width: int) -> None:
    lines = sector_lines(["clean"] * 12, UNICODE, width)
    assert all(width_of(line) <= width for line in lines)
    assert sum(text_of(line).count("clean") for line in lines) == 12


def test_a_finding_is_a_sign_a_word_and_a_remedy() -> None:
    found = report({"ContaminationData": [1, 3, 1, 1, 1, 1, 1], "EtherAuxEnabled": True})
    shown = lines_of(report_lines(found, NOW, ASCII, 80))
    assert shown[0] == "x error    The front is heavily contaminated: sector 2 (-99 to -59 degrees)."
    assert shown[1].strip().startswith("Clean the front")
    assert "=======" not in "".join(shown)
    assert text_of(summary(found, ASCII)) == "x error: 1 error, 1 note"


def test_values_are_short_and_ascii_where_they_must_be() -> None:
    shown = "\n".join(lines_of(report_lines(report(), NOW, ASCII, 80)))
    assert "41.5 C inside; alarm above 55 C" in shown
    assert "11188.3 h, 17 power-ons" in shown
    assert "on, Compact, to UDP 192.168.0.100:2115" in shown
    assert shown.isascii()


def test_why_there_is_no_picture_is_a_value() -> None:
    off = "\n".join(lines_of(report_lines(report({"ContaminationConfig": {"eStrategy": 0}}), NOW, ASCII, 80)))
    assert "contamination is not measured" in off
    idle = "\n".join(lines_of(report_lines(report({"DeviceStatus": 4}), NOW, ASCII, 80)))
    assert "not judged: the sensor does not measure" in idle
    fresh = NOW.replace(year=1970) - timedelta(hours=1)
    unset = "\n".join(lines_of(report_lines(report({"LSPdatetime": time_of(fresh)}), NOW, ASCII, 80)))
    assert "not set; on for" in unset


def test_the_list_marks_what_was_found_of_this_very_sensor() -> None:
    well, marks = Health(status=DeviceStatus.NORMAL), FoundHealth(ManualClock())
    found = report({"CurrentTempDev": 60.0})
    marks.take(DeviceHealth(device="gate-1", at=NOW, identity=SENSOR, report=found))
    marks.take(DeviceHealth(device="gate-1", at=NOW, report=found))  # not read: what was found stays
    shown = marks.of("gate-1", SENSOR, well)
    assert text_of(health_cell(shown, UNICODE, 30)) == "× temperature alarm"  # noqa: RUF001
    assert text_of(health_cell(shown, ASCII, 8)) == "x error"
    other = Identity(name="picoScan", version="2.3.3.0R", serial="25420068")
    assert marks.of("gate-1", other, well) == well
    assert marks.of("gate-2", SENSOR, well) == well


def test_a_note_is_no_mark_and_a_worse_status_wins() -> None:
    marks, broken = FoundHealth(ManualClock()), Health(status=DeviceStatus.FATAL_ERROR)
    noted = report({"EtherAuxEnabled": True})
    marks.take(DeviceHealth(device="gate-1", at=NOW, identity=SENSOR, report=noted))
    assert marks.of("gate-1", SENSOR, broken) == broken
    warm = report({"CurrentTempDev": 52.0})
    marks.take(DeviceHealth(device="gate-1", at=NOW, identity=SENSOR, report=warm))
    assert text_of(health_cell(marks.of("gate-1", SENSOR, broken), ASCII, 30)) == "x fatal error"


def hours_of(*degrees: float | None) -> list[HourPoint]:
    """Hours with these temperatures; ``None``: not read."""
    return [
        HourPoint(hour=hour, numbers={"temperature": HourlyNumber(value, value, value)})
        for hour, value in enumerate(degrees)
        if value is not None
    ]


def test_the_last_days_as_curves() -> None:
    points = hours_of(40.0, None, 50.0, 60.0, 70.0)
    head, temperature = lines_of(history_lines(points, ASCII, 80))[1:]
    assert head == "History of 5 hours"
    assert temperature == "  temperature     . -=#  40 to 70 C"
    assert history_lines(points[:1], ASCII, 80) == []
    still = lines_of(history_lines(hours_of(40.0, 40.0), ASCII, 80))
    assert still[-1] == "  temperature     --  40 C"


def test_a_month_fits_the_width() -> None:
    points = [
        HourPoint(
            hour=hour, numbers={"temperature": HourlyNumber(20, hour % 24, 20)}, front=("clean", "heavy")
        )
        for hour in range(720)
    ]
    for width in (60, 77, 117):
        shown = lines_of(history_lines(points, ASCII, width))
        assert shown[1] == "History of 30 days"
        assert max(map(len, shown)) <= width
        assert shown[-1].endswith("worst: heavy")
    assert buckets_of([float(hour) for hour in range(720)], 3) == [239.0, 479.0, 719.0]


def test_since_when_a_finding_holds() -> None:
    busy = Finding(code="busy", level=Weight.WARNING, message="Busy.", advice="", since=NOW_TEXT)
    later = lines_of(report_lines(report_of([busy]), NOW + timedelta(minutes=1), ASCII, 80))
    assert later[0].endswith(f"Busy. (since {moment(NOW_TEXT, short=True)})")
    assert lines_of(report_lines(report_of([busy]), NOW, ASCII, 80))[0].endswith("Busy.")


def test_a_long_finding_wraps_below_its_own_text() -> None:
    long = Finding(code="long", level=Weight.NOTE, message="Words. " * 12, advice="", since=NOW_TEXT)
    found = report_lines(report_of([long]), NOW, ASCII, 60)
    first, *more = [text_of(line) for line in hanging_indent(found[0], 60)]
    assert first.startswith("- note     Words.")
    assert more
    assert all(line.startswith(" " * 11) for line in more)
