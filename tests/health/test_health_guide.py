"""The table of health variables of SICK's LiDAR Developer Guide (September 2026), walked line by line.

Each line has what the guide gives for its variable, as values that a sensor may report, and what is to be
found for each, or the value that is to be shown. ``test_health_rules`` has more cases.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from sicktui.model.families import PICO150
from sicktui.model.health.variables import health_variables
from tests.health.sensors import NOW, WELL, report, time_of

STATES: Final = (
    ("SCdevicestate 0: busy, or somebody is logged in by CoLa", {"SCdevicestate": 0}, "busy"),
    ("SCdevicestate 0 while it starts", {"SCdevicestate": 0, "DeviceStatus": 1}, "starting"),
    ("SCdevicestate 1: ready", {"SCdevicestate": 1}, None),
    ("SCdevicestate 2: error", {"SCdevicestate": 2}, "not_ready"),
    ("DeviceStatus 0: reserved", {"DeviceStatus": 0}, "status_unknown"),
    ("DeviceStatus 1: startup", {"DeviceStatus": 1}, "starting"),
    ("DeviceStatus 2: service mode", {"DeviceStatus": 2}, "service_mode"),
    ("DeviceStatus 2 in an update: normal", {"DeviceStatus": 2, "UpdateState": 1}, "updating"),
    ("DeviceStatus 3: normal", {"DeviceStatus": 3}, None),
    ("DeviceStatus 4: suspended", {"DeviceStatus": 4}, "suspended"),
    ("DeviceStatus 5: service recommended", {"DeviceStatus": 5}, "service_recommended"),
    ("DeviceStatus 6: service required", {"DeviceStatus": 6}, "service_required"),
    ("DeviceStatus 7: recoverable", {"DeviceStatus": 7}, "recoverable_error"),
    ("DeviceStatus 8: fatal", {"DeviceStatus": 8}, "fatal_error"),
    ("UpdateState 1: started", {"UpdateState": 1}, "updating"),
    ("UpdateState 2: finished, reboots by itself", {"UpdateState": 2}, "update_finished"),
    ("UpdateState 3: error", {"UpdateState": 3}, "update_error"),
)
TABLE: Final[tuple[tuple[str, dict[str, Any], str | None], ...]] = (
    *STATES,
    ("CurrentTempDev: degrees inside, -50 to 100", {"CurrentTempDev": -50.0}, None),
    ("CurrentTempDev out of its range", {"CurrentTempDev": 130.5}, "unreadable"),
    ("temperatureAlarmConfiguration: between lower and upper", {"CurrentTempDev": 50.0}, "temperature_high"),
    ("temperatureAlarmConfiguration: the upper is passed", {"CurrentTempDev": 55.1}, "temperature_alarm"),
    ("temperatureAlarmStatus, a bool", {"temperatureAlarmStatus": True}, "temperature_alarm"),
    (
        "temperatureAlarmStatus, as it is pushed",
        {"temperatureAlarmStatus": {"AlarmState": "OverTemp"}},
        "temperature_alarm",
    ),
    ("ContaminationData 0: blocked", {"ContaminationData": [1, 0, 1, 1, 1, 1, 1]}, "sector_blocked"),
    ("ContaminationData 1: clean", {"ContaminationData": [1] * 7}, None),
    ("ContaminationData 2: warning", {"ContaminationData": [1] * 6 + [2]}, "contamination_warning"),
    ("ContaminationData 3: error", {"ContaminationData": [3] + [1] * 6}, "contamination_error"),
    (
        "ContaminationResult: warning",
        {"ContaminationResult": {"bWarningActive": True, "bErrorActive": False}},
        "contamination_warning",
    ),
    (
        "ContaminationResult: error",
        {"ContaminationResult": {"bWarningActive": True, "bErrorActive": True}},
        "contamination_error",
    ),
    (
        "ContaminationConfig: strategy 0 is off",
        {"ContaminationConfig": {"eStrategy": 0}},
        "contamination_off",
    ),
    (
        "treatBlockedSectorsAsErrorSectors",
        {"treatBlockedSectorsAsErrorSectors": True, "ContaminationData": [0] + [1] * 6},
        "contamination_error",
    ),
    ("AutoStartMeasure off: idles after a start", {"AutoStartMeasure": False}, "autostart_off"),
    ("ScanDataEnable off", {"ScanDataEnable": False}, "output_off"),
    (
        "clean is no proof while it does not measure",
        {"DeviceStatus": 4, "ContaminationData": [1] * 7},
        "suspended",
    ),
    (
        "a clock in 1970 with NTP: never synchronised",
        {"LSPdatetime": time_of(datetime(1970, 1, 1, 3, tzinfo=UTC)), "TSCRole": 1},
        "clock_unsynchronised",
    ),
    (
        "a clock in 1970 with PTP: never synchronised",
        {"LSPdatetime": time_of(datetime(1970, 1, 1, 3, tzinfo=UTC)), "TSCRole": 3},
        "clock_unsynchronised",
    ),
    ("no source: a time set by hand is lost", {"TSCRole": 0}, "clock_no_source"),
    ("LSPdatetime off the PC's", {"LSPdatetime": time_of(NOW + timedelta(minutes=5))}, "clock_wrong"),
    ("MD5SumOK false: an area failed its check", {"LFTchecksum": {"MD5SumOK": False}}, "checksum_failed"),
)
LEDS: Final = {
    # Function: on, off, blink, fast, delayed, colour change (find-me), yellow-red
    0: (None, "led_yellow", "led_red", None),
    1: (None, None, None, None),
    2: (None, "led_yellow", "led_red", None),
    3: (None, "led_yellow", "led_red", None),
    4: (None, "led_yellow", "led_red", None),
    5: (None, None, None, None),
    6: ("led_yellow", "led_yellow", "led_yellow", "led_yellow"),
}
"""By Function, for the colours green, yellow, red, white."""
SHOWN: Final = {
    "OpHours": (0x1B50B, "operating_hours", 11188.3),
    "DailyOpHours": (49.86, "since_power_on", 49.86),
    "PowerOnCnt": (42, "power_on_count", 42),
    "CurrentTempDev": (38.25, "temperature", 38.25),
}
"""Lines without a limit: what is shown of them, in hours and degrees."""


@pytest.mark.parametrize(("line", "changes", "code"), TABLE, ids=[line for line, _, _ in TABLE])
def test_a_line_of_the_table(line: str, changes: dict[str, Any], code: str | None) -> None:
    assert [each.code for each in report(changes).findings] == ([] if code is None else [code]), line


@pytest.mark.parametrize("function", LEDS)
def test_every_led(function: int) -> None:
    for colour, code in enumerate(LEDS[function]):
        led = {"LEDState": [{"Color": colour, "Function": function, "Id": "LED2"}]}
        assert [each.code for each in report(led).findings] == ([] if code is None else [code]), colour


def test_what_is_shown_and_not_judged() -> None:
    for variable, (raw, name, value) in SHOWN.items():
        found = report({variable: raw})
        assert found.findings == ()
        assert {measure.name: measure.value for measure in found.measures}[name] == value


def test_every_variable_of_a_reading_is_in_a_case() -> None:
    """The guide's lines, and those of its hardening list, which ``test_health_rules`` has."""
    walked = {name for _, changes, _ in TABLE for name in changes} | {"LEDState", *SHOWN}
    hardening = {"EtherAuxEnabled", "EtherCoLaScanMode", "enableCloningPlug", "httpsStatus"}
    settings = {"ScanDataFormat", "ScanDataEthSettings", "ImuDataEnable", "EncoderDataEnable"}
    beside = {"temperatureAlarmConfiguration", "ContaminationActiveSectors", "certificateBundleInfo"}
    assert set(health_variables(PICO150)) <= walked | hardening | settings | beside
    assert set(health_variables(PICO150)) <= set(WELL)
