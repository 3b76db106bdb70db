"""``limits.require_approval``: only what a person has approved, by its SHA-256, goes onto sensors."""

from pathlib import Path

import pytest

from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness

REQUIRED = ("--set", "limits.require_approval=true")


@pytest.mark.parametrize("command", ["plan", "update"])
def test_what_is_not_approved_is_refused_before_any_sensor_is_asked(
    program: ProgramHarness, start_fleet: StartFleet, command: str
) -> None:
    made = start_fleet(sensor("one"))
    words = (command, *made.addresses, "--package", program.package(), "--json", "--yes")
    result = program.here(*words, *REQUIRED)
    assert result.code == 4, result
    [item] = result.of_kind("plan")
    assert (item["action"], item["reason"]) == ("refuse", "not_approved")
    assert "firmware add" in result.err
    assert made.requests() == 0
    added = program.here("firmware", "add", program.package(), "--json").lines[0]
    assert program.here(*words, *REQUIRED).code == 4
    assert program.here("plan", *words[1:], *REQUIRED, "--allow-unapproved").code == 0
    assert program.here("firmware", "approve", added["id"], "--yes").code == 0
    assert program.here("plan", *words[1:], *REQUIRED).code == 0


def test_the_bytes_are_approved_and_not_the_name(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    package = Path(program.package())
    added = program.here("firmware", "add", str(package), "--json").lines[0]
    assert program.here("firmware", "approve", added["id"], "--yes").code == 0
    package.write_bytes(package.read_bytes() + b"more")
    result = program.here("plan", *made.addresses, "--package", str(package), *REQUIRED, "--json")
    assert [item["reason"] for item in result.of_kind("plan")] == ["not_approved"]


def test_by_default_it_is_not_required(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    result = program.here("plan", *made.addresses, "--package", program.package(), "--json")
    [item] = result.of_kind("plan")
    assert item["action"] == "update"
    assert "approved" not in item["message"]
