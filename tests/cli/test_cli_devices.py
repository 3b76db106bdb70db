"""``sicktui devices``: the list, its files, its questions."""

from pathlib import Path

import pytest

from tests.support.program import ProgramHarness


def add(program: ProgramHarness, name: str, address: str, *options: str) -> None:
    result = program.here("devices", "add", name, address, *options, fast=False)
    assert result.code == 0, result


def names(program: ProgramHarness) -> list[str]:
    return [line["device"] for line in program.here("devices", "list", "--json", fast=False).lines]


def test_a_device_is_added_listed_edited_and_removed(program: ProgramHarness) -> None:
    add(program, "gate-1", "192.168.0.11", "--tag", "hall-3", "--tag", "gate", "--serial", "25420067")
    add(program, "gate-2", "192.168.0.12:8080", "--auth", "basic", "--timing", "flash_timeout=600")
    listed = program.here("devices", "list", fast=False)
    assert "gate-1" in listed.out
    assert "@hall-3 @gate" in listed.out
    edited = program.here(
        "devices",
        "edit",
        "gate-1",
        "--serial",
        "",
        "--tag",
        "dock",
        "--note",
        "behind the door",
        "--json",
        fast=False,
    )
    [line] = edited.lines
    assert (line["serial"], line["tags"], line["note"]) == (None, ["dock"], "behind the door")
    [_, second] = program.here("devices", "list", "--json", fast=False).lines
    assert second == {
        **second,
        "kind": "device",
        "device": "gate-2",
        "address": "192.168.0.12:8080",
        "auth": "basic",
        "user": None,
        "scheme": None,
        "model": None,
        "timing": {"flash_timeout": 600.0},
    }
    assert (
        program.here(
            "devices", "edit", "gate-2", "--timing", "flash_timeout=", "--name", "dock-2", fast=False
        ).code
        == 0
    )
    assert names(program) == ["gate-1", "dock-2"]
    assert program.here("devices", "remove", "gate-1", "dock-2", "--yes", fast=False).code == 0
    assert names(program) == []


def test_an_empty_list_says_how_to_begin(program: ProgramHarness) -> None:
    result = program.here("devices", "list", fast=False)
    assert (result.code, result.out) == (0, "")
    assert "devices add" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "gate-1", "10.0.0.2"], "already"),
        (["add", "all", "10.0.0.2"], "all"),
        (["add", "@x", "10.0.0.2"], "'@x'"),
        (["add", "x\x1b[31m", "10.0.0.2"], "printed"),
        (["add", "b", "http://10.0.0.2"], "only host and port"),
        (["add", "b", "10.0.0.256"], "10.0.0.256"),
        (["add", "b", "10.0.0.2", "--timing", "flash_timeout=soon"], "soon"),
        (["add", "b", "10.0.0.2", "--timing", "flash=3"], "flash_timeout"),
        (["edit", "gate-1"], "No change"),
        (["edit", "gate-7", "--note", "x"], "gate-1"),
        (["remove", "gate-7"], "gate-1"),
        (["import", "missing.csv"], "missing.csv"),
    ],
)
def test_wrong_entries_are_refused_in_words(program: ProgramHarness, words: list[str], said: str) -> None:
    add(program, "gate-1", "10.0.0.1")
    before = (program.home / "config" / "devices.toml").read_bytes()
    result = program.here("devices", *words, fast=False)
    assert result.code == 2, result
    assert said in result.err
    assert "\x1b" not in result.err
    assert (program.home / "config" / "devices.toml").read_bytes() == before


def test_removing_without_a_terminal_says_what_it_would_ask(program: ProgramHarness) -> None:
    add(program, "gate-1", "10.0.0.1")
    result = program.here("devices", "remove", "gate-1", fast=False)
    assert result.code == 2
    assert "Remove 1 device from the list (gate-1)?" in result.err
    assert "--yes" in result.err
    assert names(program) == ["gate-1"]


@pytest.mark.parametrize("suffix", ["csv", "toml", "json"])
def test_a_list_goes_out_and_comes_in_whole(program: ProgramHarness, tmp_path: Path, suffix: str) -> None:
    add(program, "gate-1", "10.0.0.1", "--tag", "a", "--tag", "b", "--note", "käse; 'x'")
    add(program, "gate-2", "10.0.0.2", "--timing", "settle=9")
    before = program.here("devices", "list", "--json", fast=False).lines
    file = str(tmp_path / f"out.{suffix}")
    assert program.here("devices", "export", file, fast=False).code == 0
    stdout = program.here("devices", "export", "-", "--format", suffix, fast=False)
    assert stdout.out.encode() == Path(file).read_bytes()
    again = program.here("devices", "export", file, fast=False)
    assert again.code == 2
    assert "Replace" in again.err
    other = ("--home", str(tmp_path / "other"))
    result = program.here("devices", "import", file, *other, fast=False)
    assert result.code == 0, result
    after = program.here("devices", "list", "--json", *other, fast=False).lines
    assert [line | {"ts": ""} for line in after] == [line | {"ts": ""} for line in before]
    assert program.here("devices", "import", file, *other, fast=False).code == 0, "nothing changes"
    assert program.here("devices", "edit", "gate-1", "--note", "mine", *other, fast=False).code == 0
    assert program.here("devices", "import", file, *other, fast=False).code == 2
    assert program.here("devices", "import", file, "--replace", *other, fast=False).code == 2
    assert program.here("devices", "import", file, "--replace", "--yes", *other, fast=False).code == 0


def test_a_place_that_cannot_even_be_looked_at_is_told_in_words(program: ProgramHarness) -> None:
    result = program.here("devices", "export", "x" * 300 + ".csv", fast=False)
    assert result.code == 4, result
    assert "Cannot" in result.err
    assert "an unexpected error" not in result.err


def test_two_devices_at_one_address_are_noted(program: ProgramHarness) -> None:
    add(program, "a", "10.0.0.1")
    result = program.here("devices", "add", "b", "10.0.0.1", fast=False)
    assert result.code == 0
    assert "same address" in result.err


def test_the_list_is_filtered_as_in_the_dashboard(program: ProgramHarness) -> None:
    add(program, "gate-1", "10.0.0.1", "--tag", "hall-3", "--note", "north")
    add(program, "gate-2", "10.0.0.2:8080")

    def found(*words: str) -> list[str]:
        lines = program.here("devices", "list", *words, "--json", fast=False).lines
        return [line["device"] for line in lines]

    assert found("@hall-3") == ["gate-1"]
    assert found("!@hall-3") == ["gate-2"]
    assert found("gate", "address:8080") == ["gate-2"]
    assert found("backup:none", "note:north") == ["gate-1"]
    assert found("nothing") == []
    assert "No device matches." in program.here("devices", "list", "nothing", fast=False).err
    for wrong in ("state:failed", "health:ok", "version<", "modl:x"):
        result = program.here("devices", "list", wrong, "--json", fast=False)
        assert (result.code, result.every_line[-1]["kind"]) == (2, "error"), wrong
    [shown] = program.here("devices", "show", "gate-1", "--json", fast=False).lines
    assert (shown["device"], shown["note"], shown["seen"]["firmware"]) == ("gate-1", "north", "")
    assert "north" in program.here("devices", "show", "gate-1", fast=False).out
