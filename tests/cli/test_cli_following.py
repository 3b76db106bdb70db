"""Runs followed, left, cancelled, killed and taken up again."""

import json
import os
import signal
import subprocess
import time
from typing import Any

import pytest

from sicktui.simulator import Fault
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import LONG, WAITS_FOR_IT, FleetThread, StartFleet, sensor
from tests.support.harness import PASSWORD
from tests.support.processes import KILL
from tests.support.program import ProgramHarness, Result
from tests.support.waiting import LIMIT, wait_until

Process = subprocess.Popen[bytes]


def started(program: ProgramHarness, fleet: FleetThread, *words: str) -> Process:
    """An update that is followed as JSON lines."""
    command = ("update", *fleet.addresses, "--package", program.package(), "--yes", "--json", "--no-backup")
    return program.start(*command, *words, SICKTUI_PASSWORD=PASSWORD)


def read_until(process: Process, kind: str, **wanted: object) -> dict[str, Any]:
    """Read JSON lines up to one that is as wanted."""
    assert process.stdout is not None
    for text in process.stdout:
        line: dict[str, Any] = json.loads(text)
        if line["kind"] == kind and all(line.get(key) == value for key, value in wanted.items()):
            return line
    raise AssertionError(f"no {kind} line with {wanted}")


def the_run(program: ProgramHarness) -> dict[str, Any]:
    [line] = program.here("runs", "list", "--json", fast=False).lines
    return line


def ended(program: ProgramHarness) -> None:
    wait_until(lambda: the_run(program)["state"] != "running", "the end of the run")


