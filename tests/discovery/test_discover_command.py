"""``sicktui discover``: the lines that it prints, and what it does to the device list."""

import json
from typing import Any

import pytest

from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.program import ProgramHarness, Result

SERIAL = "25420067"


def ports(made: FleetThread) -> list[str]:
    return [word for address in made.addresses for word in ("--port", address.rpartition(":")[2])]


def sweep(program: ProgramHarness, made: FleetThread, *words: str) -> Result:
    """Sweep what is left of the network in a test: this PC."""
    return program.here("discover", "--cidr", "127.0.0.1/32", "--no-broadcast", *ports(made), *words)


def found(result: Result) -> list[dict[str, Any]]:
    return result.of_kind("found")


def listed(program: ProgramHarness) -> dict[str, dict[str, Any]]:
    """The device list, without the moments at which it was printed."""
    lines = program.here("devices", "list", "--json").lines
    return {line["device"]: {key: value for key, value in line.items() if key != "ts"} for line in lines}


@pytest.fixture
def made(start_fleet: StartFleet) -> FleetThread:
    return start_fleet(
        sensor("one", serial=SERIAL, model="picoScan150", location="gate-1"),
        sensor("two", serial="25420068", model="picoScan120", location="all"),
    )


def test_a_line_a_sensor_and_the_summary(program: ProgramHarness, made: FleetThread) -> None:
    result = sweep(program, made, "--json")
    assert result.code == 0, result
    lines = {line["serial"]: line for line in found(result)}
    one = lines[SERIAL]
    assert one == {
        **one,
        "address": made.addresses[0],
        "by": "sweep",
        "model": "picoScan150",
        "version": "2.3.0.0R",
        "name": "gate-1",
        "device": None,
        "problem": None,
        "confirmed": True,
    }
    assert one["mac"].startswith("00:06:77:")
    summary = result.lines[-1]
    assert summary == {
        **summary,
        "operation": "discover",
        "found": 2,
        "new": 2,
        "moved": 0,
        "probed": 2,
        "exit_code": 0,
    }
    assert made.writes() == []


def test_add_names_pins_and_tags_what_is_new(program: ProgramHarness, made: FleetThread) -> None:
    result = sweep(program, made, "--add", "--tag", "hall-3", "--json")
    assert result.code == 0, result
    assert sorted(result.lines[-1]["added"]) == ["gate-1", "sensor-all"]
    entries = listed(program)
    assert entries["gate-1"] == {
        **entries["gate-1"],
        "address": made.addresses[0],
        "serial": SERIAL,
        "tags": ["hall-3"],
        "model": "picoScan150",
    }
    assert entries["sensor-all"]["serial"] == "25420068"
    # The inventory knows them at once.
    rows = program("devices", "overview", "--json").lines
    known = {name: row["version"] for row in rows for name in row["devices"]}
    assert sorted(known) == ["gate-1", "sensor-all"]
    assert None not in known.values()
    # Again: they are known, and nothing is added twice.
    again = sweep(program, made, "--add", "--json")
    assert {line["device"] for line in found(again)} == {"gate-1", "sensor-all"}
    assert again.lines[-1] == {**again.lines[-1], "new": 0, "added": []}
    assert listed(program) == entries


def test_without_add_the_list_stays_as_it_is(program: ProgramHarness, made: FleetThread) -> None:
    result = sweep(program, made)
    assert result.code == 0, result
    assert "gate-1" in result.out
    assert "new" in result.out
    assert "--add" in result.err
    assert listed(program) == {}


def test_a_sensor_that_has_moved(program: ProgramHarness, made: FleetThread) -> None:
    program.here("devices", "add", "gate", "192.0.2.7", "--serial", f"0{SERIAL}")
    result = sweep(program, made, "--json")
    one = next(line for line in found(result) if line["serial"] == SERIAL)
    assert (one["device"], one["problem"]) == ("gate", "moved")
    assert "192.0.2.7" in one["message"]
    assert "--follow-moved" in one["advice"]
    assert result.lines[-1]["moved"] == 1
    assert listed(program)["gate"]["address"] == "192.0.2.7"
    follow = sweep(program, made, "--follow-moved", "--json")
    assert follow.lines[-1]["followed"] == ["gate"]
    assert listed(program)["gate"] == {
        **listed(program)["gate"],
        "address": made.addresses[0],
        "serial": f"0{SERIAL}",
    }


def test_another_sensor_at_the_address_of_a_device(program: ProgramHarness, made: FleetThread) -> None:
    program.here("devices", "add", "gate", made.addresses[0], "--serial", "11111111")
    result = sweep(program, made, "--add", "--json")
    one = next(line for line in found(result) if line["serial"] == SERIAL)
    assert (one["device"], one["problem"], one["instead_of"]) == (None, "other_sensor", "gate")
    assert "11111111" in one["message"]
    # It is not added beside the device whose place it has.
    assert result.lines[-1]["added"] == ["sensor-all"]
    assert listed(program)["gate"]["serial"] == "11111111"


