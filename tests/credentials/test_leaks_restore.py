"""What is kept of a passphrase (slow to guess from, but a hash all the same) stays with its backup."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness, Result
from tests.support.secret_leaks import DEVICE, WRONG, Leaks, assert_private, outputs

pytestmark = pytest.mark.starts_afresh


def marks_of(home: Path) -> set[bytes]:
    """The fingerprints in the metadata of backups, whole and in parts."""
    found: set[bytes] = set()
    for path in (home / "data" / "backups").rglob("*.json"):
        known = json.loads(path.read_bytes()).get("passphrase_fingerprint")
        if known is not None:
            found |= {known.encode(), *(part.encode() for part in known.split(":")[1:])}
    return found


def verdict(result: Result) -> dict[str, Any]:
    """The one verdict of a call."""
    [found] = [line for line in map(json.loads, result.out.splitlines()) if line["kind"] == "verdict"]
    return dict(found)


@pytest.mark.usefixtures("lax_umask")
def test_a_restore_leaves_no_fingerprint_in_journal_and_log(
    program: ProgramHarness, start_fleet: StartFleet, leaks: Leaks, secrets: dict[str, Any], tmp_path: Path
) -> None:
    made = start_fleet(sensor("one", password=DEVICE), sensor("two", password=DEVICE))
    program.here("devices", "add", "one", made.addresses[0], fast=False)
    call = program.here
    copy = str(tmp_path / "copy.backup")
    wrong = secrets | {"SICKTUI_PASSPHRASE": WRONG}
    backup = call("backup", "one", "--yes", "--json", **secrets)
    stored = verdict(backup)["backup"]
    exported = call("backups", "export", stored, copy, **secrets)
    marks = marks_of(program.home)
    assert len(marks) == 3, "the backup was to have a fingerprint"
    done = call("restore", "one", "--backup", "latest", "--yes", "--json", **secrets)
    assert verdict(done)["verdict"] == "succeeded", done
    refused = call("restore", "one", "--backup", stored, "--yes", "--json", **wrong)
    assert verdict(refused)["code"] == "wrong_passphrase"
    from_file = call("restore", "one", "--backup", copy, "--yes", "--json", **secrets)
    assert verdict(from_file)["verdict"] == "succeeded", from_file
    said = [
        backup,
        exported,
        done,
        refused,
        from_file,
        call("backups", "list", "--json", **secrets),
        call("backups", "show", stored, **secrets),
        call("backups", "show", stored, "--json", **secrets),
        call("backups", "verify", "--passphrase", "--json", **secrets),
        call("runs", "show", "latest", "--json", **secrets),
        call("runs", "show", "latest", **secrets),
        call("doctor", fast=False, **secrets),
    ]
    leaks.assert_none_in(outputs(*said), "what the commands said")
    leaks.assert_none_under([program.home])
    assert_private(program.home)
    for mark in marks:
        assert mark not in outputs(*said), "a fingerprint was printed"
        for folder in ("state", "log", "config"):
            for path in (program.home / folder).rglob("*"):
                assert path.is_dir() or mark not in path.read_bytes(), f"a fingerprint is in {path}"
