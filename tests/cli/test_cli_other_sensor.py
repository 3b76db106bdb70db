"""Another sensor at a known address: a state of its own, which nothing is sent to; and a replaced one."""

import json

from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.program import ProgramHarness

NASTY = "\x1b[2J[red]\u202e[/oops]"


def listed(program: ProgramHarness, made: FleetThread, *, serial: str | None = None) -> None:
    """The first sensor as gate-1, perhaps pinned."""
    words = ["--serial", serial] if serial else []
    result = program.here("devices", "add", "gate-1", made.addresses[0], *words, fast=False)
    assert result.code == 0, result


def test_status_says_who_answers_and_what_to_do(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", serial="1001", model="picoScan150"), sensor("two", serial="2002"))
    listed(program, made, serial="9009")
    program.here("devices", "add", "gate-2", made.addresses[1], "--serial", "0002002", fast=False)
    result = program.here("status", "--json")
    assert result.code == 1
    first, second = sorted(result.lines, key=lambda line: str(line["device"]))
    assert first == {
        **first,
        "kind": "status",
        "reachable": True,
        "code": "other_device",
        "problem": "other_sensor",
        "serial": "1001",
        "model": "picoScan150",
        "version": "2.3.0.0R",
        "update_state": None,
        "health": None,
        "auth": None,
    }
    assert "code" not in second  # leading zeros are spelling
    assert "problem" not in second
    for words in (
        f"Other sensor 1001 answers at {made.addresses[0]}",
        "the profile expects serial number 9009",
        "sicktui restore gate-1 --backup latest --replace",
        "sicktui devices edit gate-1 --serial 1001",
    ):
        assert words in first["message"]
    people = program.here("status", "gate-1")
    assert "gate-1" in people.out
    assert "Other sensor 1001 answers" in people.out
    assert "Another sensor than the profile's answers for gate-1." in people.err
    assert "could not be read" not in people.err


def test_nothing_is_sent_to_it_but_questions_who_it_is(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", serial="1001"))
    listed(program, made, serial="9009")
    package = program.package()
    assert program.here("status", "--json").code == 1
    for words in (("plan", "gate-1", "--package", package), ("login", "gate-1")):
        program.here(*words, "--json", "--yes")
    backup = program.here("backup", "gate-1", "--json", "--yes")
    codes = [line["code"] for line in backup.lines if line["kind"] == "verdict"]
    assert codes == ["other_device"]
    [device] = made.devices
    assert {request.method for request in device.requests} == {"GET"}
    assert not any("Challenge" in request.path for request in device.requests)
    assert "authorization" not in json.dumps([str(request) for request in device.requests]).lower()


def test_a_profile_without_a_pin_learns_its_sensor_and_says_when_it_changes(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", serial="1001"))
    listed(program, made)
    before = program.here("status", "--json")
    assert before.code == 0
    assert "problem" not in before.lines[0]
    made.devices[0].swap("2002")
    after = program.here("status", "--json")
    assert after.code == 0, "a replacement is not forbidden"
    [line] = after.lines
    assert (line["problem"], line["serial"]) == ("changed_sensor", "2002")
    assert "code" not in line
    assert "Was serial 1001 until " in line["message"]
    assert line["message"].endswith("now 2002 answers.")
    assert "now 2002 answers" in program.here("status").out
    plan = program.here("plan", "gate-1", "--package", program.package(), "--json")
    assert plan.code == 0
    [planned] = [line for line in plan.lines if line["kind"] == "plan"]
    assert planned["action"] == "update"
    assert "Another sensor than before: was serial 1001 until " in planned["message"]
    program.here("devices", "edit", "gate-1", "--serial", "2002", fast=False)
    assert "problem" not in program.here("status", "--json").lines[0]


def test_a_renamed_and_a_removed_device(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", serial="1001"))
    listed(program, made)
    program.here("status")
    program.here("devices", "edit", "gate-1", "--name", "door", fast=False)
    made.devices[0].swap("2002")
    assert program.here("status", "--json").lines[0]["problem"] == "changed_sensor"
    program.here("devices", "remove", "door", "--yes", fast=False)
    program.here("devices", "add", "door", made.addresses[0], fast=False)
    made.devices[0].swap("3003")
    assert "problem" not in program.here("status", "--json").lines[0], "another device of an old name"


def test_what_another_sensor_calls_itself_moves_no_cursor(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", serial="1001", model=NASTY, version=f"2.3{NASTY}"))
    listed(program, made, serial="9009")
    result = program.here("status")
    assert result.code == 1
    for text in (result.out, result.err):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "Other sensor 1001 answers" in result.out
