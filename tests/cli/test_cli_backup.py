"""``restore``, ``get``, ``set``, ``diff``, ``find-me``, ``passphrase`` and the rest of ``backups``."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sicktui.simulator import Fault
from tests.support.fleet_thread import FleetThread, sensor
from tests.support.program import ProgramHarness, Result

StartFleet = Callable[..., FleetThread]
PHRASE = "open sesame"


def lines(result: Result, kind: str) -> list[dict[str, Any]]:
    """The JSON lines of a kind; nothing else may stand on stdout."""
    found: list[dict[str, Any]] = [json.loads(line) for line in result.out.splitlines()]
    return [line for line in found if line["kind"] == kind]


def backed_up(program: ProgramHarness, address: str, phrase: str = PHRASE) -> str:
    result = program.here("backup", address, "--json", SICKTUI_PASSPHRASE=phrase)
    assert result.code == 0, result
    return str(lines(result, "verdict")[0]["backup"])


def test_a_restore_from_plan_to_verdict(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", generation="picoscan-2.3.3"))
    [address], [device] = made.addresses, made.devices
    before = dict(device.parameters.current)
    backup = backed_up(program, address)
    device.parameters.write("LocationName", "elsewhere")
    asked = program.here("restore", address, "--backup", "latest", SICKTUI_PASSPHRASE=PHRASE)
    assert asked.code == 2
    assert "Overwrite the parameters of" in asked.err
    dry = ("restore", address, "--backup", backup, "--dry-run")
    preview = program.here(*dry, SICKTUI_PASSPHRASE=PHRASE)
    assert (preview.code, "LocationName" in preview.out) == (0, True), preview
    told = program.here(*dry, "--json", SICKTUI_PASSPHRASE=PHRASE)
    [difference], [total] = lines(told, "difference"), lines(told, "diff")
    assert (difference["parameter"], difference["before"]) == ("LocationName", "elsewhere")
    assert difference["after"] == before["LocationName"]
    assert (total["different"], total["after"]) == (1, backup)
    assert lines(told, "run") == []
    assert device.parameters.current["LocationName"] == "elsewhere"
    result = program.here(
        *("restore", address, "--backup", backup[:20], "--yes", "--json"), SICKTUI_PASSPHRASE=PHRASE
    )
    assert result.code == 0, result
    run, [verdict], [summary] = lines(result, "run")[0], lines(result, "verdict"), lines(result, "summary")
    assert (run["operation"], run["state"]) == ("restore", "running")
    assert (verdict["verdict"], verdict["backup"]) == ("succeeded", backup)
    assert summary["exit_code"] == 0
    steps = [line["step"] for line in lines(result, "step") if line["state"] == "done"]
    assert steps == ["preflight", "authenticate", "upload", "activate", "persist", "verify"]
    assert device.parameters.saved == before
    assert PHRASE not in result.out + result.err
    assert made.devices[0].violations == []
    plain = program.here("restore", address, "--backup", "latest", "--yes", SICKTUI_PASSPHRASE=PHRASE)
    assert plain.code == 0
    assert "SUCCEEDED" in plain.out


def test_one_sensor_that_fails_costs_no_other_its_backup(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    """One after the other, the failing one first: the budget is for what is written to sensors."""
    made = start_fleet(sensor("one", faults=(Fault(name="backup_false"),)), sensor("two"), sensor("three"))
    limits = ("--set", "limits.jobs=1", "--set", "limits.max_failures=1", "--set", "limits.canary=1")
    result = program.here("backup", *made.addresses, "--json", *limits, SICKTUI_PASSPHRASE=PHRASE)
    assert result.code == 1, result
    assert lines(result, "summary")[0]["verdicts"] == {"failed": 1, "succeeded": 2}


def test_a_restore_is_refused_before_anything_is_sent(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"), sensor("three", model="picoScan120"))
    one, two, three = made.addresses
    backup = backed_up(program, one)
    writes = made.writes()
    torn = program.folder / "torn.bin"
    torn.write_bytes(b'{"half": ')
    for words, phrase, code in (
        ((one, backup), "wrong", "wrong_passphrase"),
        ((one, backup), "", "wrong_passphrase"),
        ((two, backup), PHRASE, "other_device"),
        ((three, backup, "--replace"), PHRASE, "model_mismatch"),
        ((two, "latest"), PHRASE, "backup_unusable"),
        ((one, str(torn)), PHRASE, "backup_unusable"),
    ):
        device, word, *more = words
        result = program.here(
            *("restore", device, "--backup", word, *more, "--yes", "--json"), SICKTUI_PASSPHRASE=phrase
        )
        assert result.code == 4, result
        [verdict] = lines(result, "verdict")
        assert (verdict["verdict"], verdict["code"]) == ("failed", code), result
        assert verdict["advice"]
    assert made.writes() == writes
    assert program.here("restore", one, "--backup", "no-such-id", "--yes").code == 2
    assert program.here("restore", one, two, "--backup", "latest").code == 2
    assert program.here("restore", one).code == 2


def test_a_replacement_by_one_command(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("old", serial="25420067", location="gate 7"), sensor("new", serial="99000001"))
    old, new = made.addresses
    assert program.here("devices", "add", "gate", old, "--serial", "25420067").code == 0
    backup = backed_up(program, "gate")
    assert program.here("devices", "edit", "gate", "--address", new).code == 0
    refused = program.here("restore", "gate", "--backup", "latest", "--yes", SICKTUI_PASSPHRASE=PHRASE)
    assert refused.code == 4
    assert "--replace" in refused.err + refused.out
    result = program.here(
        *("restore", "gate", "--backup", "latest", "--replace", "--yes", "--json"), SICKTUI_PASSPHRASE=PHRASE
    )
    assert result.code == 0, result
    [verdict] = lines(result, "verdict")
    assert (verdict["backup"], verdict["serial"]) == (backup, "99000001")
    assert "Not copied" in verdict["message"]
    [listed] = lines(program.here("devices", "list", "--json"), "device")
    assert (listed["serial"], listed["address"]) == ("99000001", new)
    assert made.devices[1].parameters.saved["LocationName"] == "gate 7"


def test_get_and_set(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", location="gate 7"), sensor("gone", offline=True))
    one, gone = made.addresses
    assert program.here("get", one, "LocationName").out == "gate 7\n"
    assert program.here("get", one, "EtherIPAddress").out == "192.168.0.1\n"
    assert "ScanDataEthSettings.Port = 2115" in program.here("get", one, "ScanDataEthSettings").out
    [read] = lines(program.here("get", one, "ScanDataFormat", "--json"), "parameter")
    assert (read["name"], read["value"]) == ("ScanDataFormat", 2)
    missing = program.here("get", one, "Nonsense", "--json")
    assert missing.code == 1
    assert lines(missing, "problem")[0]["code"] == "not_supported"
    assert program.here("get", gone, "LocationName").code == 1
    assert program.here("get", one, "../x").code == 2

    dry = program.here("set", one, "ScanDataEthSettings", '{"Port": 2999}', "--dry-run", "--json")
    [change] = lines(dry, "difference")
    assert change["parameter"] == "ScanDataEthSettings.Port"
    assert (change["before"], change["after"]) == (2115, 2999)
    assert "Nothing changes" in program.here("set", one, "LocationName", "gate 7", "--dry-run").err
    assert not [path for path in made.writes() if "ScanDataEthSettings" in path]
    asked = program.here("set", one, "LocationName", "gate 8")
    assert asked.code == 2
    assert "from 'gate 7' to 'gate 8'" in asked.err
    done = program.here("set", one, "LocationName", "gate 8", "--yes", "--persist", "--json")
    assert done.code == 0, done
    [written] = lines(done, "parameter")
    assert (written["old"], written["value"], written["persisted"]) == ("gate 7", "gate 8", True)
    assert made.devices[0].parameters.saved["LocationName"] == "gate 8"
    again = program.here("set", one, "LocationName", "gate 8")
    assert (again.code, "already" in again.out) == (0, True)
    assert program.here("set", one, "LocationName", "x" * 33, "--yes").code == 2
    assert program.here("set", one, "SerialNumber", "1", "--yes").code == 2
    assert program.here("set", one, "ScanDataFormat", "9", "--yes").code == 1
    made.devices[0].add_fault(Fault(name="http_503", at="POST ScanDataFormat", value=504, times=1))
    late = program.here("set", one, "ScanDataFormat", "1", "--yes")
    assert (late.code, "unknown whether it takes effect" in late.err) == (3, True), late
    made.devices[0].updater.state = 1
    busy = program.here("set", one, "ScanDataFormat", "1", "--yes", "--json")
    assert (busy.code, lines(busy, "problem")[0]["code"]) == (4, "busy"), busy
    made.devices[0].updater.state = 0
    unsaved = program.here("set", one, "ScanDataFormat", "4", "--yes")
    assert "may be lost" in unsaved.err


@pytest.mark.parametrize(("acts", "code"), [(True, 0), (False, 3)])
def test_a_write_that_is_not_answered_is_judged_by_the_value(
    program: ProgramHarness, start_fleet: StartFleet, acts: bool, code: int
) -> None:
    made = start_fleet(sensor("one", faults=(Fault(name="hang", at="POST LocationName", acts=acts),)))
    result = program.here(
        "set", made.addresses[0], "LocationName", "x", "--yes", "--set", "timing.request_timeout=0.8"
    )
    assert result.code == code, result


def test_diff_tells_what_changed(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", hidden=("ScanConfig",)), sensor("two", parameters={"ScanDataFormat": 4}))
    one, two = made.addresses
    backup = backed_up(program, one)
    assert program.here("diff", one, "--quick", "--exit-code").code == 0
    first = program.here("diff", one, "--json", "--exit-code")
    assert first.code == 0, first
    made.devices[0].parameters.write("rosFrameId", "world")
    made.devices[0].parameters.save()
    second = program.here("diff", one, "--json", "--exit-code")
    assert second.code == 1, second
    [difference] = lines(second, "difference")
    assert (difference["parameter"], difference["before"], difference["after"]) == (
        "rosFrameId",
        "picoScan_",
        "world",
    )
    [summary] = lines(second, "diff")
    assert (summary["different"], summary["checksum"]) == (1, "different")
    assert "ScanConfig" in summary["not_compared"]
    across = program.here("diff", one, two)
    assert "ScanDataFormat" in across.out
    assert "Never readable" in across.err
    against = program.here("diff", one, "--against", backup, "--json")
    assert lines(against, "diff")[0]["checksum"] == "different"
    listed = lines(program.here("diff", one, "--list", "--json"), "snapshot")
    stored = program.here("diff", backup, str(listed[0]["id"]), "--json")
    assert [line["parameter"] for line in lines(stored, "difference")] == ["rosFrameId"], stored
    with_now = lines(program.here("diff", backup, one, "--json"), "diff")
    assert (with_now[0]["before"], with_now[0]["different"]) == (lines(stored, "diff")[0]["before"], 1)
    assert program.here("diff", backup).code == 2
    assert len(listed) >= 5
    assert program.here("diff", one, two, "--against", backup).code == 2
    assert program.here("diff", one, "--against", "nothing").code == 2
    assert not [path for path in made.writes() if "LocationName" in path]


def test_diff_reads_two_sensors_at_once(program: ProgramHarness, start_fleet: StartFleet) -> None:
    """Each takes half a minute: the second one is asked before the first one has answered everything."""
    made = start_fleet(sensor("one"), sensor("two"))
    result = program.here("diff", *made.addresses)
    assert result.code == 0, result
    one, two = [[request.seconds for request in device.requests] for device in made.devices]
    assert two[0] < one[-1]
    assert result.err.startswith(f"Reading {', '.join(made.addresses)}...")


def test_diff_waits_for_no_sensor_once_the_other_one_is_lost(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    [address] = start_fleet(sensor("one")).addresses
    for words in ((address, "127.0.0.1:9"), ("127.0.0.1:9", address)):
        result = program.here("diff", *words, "--json")
        assert result.code == 1, result
        [problem] = lines(result, "problem")
        assert problem["device"] == "127.0.0.1:9"
    assert not lines(program.here("diff", address, "--list", "--json"), "snapshot")


def test_find_me(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"), sensor("gone", offline=True))
    result = program.here("find-me", *made.addresses, "--seconds", "7", "--json")
    assert result.code == 1
    assert [line["device"] for line in lines(result, "find_me")] == made.addresses[:1]
    assert made.devices[0].blinking_until > 0


@pytest.mark.parametrize("digits", ["", "-a5cec7", "-254200", "-a5"])
def test_the_id_of_a_backup_is_no_device(program: ProgramHarness, digits: str) -> None:
    """It ends with hex digits of its SHA-256, of which some ids have no letter."""
    result = program.here("diff", f"25420067-20261130-172237{digits}", "127.0.0.1:9", "--json")
    assert "There is no snapshot" in result.every_line[-1]["message"]


def test_backups_come_and_go(program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path) -> None:
    made = start_fleet(sensor("one", serial="25420067"))
    [address], [device] = made.addresses, made.devices
    first = backed_up(program, address)
    again = program.here("backup", address, "--json", SICKTUI_PASSPHRASE=PHRASE)
    assert lines(again, "verdict")[0]["backup"] == first
    device.parameters.write("LocationName", "later")
    second = backed_up(program, address)
    listed = lines(program.here("backups", "list", "--json"), "backup")
    assert [line["id"] for line in listed] == [second, first]
    assert listed[1]["last_seen"] > listed[1]["created"]
    [history] = lines(program.here("backups", "history", "--json"), "history")
    assert (history["newest"], history["versions"], history["marks"]) == (second, 2, [])
    assert program.here("backups", "history").out.rstrip().endswith("fine")

    away = tmp_path / "away.backup"
    assert program.here("backups", "export", first, str(away)).code == 0
    assert json.loads(Path(f"{away}.json").read_text())["record"]["id"] == first
    assert program.here("backups", "export", first, "-", "--json").code == 2
    with io.FileIO(tmp_path / "stdout", "w") as stdout:
        assert program.here("backups", "export", first, "-", stdout=stdout).code == 0
    assert (tmp_path / "stdout").read_bytes() == away.read_bytes()

    dry = program.here("backups", "prune", "--keep", "1", "--dry-run", "--json")
    assert (dry.code, [line["backup"] for line in lines(dry, "prune")]) == (0, [first])
    asked = program.here("backups", "prune", "--keep", "1")
    assert (asked.code, "To delete: 1 backup" in asked.err) == (2, True)
    assert program.here("backups", "prune").code == 2
    done = program.here("backups", "prune", "--keep", "1", "--yes", "--json")
    assert [line["deleted"] for line in lines(done, "prune")] == [False, True]
    assert [line["id"] for line in lines(program.here("backups", "list", "--json"), "backup")] == [second]
    nothing = program.here("backups", "prune", "--keep", "1", "--yes")
    assert "Nothing would be deleted" in nothing.err

    taken = program.here("backups", "import", str(away), "--json")
    assert (taken.code, lines(taken, "backup")[0]["id"]) == (0, first)
    assert lines(program.here("backups", "import", str(away), "--json"), "backup")[0]["new"] is False
    bare = tmp_path / "bare.bin"
    bare.write_bytes(os.urandom(3000))
    assert program.here("backups", "import", str(bare)).code == 2
    [told] = lines(program.here("backups", "import", str(bare), "--serial", "77", "--json"), "backup")
    assert (told["serial"], told["device"], told["new"]) == ("77", "77", True)
    bare.write_bytes(b"a letter, and no backup\n" * 20)
    assert program.here("backups", "import", str(bare), "--serial", "77").code == 4


def test_a_run_that_cannot_be_written_down_still_ends_with_verdicts_and_a_summary(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"))
    journal = program.home / "state" / "journal.db"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"no database at all, and far too short for one" * 100)
    result = program.here("backup", *made.addresses, "--json")
    assert result.code == 4, result
    found = lines(result, "verdict")
    assert [(line["verdict"], line["code"]) for line in found] == [("failed", "storage_error")] * 2
    assert all(line["message"] and line["advice"] for line in found)
    assert json.loads(result.out.splitlines()[-1])["kind"] == "summary"
    assert lines(result, "summary")[0]["exit_code"] == 4
    assert made.writes() == []


def test_a_file_that_was_cut_off_is_called_so(
    program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path
) -> None:
    made = start_fleet(sensor("one"))
    backup = backed_up(program, made.addresses[0])
    away = tmp_path / "away.backup"
    assert program.here("backups", "export", backup, str(away)).code == 0
    whole = away.read_bytes()
    away.write_bytes(whole[:5000])
    refused = program.here("backups", "import", str(away))
    assert (refused.code, f"cut off: it has 5000 of {len(whole)} bytes" in refused.err) == (4, True)
    away.write_bytes(whole[:-1] + b"?")
    assert "edited" in program.here("backups", "import", str(away)).err


def test_what_a_quick_snapshot_has_not_asked_for_is_counted(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    assert program.here("diff", made.addresses[0], "--quick").code == 0
    result = program.here("diff", made.addresses[0])
    assert result.code == 0, result
    apart = [line for line in result.err.splitlines() if "did not read it" in line]
    assert len(apart) == 1
    assert "parameters, each because the earlier snapshot did not read it" in apart[0]


def test_verify_finds_a_lost_passphrase(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    backed_up(program, made.addresses[0])
    assert program.here("backups", "verify", "--passphrase", SICKTUI_PASSPHRASE=PHRASE).code == 0
    lost = program.here("backups", "verify", "--passphrase", "--json", SICKTUI_PASSPHRASE="forgotten")
    assert lost.code == 1
    assert [(line["whole"], line["opens"]) for line in lines(lost, "backup")] == [(True, False)]
    assert program.here("backups", "verify", SICKTUI_PASSPHRASE="forgotten").code == 0


def test_a_passphrase_is_kept_where_passwords_are(program: ProgramHarness, start_fleet: StartFleet) -> None:
    vault: dict[str, Any] = {"SICKTUI_VAULT_PASSWORD": "of the vault"}
    assert program.here("vault", "create", **vault).code == 0
    made = start_fleet(sensor("one"), sensor("two"))
    one, two = made.addresses
    generated = program.here("passphrase", "generate", "--json", **vault)
    assert generated.code == 0, generated
    phrase = lines(generated, "passphrase")[0]["passphrase"]
    assert generated.err.count(phrase) == 0
    asked = program.here("passphrase", "generate", **vault)
    assert (asked.code, "older backups need it" in asked.err) == (2, True)
    own = program.here("passphrase", "set", two, "--passphrase-stdin", stdin=b"of two\n", **vault)
    assert (own.code, own.out) == (0, ""), own
    taken = program.here("backup", one, two, "--json", **vault)
    assert taken.code == 0, taken
    assert "no passphrase" not in taken.err
    for address, device in zip(made.addresses, made.devices, strict=True):
        device.parameters.write("LocationName", "x")
        done = program.here("restore", address, "--backup", "latest", "--yes", **vault)
        assert done.code == 0, done
    assert program.here("passphrase", "forget", two, "--yes", **vault).code == 0
    lost = program.here("restore", two, "--backup", "latest", "--yes", "--json", **vault)
    assert lines(lost, "verdict")[0]["code"] == "wrong_passphrase"
    locked = program.here("backup", one, "--json", "--yes")
    assert (locked.code, locked.lines) == (2, [])
    assert "would not be protected" in locked.err
    assert "SICKTUI_VAULT_PASSWORD" in locked.err
    other = program.here("backup", one, "--json", "--yes", SICKTUI_PASSPHRASE=PHRASE)
    assert other.code == 0, other


def test_without_a_store_a_passphrase_is_not_kept(program: ProgramHarness) -> None:
    result = program.here("passphrase", "set", SICKTUI_PASSPHRASE=PHRASE)
    assert result.code == 1
    assert "not stored" in result.err
    assert PHRASE not in result.out + result.err
    assert program.here("passphrase", "set").code == 2
