"""What an update has changed of a sensor's health: pure, a case for each line."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs

from sicktui.model.enums import DeviceStatus
from sicktui.model.health.comparison import compare_health, readings_of
from sicktui.model.health.records import Weight
from sicktui.model.update.observations import Reading
from tests.health.sensors import MD5, NOW, readings, time_of

POWER_ON = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
BY_HAND = {"TSCRole": 0}


def checksums(calibration: str, *, good: bool = True) -> dict[str, Any]:
    return {"LFTchecksum": {"MD5Calibration": calibration, "MD5SumOK": good}}


def found(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (finding.code, finding.level.value) for finding in compare_health(readings(before), readings(after))
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({"DeviceStatus": 6}, {"DeviceStatus": 6}, []),  # as before
        ({"DeviceStatus": 6}, {}, []),  # better
        ({}, {"DeviceStatus": 5}, [("service_recommended", "warning")]),
        ({}, checksums("f" * 32), [("calibration_moved", "error")]),
        ({}, checksums(MD5, good=False), [("checksum_failed", "error")]),
        ({}, {"ScanDataEnable": False}, [("output_off", "warning")]),  # a setting that was lost
        ({"ScanDataEnable": False}, {"ScanDataEnable": False}, []),
        ({}, {"AutoStartMeasure": False}, [("autostart_off", "warning")]),
        ({}, {"EtherCoLaScanMode": 3}, [("search_on", "warning")]),
        ({}, {"ScanDataFormat": 1}, [("output_format_changed", "warning")]),
        (
            {},
            {"ScanDataEthSettings": {"Protocol": 1, "IPAddress": [10, 0, 0, 9], "Port": 2115}},
            [("output_receiver_changed", "warning")],
        ),
        # Not read before: only what is more than a note.
        ({"DeviceStatus": ...}, {"DeviceStatus": 6}, [("service_required", "error")]),
        ({"ScanDataEnable": ...}, {"ScanDataEnable": False}, []),
        # The clock is lost at each restart: expected, and no warning.
        (BY_HAND, BY_HAND | {"LSPdatetime": time_of(POWER_ON)}, [("clock_lost", "note")]),
        ({}, {"LSPdatetime": time_of(POWER_ON)}, [("clock_lost", "note")]),
        ({"LSPdatetime": time_of(POWER_ON)}, {"LSPdatetime": time_of(POWER_ON)}, []),
    ],
)
def test_what_is_new(before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(before, after) == expected


def test_words() -> None:
    (off,) = compare_health(readings(), readings({"ScanDataEnable": False}))
    assert off.message == "The scan data output is off. It was not so before the update."
    (unread,) = compare_health(readings({"DeviceStatus": ...}), readings({"DeviceStatus": 6}))
    assert unread.message.endswith("It was not read before the update.")
    (clock,) = compare_health(readings(BY_HAND), readings(BY_HAND | {"LSPdatetime": time_of(POWER_ON)}))
    assert "no time source" in clock.message


def test_what_an_update_itself_has_read_counts() -> None:
    base = structs.replace(readings(), values={})
    before = Reading(status=DeviceStatus.NORMAL, calibration=MD5, sums_ok=True, clock=NOW.timestamp())
    after = structs.replace(before, calibration="f" * 32, status=DeviceStatus.SERVICE_RECOMMENDED, clock=60.0)
    then, now = (
        readings_of(before, {"ScanDataEnable": True}, base),
        readings_of(after, {"ScanDataEnable": False}, base),
    )
    assert [finding.code for finding in compare_health(then, now)] == [
        "calibration_moved",
        "service_recommended",
        "output_off",
        "clock_lost",
    ]


@pytest.mark.parametrize("clock", [float("nan"), float("inf"), -1e30, 1e30])
def test_a_clock_that_is_no_date(clock: float) -> None:
    base = structs.replace(readings(), values={})
    assert "LSPdatetime" not in readings_of(Reading(clock=clock), {}, base).values


def test_nothing_read_is_nothing_found() -> None:
    empty = structs.replace(readings(), values={})
    assert compare_health(empty, empty) == []
    assert all(
        finding.level is not Weight.NOTE for finding in compare_health(empty, readings({"DeviceStatus": 8}))
    )


def test_a_variable_that_is_gone_is_named_only_if_it_was_read_before() -> None:
    gone = readings({"CurrentTempDev": ...}, absent=("CurrentTempDev",))
    [found] = compare_health(readings(), gone)
    assert (found.code, found.level) == ("not_reported", Weight.WARNING)
    assert compare_health(readings({"CurrentTempDev": ...}), gone) == []
