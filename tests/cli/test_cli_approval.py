"""``limits.require_approval``: only what a person has approved, by its SHA-256, goes onto sensors."""

import getpass
from pathlib import Path

import pytest

from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness, Result

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


def test_who_allowed_what_is_not_approved_is_kept(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    words = ("update", *made.addresses, "--package", program.package(), "--no-backup", *REQUIRED)
    asked = program.here(*words, "--allow-unapproved")
    assert (asked.code, "The package is not approved." in asked.err) == (2, True), asked
    done = program.here(*words, "--allow-unapproved", "--yes", "--json")
    assert done.code == 0, done
    [kept] = [line["message"] for line in done.of_kind("log") if "--allow-unapproved" in line["message"]]
    assert f"{getpass.getuser()}@" in kept
    assert "--allow-unapproved" in program.here("runs", "report", "latest").out
    # Where no approval is needed, there is nothing to allow and nothing to keep.
    other = program.here(*words[:4], "--allow-unapproved", "--force", "--no-backup", "--yes", "--json")
    assert not [line for line in other.of_kind("log") if "--allow-unapproved" in line["message"]], other


def test_two_files_of_one_version_and_a_changed_file_are_noticed(program: ProgramHarness) -> None:
    def add(name: str | None = None, size: int = 200_000) -> Result:
        return program.here("firmware", "add", program.package(name=name, size=size), "--json")

    def listed() -> dict[str, dict[str, object]]:
        return {line["id"]: line for line in program.here("firmware", "list", "--json").of_kind("package")}

    [first] = add().of_kind("package")
    assert "same_version" not in first
    result = add("again_2.4.0.0R.spk.signed", 200_001)
    [second] = result.of_kind("package")
    assert second["same_version"] == [first["sha256"]]
    assert "has the same version as picoScan100_2.4.0.0R.spk.signed" in result.err
    [other] = add("multiScan100_2.4.0.0R.spk.signed", 200_002).of_kind("package")
    assert first["sha256"] not in other.get("same_version", [])
    for entry, model in ((first, "picoScan150"), (second, "picoScan120")):
        assert program.here("firmware", "approve", entry["id"], "--for", model, "--yes").code == 0
    assert first["sha256"] not in listed()[second["id"]].get("same_version", [])  # type: ignore[operator]

    file = program.home / "data" / "firmware" / first["sha256"] / first["name"]
    file.write_bytes(file.read_bytes()[:-1])
    assert "199999 bytes instead of 200000" in str(listed()[first["id"]]["trouble"])
    file.write_bytes(file.read_bytes() + b"x")  # of the same size: found where the file is used
    refused = program.here("firmware", "approve", first["id"], "--yes")
    assert (refused.code, "changed" in refused.err) == (4, True), refused
    file.unlink()
    assert "cannot be used" in program.here("firmware", "list").err


def test_by_default_it_is_not_required(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    result = program.here("plan", *made.addresses, "--package", program.package(), "--json")
    [item] = result.of_kind("plan")
    assert item["action"] == "update"
    assert "approved" not in item["message"]
