"""``--order KEY``: the same key always means the same run, whatever happens in between."""

import os
from pathlib import Path

import pytest

from sicktui.engine.run import launch
from sicktui.engine.run.spawn import LaunchError
from sicktui.simulator import Fault
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import LONG, WAITS_FOR_IT, FleetThread, StartFleet, sensor
from tests.support.processes import KILL
from tests.support.program import ProgramHarness, Result
from tests.support.waiting import wait_until

CALLERS = 20
PHRASE = "open sesame"


def run_of(result: Result) -> str:
    return str(result.of_kind("run")[0]["run"])


def runs(program: ProgramHarness) -> list[str]:
    return [str(line["run"]) for line in program.here("runs", "list", "--json").lines]


def uploads(made: FleetThread) -> int:
    return sum(request.method == "PUT" for device in made.devices for request in device.requests)


def test_many_callers_at_once_get_one_run(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("gate"))
    call = ("update", *made.addresses, "--package", program.package(), "--no-backup")
    call += ("--order", "night-1", "--yes", "--json")
    processes = [program.start(*call, SICKTUI_PASSWORD="servicelevel") for _ in range(CALLERS)]
    results = [program.wait(process) for process in processes]
    assert {result.code for result in results} == {0}, results
    assert len({run_of(result) for result in results}) == 1
    for result in results:
        assert result.of_kind("run")[0]["order"] == "night-1"
        assert (result.lines[0]["kind"], result.lines[-1]["kind"]) == ("run", "summary")
        assert verdicts(result.lines) == {made.addresses[0]: ("succeeded", None)}
    assert uploads(made) == 1
    assert runs(program) == [run_of(results[0])]
    assert not list((program.home / "state" / "locks").glob("order-*"))


def test_an_order_that_was_carried_out_is_printed_again(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("good"), sensor("bad", faults=(Fault(name="update_error"),)))
    good, bad = made.addresses
    package = Path(program.package())
    call = ("update", good, bad, "--no-backup", "--max-failures", "7", "--order", "night-1")
    first = program.here(*call, "--package", package.name, "--yes", "--json")
    assert first.code == 1, first
    assert verdicts(first.lines)[bad] == ("failed", "update_error")
    sent, run = made.requests(), run_of(first)

    # From another folder, the devices in another order, another rate of reading, and with nobody to ask.
    elsewhere = program.folder / "elsewhere"
    elsewhere.mkdir()
    again = ProgramHarness(elsewhere)
    again.home, again.environment["SICKTUI_HOME"] = program.home, str(program.home)
    other_way = ("update", bad, good, good, "--no-backup", "--max-failures", "7", "--order", "night-1")
    second = again.here(*other_way, "--package", f"../{package.name}", "--json", password=None)
    assert (second.code, run_of(second)) == (1, run), second
    assert second.lines[0]["state"] == "finished"
    lasting = ("plan", "step", "verdict", "summary")
    assert [line for line in second.lines if line["kind"] in lasting] == [
        line for line in first.lines if line["kind"] in lasting
    ]
    shown = program.here(*call, "--package", str(package))
    assert shown.code == 1
    assert "was carried out before" in shown.err
    assert "bad" in shown.out or bad in shown.out
    detached = program.here(*call, "--package", str(package), "--detach")
    assert (detached.code, detached.out.strip()) == (1, run)
    # The package may be gone by then.
    package.unlink()
    assert program.here(*call, "--package", str(package), "--json").code == 1

    for words, named in (
        (("--force",), "--force yes (was: not given)"),
        (("--max-failures", "3"), "--max-failures 3 (was: 7)"),
        (("--allow-downgrade", "--max-failures", "3"), "--max-failures 3 (was: 7)"),
    ):
        other = program.here(*call, "--package", str(package), *words, "--yes", "--json")
        [error] = other.every_line
        assert (other.code, error["kind"], named in error["message"]) == (2, "error", True), other
    program.package(size=200_001)
    changed = program.here(*call, "--package", str(package), "--yes", "--json")
    assert (changed.code, "--package" in changed.every_line[0]["message"]) == (2, True), changed
    backup = program.here("backup", good, "--order", "night-1", "--json")
    assert (backup.code, "backup (was: update)" in backup.every_line[0]["message"]) == (2, True), backup
    assert made.requests() == sent
    assert program.here("runs", "list", "--json").lines[0]["order"] == "night-1"
    assert "Order night-1" in program.here("runs", "show", run).out
    assert program.here("runs", "show", run, "--json").of_kind("run")[0]["order"] == "night-1"
    listed = program.here("runs", "list").out
    assert ("ORDER" in listed, "night-1" in listed) == (True, True)
    assert runs(program) == [run]
    assert program.here("update", good, "--package", "x", "--order", "a b", "--yes").code == 2


