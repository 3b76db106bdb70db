"""Whatever a sensor pushes: a value within its limits, or nothing; and a report that can be shown."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.health.judgement import judge
from sicktui.model.health.since import redated, refreshed, turned
from sicktui.sensor.events.kinds import KINDS, Event
from sicktui.sensor.events.messages import Declined, Dropped, Pushed, read
from tests.health.sensors import NOW, readings

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-1, 10)
    | st.floats()
    | st.text()
    | st.sampled_from(["NaN", "OverTemp", "\x1b[2J", "[red]", "=1+1"])
)
fields = st.sampled_from(["AlarmState", "bWarningActive", "bErrorActive", "uiYear", "usiMonth", "x"])
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(fields | st.sampled_from([*Event]), inner),
    max_leaves=6,
)
messages = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["event", "register", "deregister", "?"]) | values,
        "event": st.sampled_from([*Event, "Nope"]),
    },
    optional={
        "clientId": st.just(1) | values,
        "status": st.integers(0, 2) | values,
        "error": values,
        "data": values,
    },
)


def _take(text: str) -> None:
    found = read(text, "gate-1")
    match found:
        case Pushed(event=event, raw=raw):
            assert event in KINDS
            before = readings()
            report = judge(refreshed(before, {event.value: raw}, NOW))
            turned(judge(before), redated(report, judge(before), "2026-11-30T12:00:00.000Z"))
            shown = [finding.message for finding in report.findings]
            assert not any("\x1b" in text for text in shown)
        case Declined(why=why) | Dropped(why=why):
            assert "\x1b" not in why


@given(messages)
def test_any_message_of_the_right_form(message: dict[str, Any]) -> None:
    _take(json.dumps(message))


@given(st.sampled_from([*Event]), values)
def test_any_value_of_an_event(event: Event, value: object) -> None:
    for data in (value, {event.value: value}):
        _take(json.dumps({"type": "event", "event": event.value, "clientId": 1, "status": 0, "data": data}))


@given(st.text() | st.binary().map(lambda data: data.decode("utf-8", "replace")))
def test_any_text(text: str) -> None:
    _take(text)
