"""A sensor that is watched: what its looks add up to, and the command over real HTTP."""

import asyncio
from typing import Any

import pytest
from msgspec import structs

from sicktui.engine.health.watch import watch_sensor
from sicktui.model.health.facts import facts_of
from sicktui.model.health.judgement import judge
from sicktui.model.health.records import Report, Watch, Weight
from sicktui.model.health.rules.watched import WATCHED
from sicktui.model.health.watching import Watcher
from sicktui.simulator import Fault
from tests.health.sensors import readings
from tests.support.engine_harness import EngineHarness
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness

YELLOW = {"LEDState": [{"Color": 1, "Function": 0, "Id": "LED1"}]}


def watched(*looks: dict[str, Any] | None) -> Watch:
    """What looks ten seconds apart add up to; ``None``: not answered."""
    watcher = Watcher()
    for number, look in enumerate(looks):
        at = number * 10.0
        if look is None:
            watcher.silent(at)
        else:
            watcher.saw(facts_of(readings(look)), at)
    return watcher.result(len(looks) * 10.0, "25420067")


def report(watch: Watch) -> Report:
    return judge(structs.replace(readings(), watch=watch))


def only(watch: Watch) -> tuple[str, Weight, str]:
    [finding] = report(watch).findings
    return finding.code, finding.level, finding.message


def test_every_rule_has_a_case() -> None:
    cases = {
        "watch_green": watched({}, {}, {}),
        "watch_not_green": watched({}, YELLOW, {}),
        "watch_silent": watched({}, None, {}),
        "watch_restarted": watched({}, {"PowerOnCnt": 18, "DailyOpHours": 0.1}),
        "watch_updated": watched({}, {}).ended("2.3.4.0R"),
    }
    assert set(cases) == {rule.code for rule in WATCHED}
    assert {code: only(watch)[0] for code, watch in cases.items()} == {code: code for code in cases}


def test_a_moment_that_was_not_well_is_named() -> None:
    code, level, message = only(watched({}, {}, YELLOW, {"DeviceStatus": 7}, {}))
    assert (code, level) == ("watch_not_green", Weight.WARNING)
    assert "first after 20.0 s, last after 30.0 s" in message
    assert "yellow" in message
    assert "DeviceStatus is 7" in message


def test_what_is_counted_as_well() -> None:
    assert watched({}, {}).is_green
    assert watched({"LEDState": [{"Color": 1, "Function": 5, "Id": "LED1"}]}).is_green  # find-me
    assert not watched({"DeviceStatus": 5}).is_green
    assert not watched(None).is_green
    assert not watched().is_green


@pytest.mark.parametrize(
    ("look", "words"),
    [
        ({"DeviceStatus": "3"}, "DeviceStatus cannot be read"),
        ({"SCdevicestate": 9}, "SCdevicestate cannot be read"),
        ({"LEDState": None}, "LEDState cannot be read"),
        ({"UpdateState": 2}, "yet to restart"),
        ({"UpdateState": 1, "DeviceStatus": 2, "SCdevicestate": 0}, "writes its firmware"),
    ],
)
def test_a_state_that_is_not_known_or_not_at_work_is_not_called_well(
    look: dict[str, Any], words: str
) -> None:
    seen = watched({}, look, {})
    assert not seen.is_green
    assert words in only(seen)[2]


def test_a_counter_that_cannot_be_read_is_not_a_state() -> None:
    assert watched({"PowerOnCnt": "many", "DailyOpHours": None}).is_green


@pytest.mark.skips_waiting
async def test_a_state_that_is_not_answered_is_named(harness: EngineHarness) -> None:
    device = await harness.sensor(faults=(Fault(name="status", value=3, at="GET DeviceStatus"),))
    seen = await watch_sensor(harness.context, harness.target(device), 1.0)
    assert not seen.is_green
    assert "DeviceStatus cannot be read" in " ".join(seen.words)


def test_a_counter_that_falls_is_no_restart_but_hours_that_fall_are() -> None:
    assert watched({}, {"PowerOnCnt": 3}).restarted is None
    assert watched({}, {"DailyOpHours": 0.1}).restarted == 10.0
    assert watched({}, {"PowerOnCnt": ..., "DailyOpHours": "49"}, {"PowerOnCnt": 18}).restarted == 20.0


@pytest.mark.skips_waiting
async def test_a_restart_while_it_is_watched(harness: EngineHarness) -> None:
    device = await harness.sensor(reboot_seconds=3.0)
    watching = asyncio.create_task(watch_sensor(harness.context, harness.target(device), 12.0))
    await harness.context.clock.sleep(4.0)
    await device.reboot()
    watch = await watching
    assert watch.seconds >= 12.0
    assert watch.restarted is not None
    assert watch.silent > 0
    assert device.violations == []


def test_other_firmware_is_named_where_no_counter_shows_a_restart() -> None:
    seen = watched({}, {}).ended("2.4.0.0R").ended("2.3.3.0R").ended("2.3.4.0R").ended("2.3.3.0R")
    assert not seen.is_green
    assert only(seen)[1:] == (
        Weight.ERROR,
        "Its firmware was 2.3.3.0R when the watch began, and then 2.3.4.0R.",
    )
    assert watched({}, {}).ended("2.3.3.0R").is_green


@pytest.mark.skips_waiting
@pytest.mark.parametrize(
    ("fault", "code"), [("other_sensor", "watch_not_green"), ("version", "watch_updated")]
)
async def test_another_sensor_or_other_firmware_in_the_middle(
    harness: EngineHarness, fault: str, code: str
) -> None:
    faults = (Fault(name="other_sensor", at="GET SerialNumber", after=2, times=1),)
    device = await harness.sensor(faults=faults if fault == "other_sensor" else ())
    watching = asyncio.create_task(watch_sensor(harness.context, harness.target(device), 20.0))
    await harness.context.clock.sleep(5.0)
    if fault == "version":
        device.firmware_version = "2.3.4.0R"
    seen = await watching
    assert [found for found, _, _ in [only(seen)]] == [code]


def test_the_command(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("well"), sensor("bad", device_status=7))
    result = program.here("health", *made.addresses, "--watch", "0s", "--json")
    assert result.code == 1, result
    codes = [
        {finding["code"] for finding in line["findings"]} for line in result.lines if line["kind"] == "health"
    ]
    assert sum("watch_green" in each for each in codes) == 1
    assert sum("watch_not_green" in each for each in codes) == 1
    assert made.writes() == []
