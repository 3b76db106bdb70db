"""``sicktui runs verify``, and the proof in a report."""

import sqlite3
from contextlib import closing

from tests.support.program import ProgramHarness


def change(program: ProgramHarness, statement: str) -> None:
    with closing(sqlite3.connect(program.home / "state" / "journal.db")) as journal:
        journal.execute(statement)
        journal.commit()


def test_the_record_of_runs_is_checked(program: ProgramHarness) -> None:
    assert program.here("runs", "verify", "--json").code == 0
    for _ in range(2):
        assert program.here("backup", "127.0.0.1:9").code == 4
    runs = [str(line["run"]) for line in program.here("runs", "list", "--json").lines]
    whole = program.here("runs", "verify", "--json")
    assert [(line["run"], line["intact"], line["trouble"]) for line in whole.of_kind("verified")] == [
        (run, True, "") for run in runs
    ], whole
    head = whole.lines[0]["head"]
    report = program.here("runs", "report", "latest", "--json").of_kind("report")[0]
    assert report["proof"] == {
        "intact": True,
        "trouble": "",
        "head": head,
        "events": whole.lines[0]["events"],
        "original_head": None,
    }
    assert f"| Chain head | {head} |" in program.here("runs", "report", "latest").out
    assert "intact" in program.here("runs", "verify").out

    change(program, f"DELETE FROM events WHERE run = '{runs[1]}' AND kind = 'verdict'")  # noqa: S608
    broken = program.here("runs", "verify", "--json")
    assert (broken.code, [line["intact"] for line in broken.of_kind("verified")]) == (1, [True, False])
    assert runs[1] in broken.every_line[-1]["message"]
    assert program.here("runs", "verify", runs[0], "--json").code == 0
    shown = program.here("runs", "verify", runs[1])
    assert (shown.code, "NOT INTACT" in shown.out) == (1, True)
    assert "NOT INTACT" in program.here("runs", "report", runs[1]).out
    # A run whose own row was removed is missed too.
    change(program, f"DELETE FROM runs WHERE run = '{runs[0]}'")  # noqa: S608
    gone = program.here("runs", "verify", "--json")
    assert {line["run"]: line["intact"] for line in gone.of_kind("verified")} == dict.fromkeys(runs, False)
    assert program.here("runs", "verify", "nothing-like-it").code == 2


def test_old_runs_are_shortened_and_stay_proven(program: ProgramHarness) -> None:
    update = ("update", "127.0.0.1:9", "--package", program.package(), "--yes")
    order = (*update, "--order", "night")
    assert program.here(*order).code == 4
    assert program.here(*update).code == 4
    newest, old = [str(line["run"]) for line in program.here("runs", "list", "--json").lines]
    before = program.here("runs", "verify", old, "--json").lines[0]["head"]
    assert program.here("runs", "prune").code == 2
    dry = program.here("runs", "prune", "--keep", "1", "--dry-run", "--json")
    assert [(line["run"], line["deleted"]) for line in dry.of_kind("prune")] == [(old, False)]
    asked = program.here("runs", "prune", "--keep", "1")
    assert (asked.code, "Delete the details of 1 run for good?" in asked.err) == (2, True)
    assert program.here("runs", "verify", old, "--json").lines[0]["head"] == before
    done = program.here("runs", "prune", "--keep", "1", "--yes", "--json")
    assert [(line["run"], line["deleted"]) for line in done.of_kind("prune")] == [(old, False), (old, True)]
    proof = program.here("runs", "verify", old, "--json").lines[0]
    assert (proof["intact"], proof["original_head"]) == (True, before)
    assert f"| Before it was shortened | {before} |" in program.here("runs", "report", old).out
    again = program.here(*order, "--json")
    assert (again.code, again.of_kind("verdict")[0]["run"]) == (4, old), "the same key is the same run"
    assert program.here("runs", "prune", "--keep", "1").out == ""
    assert program.here("runs", "verify", newest).code == 0


def test_a_record_that_prune_leaves_is_named_in_its_error(program: ProgramHarness) -> None:
    assert program.here("update", "127.0.0.1:9", "--package", program.package(), "--yes").code == 4
    run = program.here("runs", "list", "--json").lines[0]["run"]
    change(program, f"UPDATE runs SET started = '2001-01-01T00:00:00.000Z' WHERE run = '{run}'")  # noqa: S608
    left = program.here("runs", "prune", "--keep", "0", "--yes", "--json")
    error = left.every_line[-1]
    assert (left.code, error["kind"], error["code"]) == (1, "error", "storage_error"), left
    assert f"Run {run} was left as it is" in error["message"], "not of a device"
    assert "the start of the run differs from its events" in error["message"]
