"""What a simulated sensor reports about its state, line by line of the guide's table of health."""

import json
from typing import Any

import pytest

from sicktui.simulator import Device, Fault
from sicktui.simulator.device.health.contamination import Strategy
from tests.simulator.conftest import Start
from tests.simulator.plain_client import auth_post, get, let_pass
from tests.support.waiting import wait_until


def read(device: Device, name: str) -> Any:
    data = get(device, name).json["data"]
    return data.get(name, data)


def reboot(device: Device) -> None:
    before = device.power_on_count
    assert auth_post(device, "RebootDevice").code == 0
    wait_until(lambda: device.power_on_count > before and device.online)


def test_the_temperature_drifts_and_can_be_set(start: Start) -> None:
    device = start("picoscan-2.3.3", temperature=40.0, temperature_swing=5.0)
    assert read(device, "CurrentTempDev") == pytest.approx(40.0, abs=1.0)
    let_pass(device, 150)
    assert read(device, "CurrentTempDev") == pytest.approx(45.0, abs=1.0)
    device.health.temperature.become(-10.0)
    assert read(device, "CurrentTempDev") == pytest.approx(-10.0, abs=1.0)


def test_the_alarm_begins_above_one_threshold_and_ends_below_the_other(start: Start) -> None:
    device = start("picoscan-2.3.3", temperature_swing=0.0)
    seen = []
    for degrees in (55.0, 56.0, 50.0, 49.9, 52.0):
        device.health.temperature.become(degrees)
        seen.append(read(device, "temperatureAlarmStatus"))
    assert seen == [False, True, True, False, False]
    limits = {"temperatureAlarmConfiguration": {"upperThreshold": 51, "lowerThreshold": 40}}
    assert auth_post(device, "temperatureAlarmConfiguration", limits).code == 0
    assert read(device, "temperatureAlarmStatus") is True
    device = start("picoscan-2.3.3", Fault(name="too_hot"), temperature_alarm="object")
    assert read(device, "temperatureAlarmStatus") == {"AlarmState": "OverTemp"}


def test_contamination_by_sector(start: Start) -> None:
    device = start("picoscan-2.3.3", contamination=(0, 1, 2, 3))
    assert read(device, "ContaminationData") == [0, 1, 2, 3, 1, 1, 1]
    assert read(device, "ContaminationResult") == {"bWarningActive": False, "bErrorActive": False}, (
        "it is off"
    )
    config = {"ContaminationConfig": {"eStrategy": 2, "usiResponseTime": 60}}
    assert auth_post(device, "ContaminationConfig", config).code == 0
    assert read(device, "ContaminationResult")["bErrorActive"] is False, "not for the response time yet"
    let_pass(device, 61)
    assert read(device, "ContaminationResult") == {"bWarningActive": True, "bErrorActive": True}
    assert [led["Color"] for led in read(device, "LEDState")] == [0, 2]
    assert auth_post(device, "mStopMeasure").json["data"] == {"ErrorCode": 0}
    assert read(device, "ContaminationData") == [1] * 7, "as release notes say, without measuring"


def test_an_lrs_numbers_the_levels_otherwise(start: Start) -> None:
    device = start("lrs4000-1.9.1", Fault(name="blocked_sectors", value=(1,)))
    assert read(device, "ContaminationData") == [3] + [0] * 11
    assert read(device, "ContaminationResult") == {"warningActive": False, "errorActive": False}


@pytest.mark.parametrize(
    ("kind", "blocked_is_error", "levels", "verdict"),
    [
        (0, True, ("error", "error"), (False, False)),
        (1, False, ("error", "clean"), (False, False)),
        (1, False, ("error", "warning"), (True, False)),
        (1, False, ("error", "error"), (True, True)),
        (2, False, ("warning", "clean"), (True, False)),
        (2, False, ("blocked", "clean"), (False, False)),
        (2, True, ("blocked", "clean"), (True, True)),
    ],
)
def test_strategies(
    kind: int, blocked_is_error: bool, levels: tuple[Any, ...], verdict: tuple[bool, bool]
) -> None:
    strategy = Strategy(
        kind, 3, warns=True, errs=True, active=(True, True), blocked_is_error=blocked_is_error
    )
    assert strategy.verdict(levels) == verdict
    unwatched = Strategy(kind, 3, warns=True, errs=True, active=(False, False), blocked_is_error=True)
    assert unwatched.verdict(levels) == (False, False)