def test_an_order_of_which_nothing_may_go_stays_refused(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("gate", version="2.5.0.0R"))
    call = ("update", *made.addresses, "--package", program.package(), "--order", "night-1", "--json")
    for _ in range(2):
        refused = program.here(*call, "--yes")
        assert (refused.code, verdicts(refused.lines)) == (4, {made.addresses[0]: ("failed", "downgrade")})
    assert len(runs(program)) == 1
    # What starts no run leaves the key free: nobody to ask, no package.
    call = ("update", *made.addresses, "--allow-downgrade", "--no-backup", "--order", "night-2", "--json")
    assert program.here(*call, "--package", program.package()).code == 2
    assert program.here(*call, "--package", "nothing.spk", "--yes").code == 2
    assert len(runs(program)) == 1


def test_a_start_that_was_cut_is_taken_up(
    program: ProgramHarness, start_fleet: StartFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller dies when the run is journalled and its runner is not there yet."""
    made = start_fleet(sensor("gate"))
    call = ("update", *made.addresses, "--package", program.package(), "--no-backup")
    call += ("--order", "night-1", "--json")

    def killed(*_: object, **__: object) -> None:
        raise LaunchError("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(launch, "spawn_runner", killed)
        first = program.here(*call, "--yes")
        assert first.code == 4, first
    # Nobody confirms: nothing is done, and the key keeps its run.
    assert program.here(*call).code == 2
    second = program.here(*call, "--yes")
    assert (second.code, run_of(second)) == (0, run_of(first)), second
    assert (uploads(made), len(runs(program))) == (1, 1)


def test_an_order_whose_runner_was_killed_is_resumed(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("gate", flash_seconds=LONG))
    call = ("update", *made.addresses, "--package", program.package(), "--no-backup", *WAITS_FOR_IT)
    call += ("--order", "night-1", "--json")
    first = program.here(*call, "--yes", "--detach")
    assert first.code == 0, first
    wait_until(lambda: made.devices[0].update_state == 1, "a flash")
    [line] = program.here("runs", "list", "--json").lines
    os.kill(line["pid"], KILL)
    wait_until(
        lambda: program.here("runs", "list", "--json").lines[0]["state"] == "interrupted", "the runner's end"
    )
    process = program.start(*call, "--yes", SICKTUI_PASSWORD="servicelevel")
    made.end_flash()
    second = program.wait(process)
    assert (second.code, run_of(second)) == (0, run_of(first)), second
    assert (uploads(made), len(runs(program))) == (1, 1)


def test_backups_and_restores_take_orders(program: ProgramHarness, start_fleet: StartFleet) -> None:
    [address] = start_fleet(sensor("gate")).addresses
    first = program.here("backup", address, "--order", "b", "--json", SICKTUI_PASSPHRASE=PHRASE)
    again = program.here("backup", address, "--order", "b", "--json", password=None)
    assert (first.code, again.code, run_of(again)) == (0, 0, run_of(first)), again
    backup = first.of_kind("verdict")[0]["backup"]
    file = program.folder / "kept.backup"
    assert program.here("backups", "export", backup, str(file)).code == 0
    call = ("restore", address, "--backup", str(file), "--order", "r", "--json")
    done = program.here(*call, "--yes", SICKTUI_PASSPHRASE=PHRASE)
    assert done.code == 0, done
    file.unlink()
    repeated = program.here(*call, password=None)
    assert (repeated.code, run_of(repeated)) == (0, run_of(done)), repeated
    assert program.here("restore", address, "--backup", "latest", "--order", "r", "--yes").code == 2
    assert program.here(*call, "--dry-run").code == 2