def test_a_device_without_a_pinned_serial_number_is_known_by_its_address(
    program: ProgramHarness, made: FleetThread
) -> None:
    program.here("devices", "add", "gate", made.addresses[0])
    one = next(line for line in found(sweep(program, made, "--json")) if line["serial"] == SERIAL)
    assert (one["device"], one["problem"]) == ("gate", None)


def test_nothing_found_is_no_failure_and_has_its_reasons(program: ProgramHarness) -> None:
    result = program.here("discover", "--cidr", "127.0.0.1/32", "--no-broadcast", "--port", "9")
    assert (result.code, result.out) == (0, ""), result
    assert "Why nothing may have been found" in result.err
    assert "--port" in result.err
    lines = program.here(
        "discover", "--target", "127.0.0.1", "--no-broadcast", "--port", "9", "--wait", "0.2", "--json"
    )
    assert lines.lines[-1] == {**lines.lines[-1], "found": 0, "probed": 1, "exit_code": 0}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--cidr", "10.0.0.0/33"), "not an IPv4 range"),
        (("--cidr", "fe80::/64"), "not an IPv4 range"),
        (("--cidr", "hall-3"), "not an IPv4 range"),
        (("--cidr", "224.0.0.0/24"), "multicast"),
        (("--cidr", "10.0.0.0/8"), "takes days"),
        (("--cidr", "0.0.0.0/0"), "takes days"),
        (("--port", "0"), "port"),
        (("--port", "65536"), "port"),
        (("--target", "gate.example"), "not an IPv4 address"),
        (("--target", "127.0.0.1:99999"), "port"),
        (("--target", "127.0.0.1:x"), "port"),
        (("--target", "\x1b[2J"), "not an IPv4 address"),
        (("--add", "--tag", "hall 3"), "tag"),
        (("--wait", "0"), "discovery.wait"),
        (("--no-broadcast",), "Nothing to search"),
    ],
)
def test_wrong_use_is_told_before_anything_is_sent(
    program: ProgramHarness, words: tuple[str, ...], told: str
) -> None:
    result = program.here("discover", *words, "--json")
    assert result.code == 2, result
    assert told in result.err
    assert "\x1b" not in result.err + result.out
    (error,) = result.every_line
    assert (error["kind"], error["exit_code"]) == ("error", 2)
    assert told in error["message"]


def test_a_sweep_larger_than_a_16_needs_a_yes(program: ProgramHarness) -> None:
    result = program.here("discover", "--cidr", "10.0.0.0/15", "--no-broadcast")
    assert (result.code, result.out) == (2, ""), result
    assert "Ask 131070 addresses? That takes up to 1 h" in result.err
    assert "--yes" in result.err


def test_a_table_of_80_columns(program: ProgramHarness, made: FleetThread) -> None:
    result = sweep(program, made)
    header, *rows = result.out.splitlines()
    assert header.split() == ["ADDRESS", "MODEL", "SERIAL", "VERSION", "NAME", "DEVICE", "STATE"]
    assert len(rows) == 2
    assert all(len(row) <= 80 for row in rows)


def test_text_of_a_sensor_is_harmless(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", serial=SERIAL, location="\x1b[2J\u202egate/[red]"))
    result = sweep(program, made, "--add", "--json")
    assert result.code == 0, result
    assert "\x1b" not in result.out + result.err
    assert "\u202e" not in result.out + result.err
    (name,) = json.loads(result.out.splitlines()[-1])["added"]
    assert name == "-[2J-gate-[red]".lstrip("-")


def test_nothing_could_be_asked(program: ProgramHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sicktui.engine.discovery.search.subnets", list)
    result = program.here("discover", "--wait", "0.2", "--json")
    assert result.code == 1, result
    summary, error = result.every_line
    assert (summary["kind"], summary["exit_code"], summary["found"]) == ("summary", 1, 0)
    assert (error["kind"], error["code"], error["exit_code"]) == ("error", "unreachable", 1)
    assert "no IPv4 address" in error["message"]
    assert error["advice"]


def test_a_sensor_that_the_list_reaches_over_https(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", serial=SERIAL, https=True))
    secure = made.devices[0].https
    assert secure.bundle is not None
    address = secure.address or ""
    pins = ("--scheme", "https", "--fingerprint", secure.bundle.fingerprint, "--serial", SERIAL)
    program.here("devices", "add", "gate", address, *pins)
    words = ("--cidr", "127.0.0.1/32", "--no-broadcast", "--port", address.rpartition(":")[2])
    (one,) = found(program.here("discover", *words, "--json"))
    assert (one["device"], one["address"], one["confirmed"], one["problem"]) == ("gate", address, True, None)


def test_an_lrs4000_whose_search_is_off_is_found_by_the_sweep(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", generation="lrs4000-1.10.0", parameters={"EnableColaScan": False}))
    (one,) = found(sweep(program, made, "--json"))
    assert (one["hidden"], one["confirmed"], one["problem"]) == (True, True, None)
    assert "search is off" in one["message"]