def test_the_first_ctrl_c_stops_safely(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", flash_seconds=100), sensor("two", flash_seconds=100))
    process = started(program, made, "--jobs", "1")
    read_until(process, "update_state", value=1)
    process.send_signal(signal.SIGINT)
    result = program.wait(process)
    assert "finished safely" in result.err
    ends = verdicts(json.loads(line) for line in result.out.splitlines())
    assert sorted(ends.values()) == [("cancelled", "cancelled"), ("succeeded", None)]
    # Something was written, so it is not 130; and not everything asked for holds, so it is not 0.
    assert result.code == 1, result
    assert the_run(program)["state"] == "cancelled"


def test_cancelled_before_anything_was_written_is_130(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", faults=(Fault(name="hang", at="UpdateState", after=1, times=1),)))
    process = started(program, made)
    read_until(process, "step", step="preflight", state="started")
    process.send_signal(signal.SIGINT)
    result = program.wait(process)
    assert result.code == 130, result
    assert not [path for path in made.writes() if path.endswith("update")]


def test_the_second_ctrl_c_leaves_the_run_to_itself(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    process = started(program, made, *WAITS_FOR_IT)
    read_until(process, "update_state", value=1)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    result = program.wait(process)
    assert "continues. Reattach" in result.err
    run = the_run(program)
    assert f"sicktui runs attach {run['run']}" in result.err
    assert run["state"] == "running"
    assert result.code == 3
    made.end_flash()
    attached = program("runs", "attach", "latest", "--json")
    assert attached.code == 0, attached
    assert set(verdicts(attached.lines).values()) == {("succeeded", None)}


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_a_terminal_that_goes_away_leaves_the_run(
    program: ProgramHarness, start_fleet: StartFleet, number: str
) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    process = started(program, made, *WAITS_FOR_IT)
    read_until(process, "update_state", value=1)
    process.send_signal(getattr(signal, number))
    result = program.wait(process)
    assert result.code == 3
    assert the_run(program)["state"] == "running"
    made.end_flash()
    ended(program)
    assert the_run(program)["state"] == "finished"
    assert made.devices[0].firmware_version == "2.4.0.0R"


def test_a_reader_that_goes_away_is_met_quietly(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    process = started(program, made, *WAITS_FOR_IT)
    read_until(process, "update_state", value=1)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    code = process.wait(timeout=LIMIT)
    assert process.stderr is not None
    err = process.stderr.read().decode()
    assert code == 3
    assert "Traceback" not in err
    assert "BrokenPipe" not in err
    made.end_flash()
    ended(program)


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
@pytest.mark.skipif(os.name == "nt", reason="a shell that closes streams")
def test_closed_streams_keep_nobody_from_working(
    program: ProgramHarness, start_fleet: StartFleet, closed: str
) -> None:
    made = start_fleet(sensor("one"))
    words = ("update", *made.addresses, "--package", program.package(), "--yes", "--no-backup", "--json")
    script = f'exec "$@" {closed}'
    ended = subprocess.run(
        ["sh", "-c", script, "sh", *program.command(*words)],
        env=program.environment | {"SICKTUI_PASSWORD": PASSWORD},
        cwd=program.folder,
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, b""), ended  # the update is made, and its lines are lost
    assert made.devices[0].firmware_version == "2.4.0.0R"
    version = subprocess.run(
        ["sh", "-c", script, "sh", *program.command("--version", fast=False)],
        env=program.environment,
        cwd=program.folder,
        capture_output=True,
        check=False,
    )
    assert version.returncode == 1, version
    seen = b"" if "2>" in closed else b"Error: stdout cannot be written: it is closed.\n"
    assert version.stderr == seen


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")  # noqa: PTH110
def test_output_that_finds_no_room_is_not_lost_in_silence(program: ProgramHarness) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        ended = subprocess.run(
            program.command("doctor", "--json", fast=False),
            env=program.environment,
            cwd=program.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    told = [line for line in ended.stderr.decode().splitlines() if "stdout" in line]
    assert ended.returncode == 1
    assert len(told) == 1
    assert "the disk is full" in told[0]


def test_lists_may_be_cut_short(program: ProgramHarness) -> None:
    program.here("devices", "add", "gate-1", "10.0.0.1", fast=False)
    process = program.start("devices", "list", fast=False)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert process.wait(timeout=LIMIT) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""


def killed(program: ProgramHarness, fleet: FleetThread) -> Result:
    """An update whose runner process is killed while the sensor flashes."""
    process = started(program, fleet, *WAITS_FOR_IT)
    read_until(process, "update_state", value=1)
    os.kill(the_run(program)["pid"], KILL)
    return program.wait(process)


def test_a_run_without_its_process_is_told_and_resumed(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    result = killed(program, made)
    assert result.code == 3, result
    assert "sicktui runs resume" in result.err
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert lines[-2] == {**lines[-2], "kind": "run", "state": "interrupted", "pid": None}
    assert lines[-1] == {**lines[-1], "kind": "summary", "verdicts": {}, "exit_code": 3}
    run = the_run(program)
    assert (run["state"], run["pid"]) == ("interrupted", None)
    shown = program.here("runs", "show", "latest", "--json").lines[-1]
    assert {**shown, "ts": run["ts"]} == run
    refused = program.here("runs", "resume")
    assert refused.code == 2
    assert "Resume run" in refused.err
    made.end_flash()
    resumed = program("runs", "resume", "--yes", "--json")
    assert resumed.code == 0, resumed
    assert resumed.lines[0]["state"] == "running"
    assert set(verdicts(resumed.lines).values()) == {("succeeded", None)}
    assert len([request for request in made.devices[0].requests if request.method == "PUT"]) == 1
    assert program.here("runs", "resume").code == 2


def test_cancel_from_another_session(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", flash_seconds=100), sensor("two", flash_seconds=100))
    process = started(program, made, "--jobs", "1")
    read_until(process, "update_state", value=1)
    cancelled = program.here("runs", "cancel", "latest", "--json", fast=False)
    assert cancelled.code == 0
    assert [line["kind"] for line in cancelled.lines] == ["run"]
    assert program.wait(process).code == 1
    again = program.here("runs", "cancel", "latest", fast=False)
    assert again.code == 2
    assert "cancelled" in again.err


def test_ctrl_c_while_attached_only_stops_following(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", flash_seconds=LONG))
    command = ("update", *made.addresses, "--package", program.package(), "--yes", "--detach", "--no-backup")
    program(*command, *WAITS_FOR_IT)
    process = program.start("runs", "attach", "latest", "--json")
    read_until(process, "update_state", value=1)
    process.send_signal(signal.SIGINT)
    result = program.wait(process)
    assert result.code == 3
    assert "continues. Reattach" in result.err
    made.end_flash()
    ended(program)
    assert the_run(program)["state"] == "finished"


def test_a_past_run_is_shown(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"), sensor("gone", offline=True))
    run = program.update(made).lines[0]["run"]
    shown = program.here("runs", "show", run[:13], "--json", fast=False)
    kinds = [line["kind"] for line in shown.lines]
    assert kinds[0] == "run"
    assert kinds[-1] == "summary"
    assert set(kinds) >= {"plan", "step", "update_state", "verdict"}
    assert shown.code == 0
    human = program.here("runs", "show", "latest", fast=False)
    assert human.code == 0
    for text in (run, "Package picoScan100", "SHA-256", "verify", "SUCCEEDED", "Failed (unreachable)"):
        assert text in human.out
    listed = program.here("runs", "list", fast=False)
    assert run in listed.out
    attached = program("runs", "attach", run, "--json", fast=False)
    assert attached.code == 1
    assert attached.lines[0]["state"] == "finished"


@pytest.mark.parametrize("command", ["show", "attach", "cancel"])
def test_an_unknown_run_is_code_2(program: ProgramHarness, command: str) -> None:
    for run in ("nope", "latest"):
        result = program.here("runs", command, run, fast=False)
        assert result.code == 2, result
        assert "no run" in result.err


def test_no_runs_yet(program: ProgramHarness) -> None:
    result = program.here("runs", "list", fast=False)
    assert (result.code, result.out) == (0, "")
    assert "no run yet" in result.err
