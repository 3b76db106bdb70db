"""Every line of the guide's health table, hardening list and advice as a case of the pure rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sicktui.model.health.records import HealthState, Remembered, Weight
from sicktui.model.health.rules import RULES
from sicktui.model.health.rules.measuring import MEASURING
from sicktui.model.health.rules.watched import WATCHED
from tests.health.sensors import GREEN, MD5, NOW, WELL, codes, only, report, time_of

OTHER = "f" * 32


def lit(colour: int, function: int = 0) -> dict[str, Any]:
    return {"LEDState": [{"Color": colour, "Function": function, "Id": "LED1"}]}


def clock(moment: datetime, source: int = 1) -> dict[str, Any]:
    return {"LSPdatetime": time_of(moment), "TSCRole": source}


def dirty(*sectors: int, **more: object) -> dict[str, Any]:
    return {"ContaminationData": list(sectors), **more}


def ends(text: str) -> dict[str, Any]:
    return {"certificateBundleInfo": {"certificates": [{"validNotAfter": text}]}}


HTTPS_OFF = {"httpsStatus": {"enabled": False, "errorCode": {"error": "None"}}}
HTTPS_BAD = {"httpsStatus": {"enabled": False, "errorCode": {"error": "KeyMismatch"}}}
POWER_ON = datetime(1970, 1, 1, tzinfo=UTC)

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("fatal_error", {"DeviceStatus": 8, "SCdevicestate": ...}, "defect"),
    ("recoverable_error", {"DeviceStatus": 7}, "reports an error"),
    ("service_required", {"DeviceStatus": 6}, "asks for service"),
    ("service_recommended", {"DeviceStatus": 5}, "recommends service"),
    ("suspended", {"DeviceStatus": 4}, "does not measure"),
    ("service_mode", {"DeviceStatus": 2}, "service mode"),
    ("starting", {"DeviceStatus": 1, "SCdevicestate": 0}, "starts"),
    ("status_unknown", {"DeviceStatus": 0}, "no state that is known"),
    ("status_unknown", {"DeviceStatus": 77}, "DeviceStatus is 77: no state that is known"),
    ("status_unknown", {"DeviceStatus": ...}, "does not report DeviceStatus"),
    ("not_ready", {"SCdevicestate": 2}, "not ready"),
    ("busy", {"SCdevicestate": 0}, "CoLa"),
    ("updating", {"UpdateState": 1, "DeviceStatus": 2, "SCdevicestate": 0}, "writes its firmware"),
    ("update_finished", {"UpdateState": 2}, "restart"),
    ("update_error", {"UpdateState": 3}, "failed"),
    ("led_red", lit(2), "LED1 of the sensor's LEDs is red"),
    ("led_red", lit(2, 2), "red"),
    ("led_yellow", lit(1), "yellow"),
    ("led_yellow", lit(0, 6), "yellow"),
    ("temperature_alarm", {"temperatureAlarmStatus": True}, "too hot"),
    ("temperature_alarm", {"temperatureAlarmStatus": {"AlarmState": "OverTemp"}}, "too hot"),
    ("temperature_alarm", {"CurrentTempDev": 56.0}, "56.0 °C inside; its threshold is 55 °C"),
    (
        "temperature_alarm",
        {
            "CurrentTempDev": 41.0,
            "temperatureAlarmConfiguration": {"upperThreshold": 40, "lowerThreshold": 30},
        },
        "threshold is 40",
    ),
    ("temperature_high", {"CurrentTempDev": 52.0}, "above 55 °C"),
    ("contamination_error", dirty(1, 1, 3, 1, 1, 1, 1), "sector 3 (-59 to -20 degrees)"),
    ("contamination_error", {"ContaminationResult": {"bWarningActive": True, "bErrorActive": True}}, "error"),
    (
        "contamination_error",
        dirty(0, 1, 1, 1, 1, 1, 1, treatBlockedSectorsAsErrorSectors=True),
        "sector 1",
    ),
    ("contamination_warning", dirty(1, 2, 1, 1, 1, 1, 1), "sector 2"),
    (
        "contamination_warning",
        {"ContaminationResult": {"bWarningActive": True, "bErrorActive": False}},
        "warning",
    ),
    ("sector_blocked", dirty(0, 1, 1, 1, 1, 1, 1), "blocked"),
    ("contamination_off", {"ContaminationConfig": {"eStrategy": 0}}, "nothing is known"),
    ("clock_unsynchronised", clock(POWER_ON + timedelta(hours=3)), "3 h 00 min ago"),
    ("clock_unsynchronised", clock(POWER_ON, 3), "PTP"),
    ("clock_no_source", clock(POWER_ON + timedelta(minutes=2), 0), "2 min 00 s ago"),
    ("clock_no_source", clock(NOW, 0), "next restart loses it"),
    ("clock_wrong", clock(NOW + timedelta(seconds=90)), "1 min 30 s ahead of"),
    ("clock_wrong", clock(NOW - timedelta(hours=1, minutes=2)), "behind"),
    ("clock_wrong", clock(NOW.replace(year=2099)), "days ahead of"),
    ("output_off", {"ScanDataEnable": False}, "off"),
    ("autostart_off", {"AutoStartMeasure": False}, "does not measure after a restart"),
    ("checksum_failed", {"LFTchecksum": {"MD5SumOK": False, "MD5Calibration": MD5}}, "damaged"),
    ("https_error", HTTPS_BAD, "KeyMismatch"),
    ("https_off", HTTPS_OFF, "off"),
    ("certificate_expired", ends("Nov 29 12:00:00 2026 GMT"), "2026-11-29"),
    ("certificate_expires", ends("2026-12-20T12:00:00.000Z"), "2026-12-20"),
    ("address_open", {"EtherCoLaScanMode": 0}, "Anybody"),
    ("search_on", {"EtherCoLaScanMode": 3}, "EtherCoLaScanMode 3"),
    ("search_on", {"EtherCoLaScanMode": 1}, "EtherCoLaScanMode 1"),
    ("cola_on", {"EtherAuxEnabled": True}, "CoLa"),
    ("cloning_plug_on", {"enableCloningPlug": True}, "plug"),
    ("web_server_off", {"GetWebserverEnabled": {"IsEnabled": False}}, "no REST API"),
    ("unreadable", {"GetWebserverEnabled": {"IsEnabled": 0}}, "neither true nor false"),
    ("unreadable", {"CurrentTempDev": "41.5"}, "CurrentTempDev cannot be read: it is not a number."),
    ("unreadable", {"CurrentTempDev": 130.5}, "it is 130.5, not within -50 and 100"),
    ("unreadable", {"ContaminationConfig": {"eStrategy": 3}}, "not within 0 and 2"),
    ("unreadable", {"TSCRole": 7}, "not within 0 and 4"),
    ("unreadable", lit(4), "not within 0 and 3"),
    ("unreadable", lit(0, 7), "not within 0 and 6"),
    ("unreadable", {"LEDState": [5]}, "LEDState cannot be read"),
    ("unreadable", ends("some day, perhaps"), "certificateBundleInfo cannot be read"),
]


@pytest.mark.parametrize(
    ("code", "changes", "words"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)]
)
def test_it_is_found_alone_with_its_words(code: str, changes: dict[str, Any], words: str) -> None:
    found = only(changes)
    assert found.code == code
    assert words in found.message


REMEMBERED = {
    "calibration_unknown": Remembered(trouble="Cannot read health.json."),
    "calibration_moved": Remembered(calibration=OTHER, calibration_since="2026-05-01T10:00:00.000Z"),
    "factory_password": Remembered(factory_login="accepted"),
    "factory_password_stored": Remembered(factory_login="stored"),
}


@pytest.mark.parametrize("code", REMEMBERED)
def test_what_was_remembered_counts(code: str) -> None:
    assert only({}, before=REMEMBERED[code]).code == code


def test_a_calibration_that_stayed_is_well() -> None:
    assert codes(before=Remembered(calibration=MD5)) == []


def test_every_rule_has_a_case() -> None:
    tried = {code for code, _, _ in CASES} | set(REMEMBERED) | {"licence_guess", "not_reported"}
    # Those are in tests/measuring/test_measuring_evidence.py and test_health_watch.py.
    elsewhere = {rule.code for rule in (*MEASURING, *WATCHED)}
    elsewhere |= {"temperature_above_warning", "temperature_above_error"}  # test_health_limits.py
    assert {rule.code for rule in RULES} == tried | elsewhere
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_every_rule_names_a_remedy() -> None:
    assert [rule.code for rule in RULES if not rule.advice or not rule.worth] == []


def test_a_sensor_that_is_well_has_no_finding() -> None:
    found = report()
    assert found.state is HealthState.OK
    assert found.findings == ()


def test_the_state_is_the_worst_and_the_worst_comes_first() -> None:
    found = report({"EtherAuxEnabled": True, "DeviceStatus": 5, "LEDState": lit(2)["LEDState"]})
    assert found.state is HealthState.ERROR
    assert [each.level for each in found.findings] == [Weight.ERROR, Weight.WARNING, Weight.NOTE]


def test_notes_alone_are_ok_and_an_unreadable_value_is_unknown() -> None:
    assert report({"EtherAuxEnabled": True}).state is HealthState.OK
    assert report({"PowerOnCnt": "many"}).state is HealthState.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "measuring"),
    [
        ({}, True),
        ({"DeviceStatus": 5}, True),
        ({"DeviceStatus": 4}, False),
        ({"DeviceStatus": 4, "SCdevicestate": ...}, False),
        ({"SCdevicestate": 0}, False),
        ({"SCdevicestate": 2, "DeviceStatus": ...}, False),
        ({"SCdevicestate": ...}, None),
        ({"SCdevicestate": "1"}, None),
        ({"DeviceStatus": ...}, None),
        ({"DeviceStatus": "3"}, None),
        ({"DeviceStatus": 0}, None),
        ({"DeviceStatus": 77}, None),
        ({"DeviceStatus": 7}, None),
        ({"DeviceStatus": 8}, None),
        ({"UpdateState": 1}, None),
    ],
)
def test_that_it_measures_is_claimed_on_both_states_only(changes: dict[str, Any], measuring: object) -> None:
    found = {measure.name: measure.value for measure in report(changes).measures}
    assert found.get("measuring") is measuring
    assert ("contamination" in found) is (measuring is True)


@pytest.mark.parametrize("status", [1, 2, 4])
def test_dirt_is_not_judged_while_measuring_is_stopped(status: int) -> None:
    found = report({**dirty(3, 0, 2, 1, 1, 1, 1), "DeviceStatus": status})
    assert not [each for each in found.findings if "contam" in each.code or "sector" in each.code]
    assert "contamination" not in {measure.name for measure in found.measures}


def test_dirt_is_not_judged_while_somebody_is_logged_in_or_the_strategy_is_off() -> None:
    assert codes({**dirty(3, 1, 1, 1, 1, 1, 1), "SCdevicestate": 0}) == ["busy"]
    assert codes(dirty(3, 1, 1, 1, 1, 1, 1, ContaminationConfig={"eStrategy": 0})) == ["contamination_off"]


def test_a_sector_that_does_not_count_is_left_out() -> None:
    judged = [False] + [True] * 6
    assert codes(dirty(3, 1, 1, 1, 1, 1, 1, ContaminationActiveSectors=judged)) == []


def test_lrs4000_counts_its_sectors_otherwise() -> None:
    lrs = {"ContaminationActiveSectors": [True] * 12, "treatBlockedSectorsAsErrorSectors": ...}
    assert codes(dirty(*[0] * 12, **lrs), family="LRSNAV") == []
    assert only(dirty(*[0] * 11, 3, **lrs), family="LRSNAV").code == "sector_blocked"
    assert only(dirty(*[0] * 11, 2, **lrs), family="LRSNAV").code == "contamination_error"


def test_a_clock_that_nobody_has_set_for_years_is_not_a_wrong_one() -> None:
    found = only(clock(POWER_ON + timedelta(days=800, hours=3), 0))
    assert found.code == "clock_no_source"
    assert only(clock(POWER_ON + timedelta(days=800))).code == "clock_unsynchronised"


def test_dirt_is_named_where_the_strategy_is_not_known_and_a_clean_front_is_not() -> None:
    unknown = {"ContaminationConfig": {"eStrategy": 7}}
    found = report({**dirty(1, 3, 1, 1, 1, 1, 1), **unknown})
    assert {each.code for each in found.findings} == {"contamination_error", "unreadable"}
    assert "contamination" not in {measure.name for measure in report(unknown).measures}


def test_what_a_family_has_and_a_sensor_does_not_report_is_named() -> None:
    found = only({}, absent=("CurrentTempDev", "LEDState"))
    assert (found.code, found.level) == ("not_reported", Weight.NOTE)
    assert "does not report CurrentTempDev, LEDState" in found.message
    assert codes({}, family="someScan", absent=("CurrentTempDev",)) == []


def test_a_local_time_is_not_a_wrong_one() -> None:
    for hours in (-12, -3.5, 1, 5.75, 14):
        assert codes(clock(NOW + timedelta(hours=hours, seconds=20))) == [], hours


def test_a_darkened_or_signalling_led_proves_nothing() -> None:
    assert codes(lit(2, 1)) == []
    assert codes(lit(2, 5)) == []
    assert codes({"LEDState": GREEN}) == []


def test_a_licence_is_guessed_on_a_picoscan150_only() -> None:
    found = only({"ContaminationConfig": ...}, absent=("ContaminationConfig",))
    assert found.code == "licence_guess"
    assert found.message.startswith("A guess:")
    assert "licence_guess" not in codes({}, family="picoScan120", absent=("ContaminationConfig",))


def test_what_a_family_lacks_is_no_finding() -> None:
    bare: dict[str, Any] = dict.fromkeys(WELL, ...)
    assert codes({**bare, "DeviceStatus": 3}) == []


JUNK: list[Any] = [
    None,
    True,
    "NaN",
    "3",
    -1,
    2**70,
    float("nan"),
    float("inf"),
    -1e300,
    [],
    [[]],
    {},
    {"x": []},
    "\x1b[2J",
]


@pytest.mark.parametrize("junk", JUNK, ids=repr)
@pytest.mark.parametrize("name", WELL)
def test_no_value_raises_and_none_is_believed(name: str, junk: object) -> None:
    found = report({name: junk})
    for finding in found.findings:
        assert finding.message
        assert "\x1b" not in finding.message
    for measure in found.measures:
        assert measure.value == measure.value


def test_a_number_that_no_file_names_stays_what_it_is() -> None:
    found = report({"DeviceStatus": 9})
    assert {measure.name: measure.value for measure in found.measures}["device_status"] == 9
    for changes, words in (
        ({"SCdevicestate": 3}, "SCdevicestate cannot be read: it is 3, not within 0 and 2."),
        ({"UpdateState": 4}, "UpdateState cannot be read: it is 4, not within 0 and 3."),
        ({"EtherCoLaScanMode": 9}, "it is 9, not within 0 and 3"),
        ({"ContaminationData": [1, 9]}, "ContaminationData cannot be read"),
    ):
        assert words in only(changes).message
    receiver = {"Protocol": 3, "IPAddress": [10, 0, 0, 1], "Port": 2115}
    measures = {measure.name: measure.value for measure in report({"ScanDataEthSettings": receiver}).measures}
    assert measures["output_receiver"] == "protocol 3 10.0.0.1:2115"


def test_a_temperature_is_named_in_its_unit() -> None:
    measures = {measure.name: measure for measure in report().measures}
    assert (measures["temperature"].value, measures["temperature"].unit) == (41.5, "°C")
    assert measures["operating_hours"].value == 11188.3
    assert measures["output_receiver"].value == "UDP 192.168.0.100:2115"
    assert (measures["imu"].value, measures["encoder"].value) == (False, False)
