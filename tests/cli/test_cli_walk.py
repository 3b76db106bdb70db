"""Every command: its help, and wrong use of it, at 80 columns, without colours, as JSON lines."""

import json
import os
import re
from pathlib import Path
from typing import Final

import click
import pytest

from sicktui.cli.app import build
from tests.cli.test_cli_lost_output import ALL
from tests.snapshots.golden import RENEW
from tests.support.program import ProgramHarness

GROUPS: Final = tuple(dict.fromkeys(command.split()[0] for command in ALL if " " in command))
EVERY: Final = ("", *GROUPS, *ALL)
COMMON: Final = "Options every command takes"
GOLDEN: Final = Path(__file__).parent / "golden"


def golden(command: str) -> Path:
    """The file with the help page of a command, as a terminal of 80 columns shows it."""
    return GOLDEN / f"{'-'.join(['sicktui', *command.split()])}.txt"


@pytest.mark.parametrize("command", EVERY)
def test_a_help_page(program: ProgramHarness, command: str) -> None:
    """It is as its golden page; it fits 80 columns, has an example, and lists the common options once.

    After a change that is meant, SICKTUI_RENEW_SNAPSHOTS=1 writes the pages: read the diff.
    """
    page = program.here(*command.split(), "--help", fast=False, COLUMNS="80")
    assert page.code == 0
    assert page.err == ""
    if os.environ.get(RENEW):
        golden(command).write_text(page.out, encoding="utf-8")
    assert page.out == golden(command).read_text(encoding="utf-8")
    assert "\x1b" not in page.out
    assert page.out.startswith(f"Usage: sicktui {command}".rstrip())
    assert [line for line in page.out.splitlines() if len(line) > 80] == []
    assert re.search(r"Examples?:\n +sicktui", page.out), "an example"
    assert page.out.count(COMMON) == 1
    assert program.here("help", *command.split(), fast=False, COLUMNS="80").out == page.out


def test_there_is_no_page_of_a_command_that_is_gone() -> None:
    assert {*GOLDEN.iterdir()} == {golden(command) for command in EVERY}


@pytest.mark.parametrize("command", EVERY)
def test_wrong_use(program: ProgramHarness, command: str) -> None:
    """One ``error`` line with --json, sentences without; code 2, and nothing is begun."""
    words = (*command.split(), "--nosuch")
    result = program.here(*words, "--json", fast=False)
    [line] = result.every_line
    assert (line["kind"], line["exit_code"], result.code) == ("error", 2, 2)
    people = program.here(*words, fast=False, NO_COLOR="1")
    assert (people.code, people.out) == (2, "")
    assert "\x1b" not in people.err
    assert line["message"] in people.err
    assert not program.home.exists()


def test_the_help_of_a_command_that_is_not_there(program: ProgramHarness) -> None:
    result = program.here("help", "runs", "nosuch", "--json", fast=False)
    assert result.code == 2
    assert json.loads(result.out)["message"] == "No such command 'runs nosuch'."


def test_no_command_takes_an_option_of_all_for_its_own() -> None:
    """A short option means one thing everywhere."""
    root = build(lambda _, *, demo: int(demo))
    common = {word for option in root._common for word in option.opts}

    def walk(command: click.Command) -> None:
        own = {word for param in command.params if param not in command._common for word in param.opts}  # type: ignore[attr-defined]
        assert not own & common, command.name
        if isinstance(command, click.Group):
            for member in command.commands.values():
                walk(member)

    for command in root.commands.values():
        walk(command)
