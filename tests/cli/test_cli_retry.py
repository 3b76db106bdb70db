"""``sicktui runs retry``: only the failed and unknown devices, with the same bytes, planned anew."""

from pathlib import Path

from sicktui.simulator import Fault
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness, Result

PHRASE = "open sesame"


def run_of(result: Result) -> str:
    return str(result.of_kind("run")[0]["run"])


def test_only_what_failed_is_updated_again(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(
        sensor("good"), sensor("bad", faults=(Fault(name="update_error", times=1),)), sensor("third")
    )
    for name, address in zip(("good", "bad", "third"), made.addresses, strict=True):
        assert program.here("devices", "add", name, address).code == 0
    package = program.package()
    first = program.here(
        *("update", "all", "--package", package, "--yes", "--json", "--no-backup", "--max-failures", "7")
    )
    assert verdicts(first.lines)["bad"] == ("failed", "update_error"), first
    run = run_of(first)
    assert "retry_of" not in first.of_kind("run")[0]

    asked = program.here("runs", "retry", run)
    assert asked.code == 2
    assert "Update 1 sensor?" in asked.err
    requests = [len(device.requests) for device in made.devices]
    again = program.here("runs", "retry", "latest", "--yes", "--json")
    assert (again.code, list(verdicts(again.lines))) == (0, ["bad"]), again
    assert again.of_kind("run")[0]["retry_of"] == run
    now = [len(device.requests) for device in made.devices]
    assert (now[0], now[2]) == (requests[0], requests[2])

    second = run_of(again)
    listed = {line["run"]: line.get("retry_of") for line in program.here("runs", "list", "--json").lines}
    assert listed == {run: None, second: run}
    assert f"Retry of run {run}" in program.here("runs", "show", second).out
    assert program.here("runs", "show", second, "--json").of_kind("run")[0]["retry_of"] == run
    nothing = program.here("runs", "retry", second, "--yes", "--json")
    assert (nothing.code, nothing.of_kind("summary")[0]["verdicts"]) == (0, {})
    assert "No device of run" in nothing.err

    # Other bytes at the same place are refused; the shelf may still have the same.
    content = Path(package).read_bytes()
    assert program.here("firmware", "add", package).code == 0
    shelved = program.folder / "home" / "data" / "firmware"
    Path(package).write_bytes(content[:-1] + b"x")
    assert program.here("devices", "remove", "good", "--yes").code == 0
    current = program.here("runs", "retry", run, "--yes", "--json")
    assert (current.code, verdicts(current.lines)) == (0, {"bad": ("skipped", "already_current")})
    for kept in shelved.glob("*/*"):
        kept.unlink()
    refused = program.here("runs", "retry", run, "--yes", "--json")
    assert (refused.code, verdicts(refused.lines)) == (4, {"bad": ("failed", "package_unreadable")}), refused
    assert program.here("devices", "remove", "bad", "--yes").code == 0
    gone = program.here("runs", "retry", run, "--yes")
    assert gone.code == 0
    assert "no longer in the device list: bad" in gone.err


def test_backups_and_restores_are_retried(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(
        sensor("one", faults=(Fault(name="backup_false", times=1),)),
        sensor("two", faults=(Fault(name="restore_code"),)),
    )
    one, two = made.addresses
    first = program.here("backup", one, two, "--json", SICKTUI_PASSPHRASE=PHRASE)
    assert first.code == 1, first
    again = program.here("runs", "retry", run_of(first), "--json", SICKTUI_PASSPHRASE=PHRASE)
    assert (again.code, verdicts(again.lines)) == (0, {one: ("succeeded", None)}), again

    restore = program.here(
        *("restore", two, "--backup", "latest", "--yes", "--json"), SICKTUI_PASSPHRASE=PHRASE
    )
    assert restore.code == 1, restore
    backup = restore.of_kind("verdict")[0]["backup"]
    # A newer one would be 'latest' by now: what was chosen is restored.
    assert program.here("backup", two, SICKTUI_PASSPHRASE=PHRASE).code == 0
    asked = program.here("runs", "retry", run_of(restore), SICKTUI_PASSPHRASE=PHRASE)
    assert (asked.code, "Overwrite the parameters of 1 sensor" in asked.err) == (2, True)
    done = program.here("runs", "retry", run_of(restore), "--yes", "--json", SICKTUI_PASSPHRASE=PHRASE)
    assert done.code == 0, done
    assert done.of_kind("verdict")[0]["backup"] == backup
    assert program.here("runs", "retry", "nothing-like-it", "--json").code == 2
