"""Runs that could not be written down, or whose process did not start: the JSON lines hold all the same."""

import errno
import os
import sys
from typing import NoReturn

import pytest

from sicktui.engine.run import spawn
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness, Result

pytestmark = pytest.mark.starts_afresh


def shape(result: Result) -> list[str]:
    return [line["kind"] for line in result.lines]


@pytest.fixture
def stillborn(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Runner processes end before they say a word."""
    monkeypatch.setattr(spawn, "runner_command", lambda _: [sys.executable, "-c", "pass"])
    return monkeypatch


def test_no_journal_gives_every_device_its_verdict(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("old"), sensor("current", version="2.4.0.0R"))
    program.home.mkdir()
    (program.home / "state").write_text("no folder")
    result = program.update(made)
    old, current = made.addresses
    assert shape(result) == ["run", "plan", "plan", "verdict", "verdict", "summary"]
    assert result.lines[0]["state"] == "finished"
    assert verdicts(result.lines) == {
        old: ("failed", "storage_error"),
        current: ("skipped", "already_current"),
    }
    assert (result.code, result.lines[-1]["exit_code"]) == (4, 4)
    assert made.writes() == []


NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runner.log")
REPORT = '{"ready":false,"message":"Cannot use the lock: the disk is full.","code":"storage_error"}'


def _without_room(*_: object) -> NoReturn:
    raise NO_ROOM


@pytest.mark.parametrize("where", ["log", "process", "runner"])
def test_a_runner_without_room_to_start_gives_every_device_its_verdict(
    program: ProgramHarness, start_fleet: StartFleet, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A disk may have no inode left for the runner's log or lock although the journal could be written."""
    if where == "runner":
        monkeypatch.setattr(spawn, "runner_command", lambda _: [sys.executable, "-c", f"print({REPORT!r})"])
    else:
        monkeypatch.setattr(spawn, {"log": "open_log", "process": "_popen"}[where], _without_room)
    made = start_fleet(sensor("old"), sensor("current", version="2.4.0.0R"))
    result = program.update(made)
    old, current = made.addresses
    assert shape(result) == ["run", "plan", "plan", "verdict", "verdict", "summary"]
    assert verdicts(result.lines) == {
        old: ("failed", "storage_error"),
        current: ("skipped", "already_current"),
    }
    assert (result.code, result.lines[-1]["exit_code"]) == (4, 4)
    [listed] = program.here("runs", "list", "--json", fast=False).lines
    assert (listed["run"], listed["state"]) == (result.lines[0]["run"], "finished")
    shown = program.here("runs", "show", listed["run"], "--json", fast=False)
    assert verdicts(shown.lines) == verdicts(result.lines)
    assert made.writes() == []


@pytest.mark.usefixtures("stillborn")
def test_a_runner_that_does_not_start_leaves_a_run_to_resume(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("old"), sensor("current", version="2.4.0.0R"))
    result = program.update(made)
    assert shape(result) == ["run", "plan", "plan", "verdict", "summary"]
    first, last = result.lines[0], result.lines[-1]
    assert (first["state"], first["pid"]) == ("interrupted", None)
    assert last["verdicts"] == {"skipped": 1}
    assert (result.code, last["exit_code"]) == (4, 4)
    assert "did not start" in result.err
    [listed] = program.here("runs", "list", "--json", fast=False).lines
    assert (listed["run"], listed["state"]) == (first["run"], "interrupted")


def test_a_resume_that_does_not_start_promises_nothing_of_what_was_written(
    program: ProgramHarness, start_fleet: StartFleet, stillborn: pytest.MonkeyPatch
) -> None:
    made = start_fleet(sensor("old"))
    run = program.update(made).lines[0]["run"]
    result = program.here("runs", "resume", run, "--yes", "--json")
    assert shape(result) == ["run", "plan", "run", "summary"]
    assert [line["state"] for line in result.of_kind("run")] == ["interrupted"] * 2
    # 4 would say that nothing was written; an earlier process of the run may have.
    assert (result.code, result.lines[-1]["exit_code"]) == (3, 3)
    stillborn.undo()
    again = program.here("runs", "resume", run, "--yes", "--json")
    assert verdicts(again.lines) == {made.addresses[0]: ("succeeded", None)}
