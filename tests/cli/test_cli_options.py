"""The options that every command takes, the configuration, and secrets."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness


def test_common_options_stand_before_and_behind_the_command(program: ProgramHarness, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    assert program.here("--home", other, "devices", "add", "a", "10.0.0.1", fast=False).code == 0
    before = program.here("--home", other, "--json", "devices", "list", fast=False)
    between = program.here("devices", "--home", other, "--json", "list", fast=False)
    behind = program.here("devices", "list", "--json", "--home", other, fast=False)
    assert [line["device"] for line in before.lines] == ["a"]
    assert [line["device"] for line in between.lines] == ["a"]
    assert [line["device"] for line in behind.lines] == ["a"]
    assert program.here("devices", "list", "--json", fast=False).lines == []


def test_the_home_option_goes_before_the_environment(program: ProgramHarness, tmp_path: Path) -> None:
    program.here("devices", "add", "a", "10.0.0.1", fast=False)
    assert (program.home / "config" / "devices.toml").exists()
    other = tmp_path / "other"
    program.here("devices", "add", "b", "10.0.0.1", "--home", str(other), fast=False)
    assert "devices.b" in (other / "config" / "devices.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("timing.pol_interval=1", ["timing.pol_interval", "poll_interval"]),
        ("timing.poll_interval", ["KEY=VALUE"]),
        ("timing.poll_interval=soon", ["timing.poll_interval"]),
        ("limits.jobs=0", ["limits.jobs"]),
    ],
)
def test_a_wrong_override_names_the_key(program: ProgramHarness, setting: str, words: list[str]) -> None:
    result = program.here("status", "10.0.0.1", "--set", setting, fast=False)
    assert result.code == 2
    for word in words:
        assert word in result.err, result


@pytest.mark.parametrize("variable", ["SICKTUI_PASSWORD", "SICKTUI_PASSPHRASE"])
def test_a_secret_in_another_encoding_is_wrong_use(program: ProgramHarness, variable: str) -> None:
    given: dict[str, Any] = {"password": None, variable: "b\udcfccher"}
    result = program.here("devices", "list", **given)
    assert (result.code, result.out) == (2, "")
    assert f"{variable} is not UTF-8" in result.err
    assert "cher" not in result.err


def test_the_last_override_wins(program: ProgramHarness) -> None:
    result = program.here("--set", "limits.jobs=no", "devices", "list", "--set", "limits.jobs=3", fast=False)
    assert result.code == 2
    assert (
        program.here("devices", "list", "--set", "limits.jobs=1", "--set", "limits.jobs=3", fast=False).code
        == 0
    )


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        (
            "config.toml",
            "[timing]\npoll_intervall = 3\n",
            ["config.toml", "poll_intervall", "poll_interval", "2"],
        ),
        ("config.toml", "[timing\n", ["config.toml", "line 1"]),
        ("devices.toml", "[devices.a]\naddres = 'x'\n", ["devices.toml", "addres", "address"]),
        ("devices.toml", "\x00\x01", ["devices.toml"]),
    ],
)
def test_a_corrupt_file_is_named_and_left_as_it_is(
    program: ProgramHarness, file: str, content: str, words: list[str]
) -> None:
    path = program.home / "config" / file
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    result = program.here("devices", "add", "b", "10.0.0.1", fast=False)
    assert result.code == 2, result
    for word in words:
        assert word in result.err, result
    assert path.read_text(encoding="utf-8") == content


def test_unknown_devices_are_answered_with_the_nearest(program: ProgramHarness) -> None:
    program.here("devices", "add", "gate-1", "10.0.0.1", "--tag", "hall", fast=False)
    result = program.here("status", "gate-2", fast=False)
    assert result.code == 2
    assert "gate-1" in result.err
    assert "hall" in program.here("status", "@hal", fast=False).err
    assert program.here("status", "all", "--home", "empty", fast=False).code == 2


@pytest.mark.parametrize(
    ("options", "stdin", "code"),
    [
        (["--password-stdin"], b"servicelevel\n", 0),
        (["--password-stdin"], b"servicelevel\r\n", 0),
        (["--password-stdin"], b"\xef\xbb\xbfservicelevel", 0),
        (["--passphrase-stdin", "--password-stdin"], b"servicelevel\nopen sesame\n", 0),
        (["--password-stdin"], b"wrong\n", 4),
        (["--password-stdin"], b"", 2),
        (["--password-stdin", "--passphrase-stdin"], b"servicelevel\n", 2),
        (["--password-stdin"], b"\xff\xfe\n", 2),
        ([], b"servicelevel\n", 4),
    ],
)
def test_secrets_come_from_stdin(
    program: ProgramHarness, start_fleet: StartFleet, options: list[str], stdin: bytes, code: int
) -> None:
    [address] = start_fleet(sensor("one")).addresses
    result = program.here(
        "plan", address, "--package", program.package(), *options, stdin=stdin, password=None
    )
    assert result.code == code, result
    assert b"servicelevel" not in (result.out + result.err).encode()


def test_stdin_goes_before_the_environment(program: ProgramHarness, start_fleet: StartFleet) -> None:
    [address] = start_fleet(sensor("one")).addresses
    result = program.here(
        "plan",
        address,
        "--package",
        program.package(),
        "--password-stdin",
        stdin=b"servicelevel\n",
        password="wrong",
    )
    assert result.code == 0, result


def test_a_missing_password_is_refused_with_advice(program: ProgramHarness, start_fleet: StartFleet) -> None:
    [address] = start_fleet(sensor("one")).addresses
    result = program.here("plan", address, "--package", program.package(), "--json", password=None)
    assert result.code == 4
    assert [line["reason"] for line in result.lines] == ["access_denied"]
    assert "SICKTUI_PASSWORD" in result.err


def test_devices_are_meant_by_name_tag_all_and_address_each_once(
    program: ProgramHarness, start_fleet: StartFleet
) -> None:
    made = start_fleet(sensor("one"), sensor("two"), sensor("three"))
    one, two, three = made.addresses
    program.here("devices", "add", "a", one, "--tag", "hall", fast=False)
    program.here("devices", "add", "b", two, "--tag", "hall", fast=False)
    for words, devices in (
        (["a"], ["a"]),
        (["@hall"], ["a", "b"]),
        (["b", "@hall", "b"], ["a", "b"]),
        (["all", three], ["a", "b", three]),
        ([], ["a", "b"]),
    ):
        lines = program.here("status", *words, "--json").lines
        assert sorted(line["device"] for line in lines) == sorted(devices)
