"""``sicktui runs retry``: only the failed and unknown devices, with the same bytes, planned anew."""

import shutil
from pathlib import Path

from sicktui.simulator import Fault
from sicktui.simulator.device.device import Device
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness, Result

PHRASE = "open sesame"


def run_of(result: Result) -> str:
    return str(result.of_kind("run")[0]["run"])


async def swapped(device: Device, serial: str) -> None:
    device.swap(serial)


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
    # Without them there is no new run, so that the failed one stays what 'latest' means, and no dead end.
    newest = str(program.here("runs", "list", "--json").lines[0]["run"])
    refused = program.here("runs", "retry", run, "--yes", "--json", password=None)
    [error] = refused.every_line
    assert (refused.code, error["kind"], error["code"]) == (4, "error", "package_unreadable"), refused
    for words in ("sicktui firmware add", f"'sicktui runs retry {run}'"):
        assert words in error["advice"]
    assert program.here("runs", "list", "--json").lines[0]["run"] == newest
    Path(package).write_bytes(content)
    back = program.here("runs", "retry", run, "--yes", "--json")
    assert (back.code, verdicts(back.lines)) == (0, {"bad": ("skipped", "already_current")}), back
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


def test_the_retry_of_a_refused_restore_is_of_the_same_bytes(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one", faults=(Fault(name="restore_code", times=1),)))
    [address] = made.addresses
    file = program.folder / "kept.backup"
    assert program.here("backup", address, SICKTUI_PASSPHRASE=PHRASE).code == 0
    [kept] = program.here("backups", "list", "--json").lines
    assert program.here("backups", "export", str(kept["id"]), str(file)).code == 0
    beside = file.with_name(f"{file.name}.json")
    beside.unlink()
    shutil.rmtree(program.home / "data" / "backups")
    content = file.read_bytes()
    restore = ("restore", address, "--backup", str(file), "--yes", "--json")
    first = program.here(*restore, SICKTUI_PASSPHRASE=PHRASE)
    assert first.code == 1, first

    def again() -> Result:
        return program.here("runs", "retry", "latest", "--yes", "--json", SICKTUI_PASSPHRASE=PHRASE)

    for other in (None, content + b"x", content + b"x"):
        file.write_bytes(other) if other else file.unlink()
        refused = again()
        assert (refused.code, verdicts(refused.lines)) == (4, {address: ("failed", "backup_unusable")}), (
            refused
        )
    file.write_bytes(content)
    made.do(made.devices[0].power_off())
    unreachable = again()
    assert (unreachable.code, verdicts(unreachable.lines)) == (4, {address: ("failed", "unreachable")})
    made.do(made.devices[0].power_on())
    done = again()
    assert (done.code, verdicts(done.lines)) == (0, {address: ("succeeded", None)}), done


def test_a_run_without_a_package_cannot_be_retried(program: ProgramHarness, start_fleet: StartFleet) -> None:
    [address] = start_fleet(sensor("one")).addresses
    (program.folder / "gone.spk").mkdir()
    first = program.here("update", address, "--package", "gone.spk", "--yes", "--json")
    assert first.code == 4, first
    again = program.here("runs", "retry", "latest", "--yes", "--json")
    [error] = again.every_line
    assert (again.code, error["code"]) == (4, "package_unreadable"), again
    assert "had no readable package" in error["message"]
    assert len(program.here("runs", "list", "--json").lines) == 1


def test_a_retry_is_for_the_sensors_of_its_run(program: ProgramHarness, start_fleet: StartFleet) -> None:
    broken = Fault(name="update_error", times=1)
    made = start_fleet(
        sensor("ad hoc", serial="1001", faults=(broken,)),
        sensor("listed", serial="1002", faults=(broken,)),
        sensor("same", serial="1003", faults=(broken,)),
        sensor("pinned", serial="1004"),
    )
    address, listed, same, pinned = made.addresses
    assert program.here("devices", "add", "gate", listed).code == 0
    assert program.here("devices", "add", "pin", pinned, "--serial", "9009").code == 0
    first = program.here(
        *(
            "update",
            address,
            "gate",
            same,
            "pin",
            "--package",
            program.package(),
            "--yes",
            "--json",
            "--no-backup",
        ),
        *("--max-failures", "7"),
    )
    assert first.code == 1, first
    assert verdicts(first.lines)["pin"] == ("failed", "other_device")
    # The sensor that a run was not for is not the one that its retry is for.
    made.do(swapped(made.devices[3], "9009"))
    for device, serial in zip(made.devices, ("2001", "2002", "0001003"), strict=False):
        made.do(swapped(device, serial))
    asked = [len(device.requests) for device in made.devices]
    again = program.here("runs", "retry", "latest", "--yes", "--json")
    assert verdicts(again.lines) == {
        address: ("failed", "other_device"),
        "gate": ("failed", "other_device"),
        same: ("succeeded", None),
        "pin": ("succeeded", None),
    }, again
    refused = {line["device"]: line for line in again.of_kind("verdict")}[address]
    for words in ("serial 2001", "serial 1001", run_of(first)):
        assert words in refused["message"]
    assert "start a new run for it" in refused["advice"]
    for device, before in zip(made.devices[:2], asked, strict=False):
        assert {request.method for request in device.requests[before:]} == {"GET"}

    # The retry of a retry is for the first run's sensors too, and not for those that were refused.
    third = program.here("runs", "retry", "latest", "--yes", "--json")
    assert verdicts(third.lines) == {
        address: ("failed", "other_device"),
        "gate": ("failed", "other_device"),
    }, third
    made.do(swapped(made.devices[0], "1001"))
    last = program.here("runs", "retry", "latest", "--yes", "--json")
    assert verdicts(last.lines)[address] == ("succeeded", None), last
    assert verdicts(last.lines)["gate"] == ("failed", "other_device"), last
