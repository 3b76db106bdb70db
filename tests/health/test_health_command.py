"""``sicktui health`` on simulated sensors."""

from datetime import UTC, datetime

import pytest

from sicktui.simulator import Fault
from sicktui.stores.memory.health_memory import HealthMemory
from tests.health.sensors import MD5
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.ports import closed_port
from tests.support.program import ProgramHarness

FIRST = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_sensor_that_is_well(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", serial="25420067"))
    result = program.here("health", *made.addresses, "--json")
    assert result.code == 0, result
    (line,) = result.lines
    assert (line["kind"], line["state"], line["serial"]) == ("health", "ok", "25420067")
    assert {finding["level"] for finding in line["findings"]} == {"note"}
    assert line["values"]["device_status"] == 3
    assert made.writes() == []


@pytest.mark.parametrize(
    "generation", ["picoscan120-2.3.3", "multiscan-2.4.4", "multiscan200-1.1.0", "lrs4000-1.10.0"]
)
def test_no_family_is_asked_for_what_it_lacks(
    program: ProgramHarness, start_fleet: StartFleet, generation: str
) -> None:
    made = start_fleet(sensor("one", generation=generation))
    result = program.here("health", *made.addresses, "--json")
    (line,) = result.lines
    assert "unreadable" not in {finding["code"] for finding in line["findings"]}, line
    assert "temperature" in line["values"]


def test_something_wrong_ends_with_one(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", device_status=6), sensor("two"))
    result = program.here("health", *made.addresses, f"127.0.0.1:{closed_port()}", "--json")
    assert result.code == 1, result
    states = {line["device"]: line["state"] for line in result.lines if line["kind"] == "health"}
    assert sorted(states.values()) == ["error", "ok", "unknown"]


def test_what_cannot_be_read_is_unknown(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", faults=(Fault(name="status", value=3, at="GET CurrentTempDev"),)))
    result = program.here("health", *made.addresses)
    assert result.code == 3, result
    assert "unknown: CurrentTempDev cannot be read" in result.out


def test_a_moved_calibration_is_red_until_it_is_accepted(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", serial="25420067"))
    HealthMemory(program.home / "data" / "health.json").calibration("serial 25420067", MD5, FIRST)
    red = program.here("health", *made.addresses)
    assert red.code == 1
    assert "MD5Calibration has changed since it was first read on 2026-05-01" in red.out
    assert program.here("health", *made.addresses, "--accept-calibration").code == 0
    assert program.here("health", *made.addresses).code == 0


FAULTS: dict[str, tuple[str, ...]] = {
    "too_hot": ("temperature_alarm",),
    "contaminated": ("contamination_error", "contamination_warning"),
    "blocked_sectors": ("sector_blocked",),
    "clock_lost": ("clock_no_source",),
    "measuring_stops": (),
    "cola_login": ("busy",),
    "licence_absent": ("licence_guess",),
    "odd_values": ("unreadable",),
}
"""What is found of a sensor with each fault of its state, beside what its factory settings are worth."""


def test_each_fault_of_a_sensor_is_found_over_http(program: ProgramHarness, start_fleet: StartFleet) -> None:
    on: dict[str, object] = {"ContaminationConfig": {"eStrategy": 1, "usiResponseTime": 3}}
    made = start_fleet(
        *(
            sensor(
                name.replace("_", "-"),
                faults=(Fault(name=name, value="text" if name == "odd_values" else None),),
                parameters=on,
            )
            for name in FAULTS
        )
    )
    result = program.here("health", *made.addresses, "--json")
    assert result.code == 1, result
    found = {
        line["device"]: {finding["code"] for finding in line["findings"]}
        for line in result.lines
        if line["kind"] == "health"
    }
    for (name, expected), address in zip(FAULTS.items(), made.addresses, strict=True):
        assert set(expected) <= found[address], (name, found[address])
        if name == "measuring_stops":
            assert not {"contamination_error", "contamination_warning", "sector_blocked"} & found[address]
    assert made.writes() == []


def test_a_front_that_reads_clean_as_measuring_has_stopped_is_not_called_clean(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    stops = Fault(name="measuring_stops", at="GET ContaminationConfig")
    on: dict[str, object] = {"ContaminationConfig": {"eStrategy": 1, "usiResponseTime": 3}}
    made = start_fleet(sensor("one", faults=(stops,), parameters=on, contamination=(3, 3, 3)))
    (line,) = program.here("health", *made.addresses, "--json").lines[:1]
    assert line["values"]["measuring"] is False
    assert "contamination" not in line["values"]
    assert "suspended" in {finding["code"] for finding in line["findings"]}


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"calibrations": 5}'])
def test_without_its_memory_a_calibration_is_not_called_unmoved(
    program: ProgramHarness, start_fleet: StartFleet, damage: bytes
) -> None:
    made = start_fleet(sensor("one", serial="25420067"))
    assert program.here("health", *made.addresses).code == 0
    (program.home / "data" / "health.json").write_bytes(damage)
    result = program.here("health", *made.addresses, "--json")
    assert result.code == 3, result
    (found,) = [finding for finding in result.lines[0]["findings"] if finding["level"] == "unknown"]
    assert found["code"] == "calibration_unknown"
    assert "health.json" in found["message"]


def test_the_history_of_what_was_read(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", serial="25420067", device_status=6))
    first = program.here("health", *made.addresses, "--json")
    again = program.here("health", *made.addresses, "--json")
    since = {finding["code"]: finding["since"] for finding in first.lines[0]["findings"]}
    assert since == {finding["code"]: finding["since"] for finding in again.lines[0]["findings"]}
    asked = made.requests()
    result = program.here("health", *made.addresses, "--history", "--since", "12h", "--json")
    assert (result.code, made.requests()) == (0, asked)
    hours = [line for line in result.lines if line["kind"] == "health_hour"]
    assert hours[-1]["numbers"]["device_status"] == {"low": 6, "high": 6, "last": 6}
    assert hours[-1]["sensor"] == "serial 25420067"
    found = {line["code"]: line["ended"] for line in result.lines if line["kind"] == "health_finding"}
    assert found["service_required"] is None
    people = program.here("health", *made.addresses, "--history")
    assert "service required since" in people.out
    assert "device_status    6" in people.out


def test_a_device_without_history(program: ProgramHarness) -> None:
    result = program.here("health", "192.0.2.1", "--history", "--json")
    assert (result.code, result.lines) == (1, [])
    assert "no reading of its health is kept" in result.err
    assert program.here("health", "192.0.2.1", "--since", "1h").code == 2
    assert program.here("health", "192.0.2.1", "--history", "--since", "yesterday").code == 2