def test_a_sensor_that_does_not_measure(start: Start) -> None:
    device = start("picoscan-2.3.3", reboot_seconds=1)
    assert (read(device, "DeviceStatus"), read(device, "SCdevicestate")) == (3, 1)
    auth_post(device, "mStandby")
    assert (read(device, "DeviceStatus"), read(device, "SCdevicestate")) == (4, 0)
    auth_post(device, "mStartMeasure")
    assert (read(device, "DeviceStatus"), read(device, "SCdevicestate")) == (3, 1)
    assert auth_post(device, "AutoStartMeasure", {"AutoStartMeasure": False}).code == 0
    reboot(device)
    assert (read(device, "DeviceStatus"), read(device, "SCdevicestate")) == (4, 0)


@pytest.mark.parametrize(
    ("changes", "status", "ready", "colour"),
    [
        ({"device_status": 8}, 8, 2, 2),
        ({"device_status": 5}, 5, 1, 1),
        ({"cola_login": True}, 3, 0, 0),
        ({"measuring": "stopped"}, 4, 0, 1),
    ],
)
def test_status_readiness_and_led(
    start: Start, changes: dict[str, object], status: int, ready: int, colour: int
) -> None:
    device = start("picoscan-2.3.3", **changes)
    assert (read(device, "DeviceStatus"), read(device, "SCdevicestate")) == (status, ready)
    assert read(device, "LEDState")[0] == {"Color": colour, "Function": 0, "Id": "LED1"}
    auth_post(device, "LEDEnable", {"LEDEnable": False})
    assert {led["Function"] for led in read(device, "LEDState")} == {1}


def test_the_clock(start: Start) -> None:
    device = start("picoscan-2.3.3", clock_offset=86_400.0 * 365 * 73, reboot_seconds=1, powered_seconds=0.0)
    assert read(device, "LSPdatetime")["uiYear"] in (2098, 2099, 2100)
    device.health.clock.lose()
    assert read(device, "LSPdatetime")["uiYear"] == 1970
    given = {"DateTime": {"uiYear": 2031, "usiMonth": 5, "usiDay": 4}}
    assert auth_post(device, "LSPsetdatetime", given).json["data"] == {"ErrorCode": 0}
    assert read(device, "LSPdatetime")["uiYear"] == 2031
    no_day = {"DateTime": {"uiYear": 2031, "usiMonth": 2, "usiDay": 31}}
    assert auth_post(device, "LSPsetdatetime", no_day).json["data"] == {"ErrorCode": 1}
    auth_post(device, "TSCRole", {"TSCRole": 1})
    assert auth_post(device, "LSPsetdatetime", given).json["data"] == {"ErrorCode": 1}
    for answers, lost in ((True, False), (False, True)):
        served = start("picoscan-2.3.3", reboot_seconds=1, time_server=answers, parameters={"TSCRole": 1})
        reboot(served)
        assert (served.health.clock.seconds < 100_000) is lost
    assert start("picoscan-2.3.3", clock_lost=True).health.clock.seconds < 100_000


def test_what_a_request_brings(start: Start) -> None:
    device = start(
        "picoscan-2.3.3",
        Fault(name="cola_login", at="OpHours"),
        Fault(name="measuring_stops", at="PowerOnCnt", value="standby"),
        Fault(name="clock_lost", at="PowerOnCnt"),
        Fault(name="contaminated", at="OpHours"),
        Fault(name="licence_absent", at="PowerOnCnt", value=("InertialMeasurementUnit",)),
        powered_seconds=5.0,
    )
    assert read(device, "SCdevicestate") == 1
    read(device, "OpHours")
    assert read(device, "SCdevicestate") == 0
    assert read(device, "ContaminationData") == [1, 2, 3, 2, 1, 1, 1]
    read(device, "PowerOnCnt")
    assert (device.health.measuring, device.health.clock.seconds < 1000) == ("standby", True)
    assert get(device, "InertialMeasurementUnit").code == 5


def test_without_a_licence(start: Start) -> None:
    device = start("picoscan-2.3.3", Fault(name="licence_absent"))
    assert get(device, "ContaminationData").code == 5
    assert auth_post(device, "PerformanceProfileNumber", {"PerformanceProfileNumber": 3}).code == 5
    assert get(device, "CurrentTempDev").code == 0


@pytest.mark.parametrize("value", [None, "Infinity", "1e999", "huge", "text"])
def test_values_that_are_no_temperature(start: Start, value: str | None) -> None:
    device = start("picoscan-2.3.3", Fault(name="odd_values", value=value))
    body = get(device, "CurrentTempDev").body
    assert b'"status":0' in body
    read_number = json.loads(body)["data"]["CurrentTempDev"]
    assert isinstance(read_number, str) or not -50 <= read_number <= 100


def test_the_scan_frequency_and_a_certificate_that_is_about_to_expire(start: Start) -> None:
    device = start("picoscan-2.3.3", scan_frequency=15.0)
    assert read(device, "ScanConfig")["udiScanFreq"] == 1500
