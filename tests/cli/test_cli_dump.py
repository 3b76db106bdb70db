"""``sicktui dump``: files, JSON lines and exit codes."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sicktui.simulator import Fault
from tests.support.fleet_thread import FleetThread, sensor
from tests.support.program import ProgramHarness, Result

StartFleet = Callable[..., FleetThread]


def lines(result: Result, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [json.loads(line) for line in result.out.splitlines()]
    return [line for line in found if line["kind"] == kind]


def test_files_are_stored_and_described(
    program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    result = program.here("dump", *made.addresses, "--output", str(tmp_path / "case"), "--json")
    assert result.code == 0, result
    dumped = lines(result, "dump")
    assert {line["device"] for line in dumped} == set(made.addresses)
    for line in dumped:
        file = Path(line["file"])
        assert file.parent == tmp_path / "case"
        assert zipfile.is_zipfile(file)
        assert file.stat().st_size == line["bytes"]
        assert line["fresh"] is True
    done = [line["step"] for line in lines(result, "step") if line["state"] == "done"]
    assert sorted(done) == sorted(["create", "download", "store"] * 2)
    moved = lines(result, "progress")[-1]
    assert moved["sent"] == moved["total"] > 0
    assert lines(result, "error") == []
    assert all(device.violations == [] for device in made.devices)
    assert "servicelevel" not in result.out + result.err


def test_without_a_folder_it_is_in_the_home(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    result = program.here("dump", made.addresses[0])
    assert result.code == 0, result
    assert "dumps" in result.out
    assert ".zip" in result.out


def test_what_fails_costs_no_other_its_file(
    program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path
) -> None:
    made = start_fleet(
        sensor("good"),
        sensor("page", faults=(Fault(name="html", at="GET file", times="always"),)),
        sensor("gone", offline=True),
        sensor("lrs", generation="lrs4000-1.9.1"),
    )
    result = program.here("dump", *made.addresses, "--output", str(tmp_path / "case"), "--json")
    assert result.code == 1, result
    assert len(lines(result, "dump")) == 1
    problems = {line["device"]: line["code"] for line in lines(result, "problem")}
    assert problems == dict(
        zip(made.addresses[1:], ["protocol_error", "unreachable", "not_supported"], strict=True)
    )
    last = json.loads(result.out.splitlines()[-1])
    assert (last["kind"], last["exit_code"]) == ("error", 1)
    assert "3 of 4" in last["message"]
    assert len(list((tmp_path / "case").iterdir())) == 2


def test_a_wrong_password_is_an_error_with_advice(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", password="another one"))
    result = program.here("dump", made.addresses[0], "--json")
    assert result.code == 1
    [error] = lines(result, "error")
    assert error["code"] == "access_denied"
    assert error["advice"]
