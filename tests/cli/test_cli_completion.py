"""Completion: what is proposed."""

import subprocess
from collections.abc import Sequence

import pytest

from sicktui.cli.commands.pc.completion import SHELLS
from tests.support.program import ProgramHarness


def asked(program: ProgramHarness, line: str, shell: str = "bash") -> list[str]:
    """What a shell is answered for a line."""
    process = subprocess.run(
        [*program.command(fast=False)],
        env=program.environment | {"_SICKTUI_COMPLETE": f"{shell}_complete", "COMP_WORDS": line},
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stderr == ""
    return [line for line in process.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sicktui status gat", ["plain,gate-1", "plain,gate-2"]),
        ("sicktui status @", ["plain,@hall-3"]),
        ("sicktui get ", ["plain,gate-1", "plain,gate-2"]),
        ("sicktui --json get gate-2", ["plain,gate-2"]),
        (
            "sicktui backups show ",
            ["plain,latest", "plain,25420067-20261121-095427", "plain,25420067-20261120-095427"],
        ),
        ("sicktui restore gate-1 --backup late", ["plain,latest", "file,late"]),
        ("sicktui plan all --package pico", ["plain,picoScan100_2.4.0.0R.spk.signed", "file,pico"]),
        ("sicktui firmware check ", ["plain,share"]),
        ("sicktui runs show ", []),
        ("sicktui completion ", [f"plain,{shell}" for shell in SHELLS]),
        ("sicktui config --pl", ["plain,--plain"]),
        ("sicktui fi", ["plain,find-me", "plain,firmware"]),
        ("sicktui vault ex", ["plain,export"]),
    ],
)
def test_what_is_proposed(furnished: ProgramHarness, line: str, words: Sequence[str]) -> None:
    assert asked(furnished, line) == words


def test_powershell_is_answered_in_three_parts_and_no_tooltip_is_empty(furnished: ProgramHarness) -> None:
    """What its script splits at tabs; PowerShell refuses a result whose text or tooltip is empty."""
    [answer] = asked(furnished, "sicktui runs rep", "powershell")
    assert answer.startswith("plain\treport\t")
    for line in ("sicktui status ", "sicktui plan all --package ", "sicktui --"):
        for answer in asked(furnished, line, "powershell"):
            kind, value, tip = answer.split("\t")
            assert kind in {"plain", "file", "dir"}
            assert (value and tip) or kind != "plain", "its script takes these alone"


def test_an_empty_home_and_a_damaged_one_propose_nothing(program: ProgramHarness) -> None:
    assert asked(program, "sicktui get ") == []
    assert not program.home.exists()
    (program.home / "config").mkdir(parents=True)
    (program.home / "config" / "devices.toml").write_text("[[[")
    (program.home / "data").mkdir()
    (program.home / "data" / "journal.db").write_bytes(b"x" * 5000)
    for line in ("sicktui get ", "sicktui runs show "):
        assert asked(program, line) == []


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("devices.toml", "devices = 3", "sicktui status "),
        ("devices.toml", 'devices = ["gate-1"]', "sicktui get "),
        ("devices.toml", "[devices]\ngate-1 = 3", "sicktui get "),
        ("config.toml", 'sources = "share"', "sicktui firmware check "),
        ("config.toml", "[sources]\nshare = 3", "sicktui firmware check "),
    ],
)
def test_what_a_person_has_mistyped_in_a_file_proposes_nothing(
    program: ProgramHarness, file: str, content: str, line: str
) -> None:
    (program.home / "config").mkdir(parents=True)
    (program.home / "config" / file).write_text(content)
    assert asked(program, line) == []


def test_tags_that_are_no_list_leave_the_device(program: ProgramHarness) -> None:
    (program.home / "config").mkdir(parents=True)
    (program.home / "config" / "devices.toml").write_text(
        '[devices.gate-1]\ntags = 3\n[devices.gate-2]\ntags = "hall"'
    )
    assert asked(program, "sicktui status ") == ["plain,gate-1", "plain,gate-2", "plain,all"]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(program: ProgramHarness, shell: str) -> None:
    result = program.here("completion", shell, fast=False)
    assert result.code == 0
    assert "_SICKTUI_COMPLETE" in result.out
    assert f"{shell}_complete" in result.out
    assert program.here("completion", shell, "--json", fast=False).code == 2
