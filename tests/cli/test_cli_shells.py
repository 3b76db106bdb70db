"""Completion in real shells: what is in the line once tab was pressed."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import ProgramHarness
from tests.support.waiting import LIMIT

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are of POSIX")

PROMPT = "READY> "
START = {
    "bash": (["--norc", "--noprofile", "-i"], "bind 'set bell-style none'"),
    "zsh": (["-f", "-i"], "unsetopt beep; autoload -U compinit; compinit -D -u"),
}
OF_MACOS = """
    enable -n compopt mapfile readarray
    compopt() { return 127; }
    complete() { [[ " $* " != *" nosort "* ]] && builtin complete "$@"; }
"""
"""What bash 3.2 has not: macOS has never had a newer one. The script was tried in a real 3.2 too."""


def needs(shell: str) -> None:
    """Skip where a shell is not installed; in CI it is."""
    if shutil.which(shell) is None:
        assert "SICKTUI_TESTS_NEED_SHELLS" not in os.environ, shell
        pytest.skip(f"needs {shell}")


def script_of(program: ProgramHarness, shell: str) -> Path:
    """The script of a shell, in a file."""
    script = program.folder / f"completion.{shell}"
    script.write_text(program.here("completion", shell, fast=False).out)
    return script


def environment_of(program: ProgramHarness) -> dict[str, str]:
    """One in which the shell finds the command ``sicktui``."""
    folder = program.folder / "bin"
    folder.mkdir()
    (folder / "sicktui").write_text(f'#!/bin/sh\nexec {shlex.join(program.command(fast=False))} "$@"\n')
    (folder / "sicktui").chmod(0o755)
    return program.environment | {"PATH": f"{folder}{os.pathsep}{program.environment['PATH']}"}


@contextmanager
def interactive(program: ProgramHarness, shell: str, more: str = "") -> Iterator[Any]:
    """A shell on a terminal that has read its script.

    Args:
        program: for the script.
        shell: its name.
        more: commands that it carries out before.
    """
    needs(shell)
    words, begin = START[shell]
    before = program.folder / "before"
    before.write_text(more)
    plain = {"TERM": "dumb", "PS1": PROMPT, "PROMPT": PROMPT, "PROMPT_EOL_MARK": ""}
    child = pexpect.spawn(
        shell,
        words,
        env=environment_of(program) | plain,
        encoding="utf-8",
        timeout=LIMIT,
        dimensions=(24, 200),
        cwd=str(program.folder),
    )
    try:
        child.expect_exact(PROMPT)
        child.sendline(
            f"{begin}; source {before}; source {script_of(program, shell)}; echo DO''NE"
        )  # what is typed is echoed
        child.expect_exact("DONE")
        child.expect_exact(PROMPT)
        yield child
    finally:
        child.close(force=True)


def completed(child: Any, line: str) -> str:
    """What a line becomes by tab: it is printed by the shell itself, with an echo before it."""
    child.send(f"{line}\t\x01echo EN''D \r")
    child.expect(r"END ([^\r\n]*)\r")
    found = str(child.match.group(1)).rstrip()
    child.expect_exact(PROMPT)
    return found


@pytest.mark.parametrize(
    ("shell", "more"),
    [pytest.param("bash", OF_MACOS, id="bash 3.2"), *(pytest.param(shell, "", id=shell) for shell in START)],
)
def test_tab(furnished: ProgramHarness, shell: str, more: str) -> None:
    with interactive(furnished, shell, more) as child:
        for typed, line in {
            "status gat": "status gate-",
            "status @h": "status @hall-3",
            "runs rep": "runs report",
            "status --se": "status --set",
            "plan all --package pico": "plan all --package picoScan100_2.4.0.0R.spk.signed",
        }.items():
            assert completed(child, f"sicktui {typed}") == f"sicktui {line}"


def test_a_part_behind_a_sign_that_ends_words_in_bash(furnished: ProgramHarness) -> None:
    with interactive(furnished, "bash") as child:
        for option in ("plan all --package=", "--set=x=1 plan all --package="):
            line = f"sicktui {option}picoScan100_2.4.0.0R.spk.signed"
            assert completed(child, f"sicktui {option}pico") == line


def test_in_fish(furnished: ProgramHarness) -> None:
    needs("fish")
    script, environment = script_of(furnished, "fish"), environment_of(furnished)
    for line, words in {
        "status gate-": ["gate-1", "gate-2"],
        "status @h": ["@hall-3"],
        "runs rep": ["report"],
    }.items():
        ended = subprocess.run(
            ["fish", "-c", "source $argv[1]; complete -C $argv[2]", str(script), f"sicktui {line}"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.stderr == ""
        assert [found.split("\t")[0] for found in ended.stdout.splitlines()] == words
