"""What is known of a sensor after a push or a look, and what the log is to report of it."""

from datetime import timedelta

from sicktui.model.device import Health, Observation
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.health.announcing import HOLD, Announcements
from sicktui.model.health.history import Change, dated
from sicktui.model.health.judgement import judge
from sicktui.model.health.records import DeviceHealth, Readings, Report
from sicktui.model.health.since import redated, refreshed, turned, values_of
from sicktui.tui.state.health import OLD, FoundHealth
from tests.health.sensors import NOW, readings, report
from tests.support.clocks import ManualClock

LATER = NOW + timedelta(minutes=3)


def codes(found: Readings) -> set[str]:
    return {finding.code for finding in judge(found).findings}


def test_a_newer_value_replaces_the_one_that_was_read() -> None:
    before = readings({"CurrentTempDev": 41.5})
    hot = refreshed(before, {"temperatureAlarmStatus": True}, LATER)
    assert "temperature_alarm" in codes(hot)
    assert (hot.at, hot.values["temperatureAlarmStatus"].at) == (LATER, LATER)
    assert hot.values["CurrentTempDev"].at == before.values["CurrentTempDev"].at
    assert refreshed(hot, {"temperatureAlarmStatus": True}, NOW) is hot


def test_what_was_unreadable_is_known_once_it_is_pushed() -> None:
    before = Readings(
        identity=readings().identity, at=NOW, values={}, unreadable={"CurrentTempDev": "no answer."}
    )
    assert "unreadable" in codes(before)
    assert "unreadable" not in codes(refreshed(before, {"CurrentTempDev": 40.0}, LATER))


def test_values_alone_are_judged_as_far_as_they_go() -> None:
    known = FoundHealth(ManualClock(start=NOW))
    identity = readings().identity
    found = known.with_values("gate-1", identity, {"temperatureAlarmStatus": True})
    assert found is not None
    assert turned(None, judge(found)).begun[0].code == "temperature_alarm"
    assert len(turned(None, judge(found)).begun) == 1


def test_a_look_has_the_states_and_not_the_temperature() -> None:
    seen = Observation(
        device="gate-1",
        reachable=True,
        update_state=UpdateState.ERROR,
        health=Health(status=DeviceStatus.NORMAL, temperature=41.0),
    )
    assert values_of(seen) == {"UpdateState": 3, "DeviceStatus": 3}
    assert values_of(Observation(device="gate-1", reachable=False)) == {}


def test_errors_and_warnings_begin_and_end_and_notes_do_not() -> None:
    calm, hot = report({"EtherAuxEnabled": True}), report({"CurrentTempDev": 60.0})
    assert [finding.code for finding in turned(None, hot).begun] == ["temperature_alarm"]
    assert turned(None, calm) == turned(hot, hot) == ((), ())
    assert [finding.code for finding in turned(hot, calm).ended] == ["temperature_alarm"]


def test_a_push_keeps_since_when_findings_hold_and_dates_new_ones() -> None:
    first, push = "2026-11-29T10:00:00.000Z", "2026-11-30T12:03:00.000Z"
    red = {"LEDState": [{"Color": 2, "Function": 0, "Id": "LED1"}]}
    before = dated(report(red), Change(open={"led_red": first}))
    after = redated(report({**red, "CurrentTempDev": 60.0}), before, push)
    assert {each.code: each.since for each in after.findings} == {"led_red": first, "temperature_alarm": push}
    assert [each.since for each in redated(report(red), None, push).findings] == [None]


CALM, HOT = report(), report({"CurrentTempDev": 60.0})


def told(said: Announcements, found: Report, now: float) -> tuple[list[str], list[str]]:
    """The codes that are reported as begun and as over."""
    change = said.news("gate-1", found, now, anew=False)
    return [each.code for each in change.begun], [each.code for each in change.ended]


def test_an_alarm_that_comes_and_goes_is_reported_rarely_and_its_last_state_always() -> None:
    said = Announcements()
    said.news("gate-1", CALM, 0.0, anew=True)
    changes = [told(said, CALM if step // 90 % 2 else HOT, step / 30) for step in range(3000)]  # each 3 s
    assert 4 <= sum(change != ([], []) for change in changes) <= 4 + 10
    steps = [told(said, CALM, 100.0 + step) for step in range(60)]
    assert sum(ended == ["temperature_alarm"] for _, ended in steps) <= 1
    assert told(said, HOT, 200.0) == (["temperature_alarm"], [])


def test_it_is_over_once_it_has_been_gone_for_a_moment() -> None:
    said = Announcements()
    assert said.news("gate-1", HOT, 0.0, anew=True).begun
    assert (told(said, CALM, 1.0), said.wait("gate-1", 1.0)) == (([], []), HOLD)
    assert told(said, HOT, 1.5) == ([], [])
    assert told(said, CALM, 2.0) == ([], [])
    assert told(said, CALM, 2.0 + HOLD) == ([], ["temperature_alarm"])
    assert said.wait("gate-1", 2.0 + HOLD) == 0
    assert said.news("gate-1", HOT, 9.0, anew=True).begun  # another sensor


def test_dirt_is_not_over_because_the_sensor_has_stopped_measuring() -> None:
    said = Announcements()
    dirty = {"ContaminationData": [3, 1, 1, 1, 1, 1, 1]}
    said.news("gate-1", report(dirty), 0.0, anew=True)
    clean = {"ContaminationData": [1] * 7}
    assert told(said, report(clean), 1.0) == ([], [])  # it reads clean before it reports that it has stopped
    assert told(said, report({**clean, "DeviceStatus": 4}), 1.1) == (["suspended"], [])
    assert told(said, report({**clean, "DeviceStatus": 4}), 60.0) == ([], [])
    assert told(said, report(dirty), 70.0) == ([], [])
    assert told(said, report(dirty), 80.0) == ([], ["suspended"])
    assert told(said, report({"ContaminationData": "?"}), 100.0) == ([], [])  # not readable: not known
    assert told(said, report(clean), 110.0) == ([], [])
    assert told(said, report(clean), 115.0) == ([], ["contamination_error"])


def test_a_finding_of_an_old_reading_has_its_age() -> None:
    clock = ManualClock(start=NOW)
    known, identity = FoundHealth(clock), readings().identity
    hot = report({"CurrentTempDev": 60.0})
    known.take(DeviceHealth(device="gate-1", at=NOW, identity=identity, report=hot))
    well = Health(status=DeviceStatus.NORMAL)
    clock.elapsed = OLD - 1
    assert known.of("gate-1", identity, well).alarm == "temperature alarm"
    clock.elapsed = 7200.0
    assert known.of("gate-1", identity, well).alarm == "temperature alarm (2h ago)"
    known.keep(["gate-2"])
    assert known.of("gate-1", identity, well) == well
