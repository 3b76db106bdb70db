"""Backups, the shelf, passwords, and the doctor."""

import errno
import os
import socket
import zipfile
from pathlib import Path
from unittest import mock

import pytest

from sicktui.engine.doctor import locks
from sicktui.simulator import Fault
from sicktui.stores.disk import file_lock, home
from tests.support.contract_lines import verdicts
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness


def test_a_backup_is_taken_listed_verified_and_exported(
    program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path
) -> None:
    made = start_fleet(sensor("one", serial="25420067"), sensor("gone", offline=True))
    result = program.here("backup", *made.addresses, "--json", SICKTUI_PASSPHRASE="open sesame")
    assert result.code == 1, result
    assert verdicts(result.lines) == dict(
        zip(made.addresses, [("succeeded", None), ("failed", "unreachable")], strict=True)
    )
    assert result.lines[0] == {**result.lines[0], "kind": "run", "operation": "backup"}
    assert result.lines[-1]["kind"] == "summary"
    taken = next(line for line in result.of_kind("verdict") if line["verdict"] == "succeeded")
    assert [line["step"] for line in result.of_kind("step") if line["state"] == "done"] == [
        "authenticate",
        "create",
        "download",
        "store",
    ]
    [listed] = program.here("backups", "list", "--json", fast=False).lines
    assert program.here("backups", "list", made.addresses[0], "--json", fast=False).of_kind("backup") == [
        {**listed, "ts": mock.ANY}
    ]
    of_none = program.here("backups", "list", made.addresses[1], fast=False)
    assert (of_none.out, of_none.err) == ("", "No backup is of these.\n")
    for operation, number in (("backup", 1), ("update", 0)):
        found = program.here("runs", "list", "--operation", operation, "--json", fast=False)
        assert len(found.of_kind("run")) == number
    assert (listed["id"], listed["sha256"], listed["bytes"]) == (
        taken["backup"],
        taken["sha256"],
        taken["bytes"],
    )
    assert listed["serial"] == taken["serial"] == "25420067"
    assert "open sesame" not in result.out + result.err
    shown = program.here("backups", "show", listed["id"][:12], fast=False)
    assert listed["sha256"] in shown.out
    assert program.here("backups", "verify", fast=False).code == 0
    target = tmp_path / "copy.bin"
    assert program.here("backups", "export", listed["id"], str(target), fast=False).code == 0
    assert target.stat().st_size == listed["bytes"]
    assert program.here("backups", "export", listed["id"], str(target), fast=False).code == 2
    [shown_json] = program.here("backups", "show", "latest", "--json", fast=False).lines
    Path(shown_json["path"]).write_bytes(b"damaged")
    Path(shown_json["path"]).with_suffix(".json.bad").write_bytes(b"not listed")
    (Path(shown_json["path"]).parent / "other.json").write_bytes(b"no metadata")
    assert "other.json" in program.here("backups", "list", fast=False).err
    assert "2 damaged" in program.here("backups", "verify", fast=False).err
    damaged = program.here("backups", "verify", listed["id"], "--json", fast=False)
    assert damaged.code == 1
    assert [line["whole"] for line in damaged.lines] == [False]
    assert program.here("backups", "export", listed["id"], str(tmp_path / "x"), fast=False).code == 4


