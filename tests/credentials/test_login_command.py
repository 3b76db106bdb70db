"""``login``, ``logout``, ``vault`` and ``doctor``, as calls of the program.

The vaults of these tests cost what real ones do: a third of a second for each opening.
"""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.credentials.kit import MASTER
from tests.support.fleet_thread import FleetThread, StartFleet, sensor
from tests.support.harness import PASSWORD
from tests.support.program import ProgramHarness

VAULT: dict[str, Any] = {"SICKTUI_VAULT_PASSWORD": MASTER}
IN_VAULT = "vault (encrypted file)"


def tries(made: FleetThread) -> list[int]:
    """How often each sensor was tried."""
    return [
        len([r for r in device.requests if r.path.endswith("checkCredentials")]) for device in made.devices
    ]


def listed(program: ProgramHarness, made: FleetThread, *names: str, tag: str = "hall-3") -> None:
    for name, address in zip(names, made.addresses, strict=True):
        assert program.here("devices", "add", name, address, "--tag", tag, fast=False).code == 0


def test_a_password_in_the_vault_is_used_unattended(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    [address] = made.addresses
    package = program.package()
    assert program.here("vault", "create", fast=False, **VAULT).code == 0
    [line] = program.here("login", address, "--json", **VAULT).lines
    assert (line["stored"], line["code"]) == (IN_VAULT, None)
    assert program.here("plan", address, "--package", package, password=None, **VAULT).code == 0
    locked = program.here("plan", address, "--package", package, "--json", password=None)
    assert locked.code == 4
    [refused] = locked.lines
    assert refused["reason"] == "access_denied"
    assert "in the vault, and the vault is locked" in refused["message"]
    wrong = program.here("logout", address, fast=False, password=None, SICKTUI_VAULT_PASSWORD="not it at all")
    assert wrong.code == 1
    assert "Still in the vault" in wrong.err
    assert "SICKTUI_VAULT_PASSWORD does not open it" in wrong.err
    assert program.here("logout", address, fast=False, password=None, **VAULT).code == 0
    assert program.here("plan", address, "--package", package, password=None, **VAULT).code == 4


def test_a_locked_vault_keeps_nothing_unattended_and_says_so(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"))
    program.here("vault", "create", fast=False, **VAULT)
    result = program.here("login", *made.addresses, "--json")
    [line] = result.lines
    assert result.code == 1
    assert line["stored"] is None
    assert "it is locked" in line["message"]
    assert "vault create" not in line["message"]


def test_a_factory_password_is_warned_of(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"), sensor("two", password="its own word"))
    program.here("vault", "create", fast=False, **VAULT)
    lines = program.here("login", *made.addresses, "--json", **VAULT).lines
    assert "factory password" in lines[0]["advice"]
    assert lines[1]["code"] == "access_denied"
    assert "factory" not in lines[1]["advice"]
    [line] = program.here("login", made.addresses[1], "--json", password="its own word", **VAULT).lines
    assert (line["advice"], line["stored"]) == ("", IN_VAULT)


def test_one_password_for_a_group_is_stored_once(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"), sensor("two"), sensor("gone", offline=True))
    listed(program, made, "a", "b", "c")
    program.here("vault", "create", fast=False, **VAULT)
    result = program.here("login", "@hall-3", "--shared", "--json", **VAULT)
    assert result.code == 0, result
    by_device = {line["device"]: line for line in result.lines}
    assert set(by_device) == {"@hall-3", "c"}
    assert by_device["@hall-3"]["stored"] == IN_VAULT
    assert "2 devices" in by_device["@hall-3"]["message"]
    assert "did not answer: c" in by_device["@hall-3"]["message"]
    assert by_device["c"]["code"] == "unreachable"
    assert tries(made)[:2] == [1, 1]
    package = program.package()
    assert program.here("plan", "a", "b", "--package", package, password=None, **VAULT).code == 0
    told = program.here("logout", "a", fast=False, password=None, **VAULT)
    assert "logged in through a shared password: a" in told.err
    gone = program.here("logout", "@hall-3", "--shared", fast=False, password=None, **VAULT)
    assert "Forgot" in gone.out
    assert program.here("plan", "a", "b", "--package", package, password=None, **VAULT).code == 4


def test_one_password_for_many_devices_is_stored_for_each_that_takes_it(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two", password="its own word"), sensor("three"))
    listed(program, made, "a", "b", "c")
    program.here("vault", "create", fast=False, **VAULT)
    result = program.here("login", "@hall-3", "--json", **VAULT)
    assert result.code == 1
    assert {line["device"]: line["stored"] for line in result.lines} == {
        "a": IN_VAULT,
        "b": None,
        "c": IN_VAULT,
    }
    assert tries(made) == [1, 1, 1], "once each, never in a loop"
    forgotten = program.here("logout", "@hall-3", "--json", fast=False, password=None, **VAULT)
    assert {line["device"]: line["forgotten"] for line in forgotten.lines} == {
        "a": True,
        "b": False,
        "c": True,
    }
    assert tries(made) == [1, 1, 1]


def test_a_group_password_that_one_sensor_refuses_is_not_stored(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two", password="its own word"))
    listed(program, made, "a", "b")
    program.here("vault", "create", fast=False, **VAULT)
    refused = program.here("login", "@hall-3", "--shared", "--json", **VAULT)
    assert refused.code == 1
    by_device = {line["device"]: line for line in refused.lines}
    assert by_device["@hall-3"]["stored"] is None
    assert "Rejected by b" in by_device["@hall-3"]["message"]
    assert tries(made) == [1, 1], "never in a loop"
    program.here("login", "b", password="its own word", **VAULT)
    again = program.here("login", "@hall-3", "--shared", "--json", **VAULT)
    assert again.code == 0, again
    assert "b: its own password will be used" in again.err
    assert tries(made) == [2, 2], "b is not tried with a password that is not its own"


def test_shared_passwords_are_for_groups(program: ProgramHarness, start_fleet: StartFleet) -> None:
    made = start_fleet(sensor("one"))
    listed(program, made, "a")
    for word in ("a", made.addresses[0]):
        result = program.here("login", word, "--shared")
        assert result.code == 2
        assert "is not a group" in result.err
    assert "No device has the tag" in program.here("login", "@hall-4", "--shared").err
    assert tries(made) == [0]


def test_vault_commands(program: ProgramHarness, tmp_path: Path) -> None:
    refused = program.here("vault", "create", fast=False, password=None)
    assert refused.code == 2
    assert "there is no terminal" in refused.err
    short = program.here("vault", "create", fast=False, SICKTUI_VAULT_PASSWORD="short")
    assert short.code == 2
    assert "at least 8 characters" in short.err
    assert program.here("vault", "export", str(tmp_path / "c"), fast=False, **VAULT).code == 4
    assert list(tmp_path.rglob("*.vault")) == []
    made = program.here("vault", "create", "--json", fast=False, **VAULT)
    [line] = made.lines
    assert line["kind"] == "vault"
    assert Path(line["path"]).is_file()
    assert "the password cannot be recovered" in made.err
    assert program.here("vault", "create", fast=False, **VAULT).code == 2
    assert "there is no terminal" in program.here("vault", "password", fast=False, **VAULT).err
    copy = tmp_path / "copy.vault"
    assert program.here("vault", "export", str(copy), fast=False).code == 4
    assert not copy.exists()
    assert program.here("vault", "export", str(copy), fast=False, **VAULT).code == 0
    assert program.here("vault", "export", str(copy), fast=False, **VAULT).code == 2
    [line] = program.here("vault", "import", str(copy), "--json", fast=False, **VAULT).lines
    assert (line["added"], line["replaced"], line["kept"]) == ([], [], [])
    copy.write_bytes(copy.read_bytes()[:50])
    damaged = program.here("vault", "import", str(copy), fast=False, **VAULT)
    assert damaged.code == 4
    assert "cannot be trusted" in damaged.err


def checks(program: ProgramHarness, **environment: Any) -> dict[str, dict[str, str]]:
    result = program.here("doctor", "--json", fast=False, password=None, **environment)
    return {line["name"]: line for line in result.lines}


def test_the_doctor_walks_the_whole_chain(program: ProgramHarness, start_fleet: StartFleet) -> None:
    found = checks(program)
    assert found["given"]["message"] == "No password in the environment."
    assert found["keyring"]["state"] == "warning"
    assert "D-Bus cannot be reached" in found["keyring"]["message"]
    assert found["vault"]["state"] == "warning"
    assert "sicktui vault create" in found["vault"]["remedy"]
    assert "memory, until sicktui exits" in found["passwords"]["message"]

    made = start_fleet(sensor("one"), sensor("two"))
    listed(program, made, "a", "b")
    program.here("vault", "create", fast=False, **VAULT)
    program.here("login", "a", **VAULT)
    found = checks(program)
    assert found["keyring"]["state"] == "ok"
    assert "The vault is used instead." in found["keyring"]["message"]
    assert (found["vault"]["state"], "it is locked" in found["vault"]["message"]) == ("ok", True)
    assert "SICKTUI_VAULT_PASSWORD" in found["vault"]["remedy"]
    assert "0 of 2 devices have one; in the locked vault: a; without: b." in found["passwords"]["message"]

    found = checks(program, **VAULT)
    assert "opened with SICKTUI_VAULT_PASSWORD" in found["vault"]["message"]
    assert "1 of 2 devices have one; without: b" in found["passwords"]["message"]
    assert found["passwords"]["state"] == "warning"
    assert "factory password" in found["passwords"]["message"]
    assert "SICKTUI_VAULT_PASSWORD" in found["given"]["message"]
    assert MASTER not in str(found)
    assert PASSWORD not in str(found)

    assert checks(program, SICKTUI_VAULT_PASSWORD="wrong wrong")["vault"]["state"] == "warning"
    vault = program.home / "data" / "passwords.vault"
    vault.chmod(0o644)
    assert "other users can read it" in checks(program)["vault"]["message"]
    vault.write_bytes(b"")
    found = checks(program)
    assert found["vault"]["state"] == "failed"
    assert "cut short" in found["vault"]["message"]
    assert program.here("doctor", fast=False).code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_the_doctor_finds_folders_that_others_can_look_into(program: ProgramHarness) -> None:
    assert checks(program)["private"]["state"] == "ok"
    folder = program.home / "data"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    found = checks(program)["private"]
    assert (found["state"], found["remedy"]) == ("warning", f"chmod 700 {folder}")
    assert "(mode 755)" in found["message"]
    folder.chmod(0o700)
    assert checks(program)["private"]["state"] == "ok"


def test_the_doctor_says_what_was_given(program: ProgramHarness) -> None:
    result = program.here("doctor", "--json", fast=False, password=PASSWORD)
    found = {line["name"]: line for line in result.lines}
    assert "SICKTUI_PASSWORD is used for every device" in found["given"]["message"]
    assert PASSWORD not in result.out


@pytest.mark.usefixtures("secret_service")
def test_the_doctor_is_content_with_a_keyring(program: ProgramHarness) -> None:
    found = checks(program, DBUS_SESSION_BUS_ADDRESS=os.environ["DBUS_SESSION_BUS_ADDRESS"])
    assert found["keyring"]["state"] == "ok"
    assert (found["vault"]["state"], found["vault"]["remedy"]) == ("ok", "")
    assert "OS keyring (Secret Service)" in found["passwords"]["message"]
