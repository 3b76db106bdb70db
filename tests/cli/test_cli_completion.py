"""Completion: what is proposed, how fast, and in a real bash and fish."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from sicktui.cli.commands.pc.completion import SHELLS
from sicktui.model.device import Profile
from sicktui.stores.config.devices import DeviceList, save_devices
from tests.support.program import ProgramHarness


@pytest.fixture
def home(program: ProgramHarness) -> ProgramHarness:
    """A home with devices, a package, a source, a run and a backup's metadata."""
    config = program.home / "config"
    config.mkdir(parents=True)
    profiles = [
        Profile(name="gate-1", address="10.0.0.1", tags=("hall-3",)),
        Profile(name="gate-2", address="10.0.0.2:8080"),
    ]
    save_devices(config / "devices.toml", DeviceList(profiles={each.name: each for each in profiles}))
    (config / "config.toml").write_text('[sources.share]\nkind = "folder"\npath = "/srv"\n')
    assert program.here("firmware", "add", program.package(), fast=False).code == 0
    kept = program.home / "data" / "backups" / "25420067"
    kept.mkdir(parents=True)
    for day in ("20261120", "20261121"):
        (kept / f"25420067-{day}-095427.json").write_text("{}")
    return program


def asked(program: ProgramHarness, line: str) -> list[str]:
    """What a shell is answered for a line."""
    process = subprocess.run(
        [*program.command(fast=False)],
        env=program.environment | {"_SICKTUI_COMPLETE": "bash_complete", "COMP_WORDS": line},
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
    ],
)
def test_what_is_proposed(home: ProgramHarness, line: str, words: Sequence[str]) -> None:
    assert asked(home, line) == words


def test_an_empty_home_and_a_damaged_one_propose_nothing(program: ProgramHarness) -> None:
    assert asked(program, "sicktui get ") == []
    assert not program.home.exists()
    (program.home / "config").mkdir(parents=True)
    (program.home / "config" / "devices.toml").write_text("[[[")
    (program.home / "data").mkdir()
    (program.home / "data" / "journal.db").write_bytes(b"x" * 5000)
    for line in ("sicktui get ", "sicktui runs show "):
        assert asked(program, line) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(program: ProgramHarness, shell: str) -> None:
    result = program.here("completion", shell, fast=False)
    assert result.code == 0
    assert "_SICKTUI_COMPLETE" in result.out
    assert f"{shell}_complete" in result.out
    assert program.here("completion", shell, "--json", fast=False).code == 2


BASH = r"""
. "$1"
COMP_LINE="$2"; COMP_POINT=${#COMP_LINE}
compopt() { :; }
_sicktui_completion sicktui
printf '%s\n' "${COMPREPLY[@]}"
"""


def program_folder(program: ProgramHarness) -> Path:
    """A folder with a command ``sicktui``."""
    folder = program.folder / "bin"
    folder.mkdir()
    words = " ".join(program.command(fast=False))
    (folder / "sicktui").write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    (folder / "sicktui").chmod(0o755)
    return folder


def in_shell(program: ProgramHarness, shell: str, script: str, line: str) -> list[str]:
    source = program.folder / "completion"
    source.write_text(program.here("completion", shell, fast=False).out)
    path = f"{program_folder(program)}{os.pathsep}{program.environment['PATH']}"
    arguments = [str(source), line] if shell == "fish" else ["_", str(source), line]
    ended = subprocess.run(
        [shell, "-c", script, *arguments],
        env=program.environment | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == ""
    return ended.stdout.split("\n")[:-1]


@pytest.mark.skipif(shutil.which("bash") is None or os.name == "nt", reason="needs bash")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sicktui status gate-", ["gate-1", "gate-2"]),
        ("sicktui status @h", ["hall-3"]),
        ("sicktui runs rep", ["report"]),
    ],
)
def test_in_bash(home: ProgramHarness, line: str, words: Sequence[str]) -> None:
    """What bash puts in place of the part behind its last separator, which ``@`` is."""
    assert in_shell(home, "bash", BASH, line) == words


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_in_fish(home: ProgramHarness) -> None:
    found = in_shell(home, "fish", "source $argv[1]; complete -C $argv[2]", "sicktui status gate-")
    assert [line.split("\t")[0] for line in found] == ["gate-1", "gate-2"]