def test_a_failed_backup_is_1_and_keeps_nothing(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one", faults=(Fault(name="backup_false"),)))
    result = program.here("backup", *made.addresses, "--json")
    assert result.code == 1
    assert [line["verdict"] for line in result.of_kind("verdict")] == ["failed"]
    empty = program.here("backups", "list", fast=False)
    assert (empty.code, empty.out) == (0, "")
    assert program.here("backups", "show", "x", fast=False).code == 2


def test_the_shelf(program: ProgramHarness) -> None:
    package = program.package()
    [added] = program.here("firmware", "add", package, "--json", fast=False).lines
    assert (added["version"], added["approved"]) == ("2.4.0.0R", False)
    assert program.here("firmware", "add", package, fast=False).code == 0
    [approved] = program.here("firmware", "approve", added["id"], "--json", "--yes", fast=False).lines
    assert approved["approved"] is True
    assert (approved["bytes"], approved["source"], approved["models"]) == (200_000, None, [])
    for_one = ("firmware", "approve", added["id"], "--for", "picoScan120", "--for", "multiScan100")
    [named] = program.here(*for_one, "--json", "--yes", fast=False).lines
    assert named["models"] == ["picoScan120", "multiScan100"]
    assert program.here(*for_one, "--for", " ", fast=False).code == 2
    listed = program.here("firmware", "list", fast=False)
    assert "for picoScan120, multiScan100" in listed.out
    assert listed.out.count(added["name"]) == 1
    asked = program.here("firmware", "remove", added["id"], fast=False)
    assert asked.code == 2
    assert "Remove" in asked.err
    assert program.here("firmware", "remove", added["id"], "--yes", fast=False).code == 0
    assert program.here("firmware", "list", "--json", fast=False).lines == []
    assert program.here("firmware", "approve", added["id"], fast=False).code == 2


def test_a_zip_comes_onto_the_shelf_unpacked(program: ProgramHarness, tmp_path: Path) -> None:
    archive = tmp_path / "download.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(program.package(), "picoScan100_2.4.0.0R.spk.signed")
    refused = program.here("firmware", "add", str(archive), fast=False)
    assert refused.code == 2
    assert "Unpack it?" in refused.err
    [added] = program.here("firmware", "add", str(archive), "--yes", "--json", fast=False).lines
    assert added["name"] == "picoScan100_2.4.0.0R.spk.signed"


def test_only_packages_come_onto_the_shelf(program: ProgramHarness, tmp_path: Path) -> None:
    text = tmp_path / "notes.spk"
    text.write_text("just some notes\n" * 100, encoding="utf-8")
    for file, code in ((text, 4), (tmp_path / "missing.spk", 2), (tmp_path, 4)):
        result = program.here("firmware", "add", str(file), fast=False)
        assert result.code == code, result
        assert result.err.startswith("Error: ")


def test_login_needs_somebody_to_ask(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    result = program.here("login", *made.addresses, password=None)
    assert result.code == 2
    assert "is needed, but there is no terminal to ask on" in result.err
    assert made.requests() == 0


def test_a_wrong_password_is_tried_once_and_not_stored(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    result = program.here(
        "login", *made.addresses, "--password-stdin", "--json", stdin=b"wrong\n", password=None
    )
    assert result.code == 1
    [line] = result.lines
    assert (line["code"], line["stored"]) == ("access_denied", None)
    assert len([r for r in made.devices[0].requests if r.path.endswith("checkCredentials")]) == 1


def test_without_a_keyring_nothing_is_stored_and_said_so(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    [line] = program.here("login", *made.addresses, "--json").lines
    assert (line["code"], line["stored"]) == ("storage_error", None)
    assert "not stored" in line["message"]
    assert program.here("logout", *made.addresses, fast=False).code == 0


@pytest.mark.usefixtures("secret_service")
def test_a_password_in_the_keyring_is_used(program: ProgramHarness, start_fleet: StartFleet) -> None:
    program.environment["DBUS_SESSION_BUS_ADDRESS"] = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    made = start_fleet(sensor("one"))
    address = made.addresses[0]
    [line] = program.here("login", address, "--json").lines
    assert line["stored"] == "OS keyring (Secret Service)"
    package = program.package()
    assert program.here("plan", address, "--package", package, password=None).code == 0
    assert program.here("logout", address, fast=False).code == 0
    assert program.here("plan", address, "--package", package, password=None).code == 4


def test_the_doctor_finds_a_healthy_home(program: ProgramHarness) -> None:
    program.here("devices", "add", "near", "127.0.0.1:80", fast=False)
    result = program.here("doctor", "--json", fast=False, http_proxy="http://proxy:3128")
    assert result.code == 0, result
    checks = {line["name"]: line for line in result.lines}
    assert set(checks) >= {
        "program",
        "config",
        "settings",
        "devices",
        "keyring",
        "network",
        "terminal",
        "proxies",
    }
    assert checks["keyring"]["state"] == "warning"
    assert checks["keyring"]["remedy"]
    assert "http_proxy" in checks["proxies"]["message"]
    assert str(program.home) in checks["config"]["message"]
    human = program.here("doctor", fast=False)
    assert human.out.splitlines()[0].startswith("ok")


def test_the_doctor_names_what_is_broken_and_the_remedy(program: ProgramHarness) -> None:
    config = program.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[timing\n", encoding="utf-8")
    result = program.here("doctor", "--json", fast=False)
    assert result.code == 2
    failed = [line for line in result.lines if line["state"] == "failed"]
    assert [line["name"] for line in failed] == ["settings"]
    assert "config.toml" in failed[0]["message"]
    config.unlink()
    (program.home / "data").write_text("a file where a folder should be", encoding="utf-8")
    assert program.here("doctor", fast=False).code == 2


def test_the_doctor_tells_that_no_sensor_can_be_locked(program: ProgramHarness) -> None:
    locks = program.home / "state" / "locks"
    locks.parent.mkdir(parents=True)
    locks.write_text("a file where a folder should be", encoding="utf-8")
    result = program.here("doctor", "--json", fast=False)
    assert result.code == 2
    [told] = [line for line in result.lines if line["state"] == "failed"]
    assert (told["name"], bool(told["remedy"])) == ("locks", True)


def _no_locks(_handle: int) -> bool:
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


@pytest.mark.parametrize("kind", ["refused", "without effect", "held for good"])
def test_the_doctor_takes_a_lock(program: ProgramHarness, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """On some network drives locks are refused, or succeed for everybody."""
    if kind == "refused":
        monkeypatch.setattr(file_lock, "_lock", _no_locks)
    elif kind == "without effect":
        monkeypatch.setattr(file_lock, "_lock", lambda _handle: True)
    else:
        monkeypatch.setattr(locks, "_seen_by_another", lambda _path: "held")
    result = program.here("doctor", "--json", fast=False)
    assert result.code == 2
    [told] = [line for line in result.lines if line["name"] == "locks"]
    assert told["state"] == "failed"
    assert told["remedy"]
    expected = {"refused": "No lock can be taken", "without effect": "Locks have no effect"}
    assert expected.get(kind, "still held") in told["message"]
    assert not list(program.home.rglob("*doctor*"))


def test_the_doctor_warns_where_users_cannot_meet(
    program: ProgramHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "COMMON_FOLDERS", ())
    monkeypatch.setenv("PROGRAMDATA", "")
    result = program.here("doctor", "--json", fast=False)
    [told] = [line for line in result.lines if line["name"] == "locks"]
    assert told["state"] == "warning"
    assert "other users, and other homes" in told["message"]


def test_the_doctor_finds_devices_without_a_route(program: ProgramHarness) -> None:
    program.here("devices", "add", "far", "no-such-host.invalid", fast=False)
    result = program.here("doctor", "--json", fast=False)
    assert result.code == 0
    [network] = [line for line in result.lines if line["name"] == "network"]
    assert network["state"] == "warning"
    assert "far" in network["message"]
    (program.home / "config" / "devices.toml").write_text("[devices.a]\n", encoding="utf-8")
    broken = program.here("doctor", "--json", fast=False)
    assert [line["name"] for line in broken.lines if line["state"] == "failed"] == ["devices"]


def test_the_doctor_sends_nothing_to_sensors(program: ProgramHarness) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as listener, socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        listener.bind(("127.0.0.1", port))
        program.here("devices", "add", "near", f"127.0.0.1:{port}", fast=False)
        assert program.here("doctor", fast=False).code == 0
        for waiting in (listener, server):
            waiting.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()
        with pytest.raises(TimeoutError):
            listener.recv(1)
