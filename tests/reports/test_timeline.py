"""From events to spans of time, and to a picture in characters."""

from datetime import timedelta

import pytest

from sicktui.engine.reports.picture_text import axis, fitting_scale, text_lines
from sicktui.engine.reports.picture_text import sample as columns_of
from sicktui.engine.reports.timeline import DeviceTimeline, Phase, PhaseSpan, Timeline, TimelineBuilder
from sicktui.model.enums import Operation, RunState, Step, StepState, Verdict
from sicktui.model.run.event import Contacted, Event
from tests.reports.sample import (
    RUN,
    START,
    at,
    good,
    item,
    noticed,
    run_line,
    sample,
    spec_of,
    step,
    steps,
    verdict,
)


def made(events: list[Event], *names: str, now: float | None = None) -> Timeline:
    builder = TimelineBuilder(spec_of([item(name) for name in names or ("gate-1",)]))
    for event in events:
        builder.add([event])
    return builder.result(None if now is None else START + timedelta(seconds=now))


def spans(device: DeviceTimeline) -> list[tuple[str, float, float]]:
    return [(span.phase.value, span.start, span.end) for span in device.spans]


def test_an_update_is_a_row_of_phases_without_gaps() -> None:
    [device] = made(good()).devices
    assert spans(device) == [
        ("waits", 0, 1),
        ("check", 1, 2),
        ("backup", 2, 10),
        ("check", 10, 11),
        ("upload", 11, 30),
        ("flash", 30, 60),
        ("reboot", 60, 62),
        ("away", 62, 100),
        ("verify", 100, 110),
    ]
    assert [(again.at, again.number) for again in device.tries] == [(20, 2)]
    assert (device.verdict, device.ended, device.at_work) == (Verdict.SUCCEEDED, 110, 109)
    assert device.total(Phase.AWAY) == 38


def test_a_live_run_grows_and_silence_shows_at_once() -> None:
    events: list[Event] = [run_line(0), step("gate-1", 1, Step.FLASH)]
    live = made(events, now=8)
    assert (live.live, live.seconds, spans(live.devices[0])) == (True, 8, [("waits", 0, 1), ("flash", 1, 8)])
    events.append(Contacted(ts=at(9), run=RUN, device="gate-1", answered=False))
    assert spans(made(events, now=11).devices[0])[-2:] == [("flash", 1, 9), ("away", 9, 11)]
    events.append(Contacted(ts=at(12), run=RUN, device="gate-1", answered=True))
    assert spans(made(events, now=13).devices[0])[-2:] == [("away", 9, 12), ("flash", 12, 13)]
    events += [run_line(14, RunState.FINISHED)]
    assert not made(events, now=500).live
    assert made(events, now=500).seconds == 14


def test_a_step_that_ends_in_silence_stays_away() -> None:
    events: list[Event] = [
        step("gate-1", 0, Step.FLASH),
        noticed("gate-1", 5, silent=True),
        step("gate-1", 8, Step.FLASH, StepState.DONE),
        step("gate-1", 8, Step.REBOOT),
        noticed("gate-1", 20, silent=False),
        verdict("gate-1", 22, Verdict.SUCCEEDED),
    ]
    assert spans(made(events).devices[0]) == [("flash", 0, 5), ("away", 5, 20), ("reboot", 20, 22)]


def test_an_interruption_and_a_clock_that_is_set_are_left_out() -> None:
    spec, events = sample()
    builder = TimelineBuilder(spec)
    builder.add(events)
    drawn = builder.result()
    assert [(cut.at, round(cut.seconds), cut.interrupted) for cut in drawn.breaks] == [
        (116, 3604, True),
        (118, -3602, False),
    ]
    assert drawn.seconds == 118 + 61
    by_name = {device.device: device for device in drawn.devices}
    assert spans(by_name["gate-3"])[-2:] == [("check", 117, 118), ("away", 118, 178)]
    assert (by_name["hall-1"].spans, by_name["hall-1"].verdict) == ((), Verdict.FAILED)
    text = "\n".join(text_lines(drawn))
    assert "| at 1:56: interrupted for 1 h 00 min" in text
    assert "the clock of the PC was set back by 1 h 00 min" in text


def test_a_long_silence_of_the_journal_is_left_out_and_a_long_flash_is_not() -> None:
    flash: list[Event] = [step("gate-1", 0, Step.FLASH), verdict("gate-1", 600, Verdict.FAILED)]
    assert (made(flash).seconds, made(flash).breaks) == (600, ())
    jump: list[Event] = [step("gate-1", 0, Step.FLASH), verdict("gate-1", 86_400, Verdict.FAILED)]
    assert (made(jump).seconds, len(made(jump).breaks)) == (0, 1)


def test_backups_and_restores_have_their_phases() -> None:
    events = steps(
        "gate-1", (Step.AUTHENTICATE, 0, 1), (Step.CREATE, 1, 4), (Step.DOWNLOAD, 4, 6), (Step.STORE, 6, 7)
    )
    builder = TimelineBuilder(spec_of([item("gate-1")], operation=Operation.BACKUP))
    builder.add([*events, verdict("gate-1", 7, Verdict.SUCCEEDED)])
    assert [span[0] for span in spans(builder.result().devices[0])] == ["check", "backup"]
    restore = steps(
        "gate-1", (Step.UPLOAD, 0, 1), (Step.ACTIVATE, 1, 5), (Step.PERSIST, 5, 6), (Step.VERIFY, 6, 7)
    )
    assert [span[0] for span in spans(made(restore).devices[0])] == ["upload", "restore", "save", "verify"]


def test_each_column_shows_what_took_most_of_it() -> None:
    device = DeviceTimeline(
        device="d",
        spans=(PhaseSpan(Phase.WAIT, 0, 3.5), PhaseSpan(Phase.UPLOAD, 3.5, 9), PhaseSpan(Phase.AWAY, 9, 12)),
    )
    letters = [phase.value[0] if phase else "" for phase in columns_of(device, 0, 2, 8)]
    assert letters == ["w", "w", "u", "u", "u", "a", "", ""]
    assert columns_of(device, 9, 1, 4) == [Phase.AWAY] * 3 + [None]
    assert columns_of(device, 100, 1, 2) == [None, None]


@pytest.mark.parametrize(
    ("seconds", "columns", "scale"),
    [(37, 60, 1), (600, 60, 10), (601, 60, 15), (3, 60, 0.1), (1e9, 10, 14400)],
)
def test_a_scale_is_a_round_number(seconds: float, columns: int, scale: float) -> None:
    assert fitting_scale(seconds, columns) == scale


def test_the_axis_has_each_time_at_its_column() -> None:
    assert axis(0, 1, 40) == "0:00      0:10      0:20      0:30"
    assert axis(5, 1, 25) == "     0:10      0:20"
    assert axis(0, 60, 20) == "0:00      10:00"
    assert all(len(axis(first, scale, 33)) <= 33 for first in (0, 7.3, 999) for scale in (0.1, 5, 1200))


def test_a_try_shows_in_the_picture() -> None:
    lines = text_lines(made(good()), 80)
    assert lines[1].startswith("gate-1 ")
    assert lines[1].rstrip().endswith("succeeded")
    assert "2" in lines[1].split()[1]
    assert "2 second try" in lines[-1]
