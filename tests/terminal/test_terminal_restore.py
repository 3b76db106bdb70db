"""A restore on a real pseudo-terminal, from the key to the verdict."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.harness import PASSWORD
from tests.support.terminal import Terminal, simulated

# The suite may have threads when it starts a program in a terminal of its own.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

NAME = "picoscan-gate-1"
PHRASE = "a phrase of the plant"


def sicktui(home: Path, *arguments: str, passphrase: str = "") -> list[dict[str, object]]:
    """Another command of the same home; its JSON lines."""
    command = [sys.executable, "-m", "sicktui", *arguments, "--json", "--yes", "--home", str(home)]
    environ = {"SICKTUI_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin"}
    if passphrase:
        environ["SICKTUI_PASSPHRASE"] = passphrase
    quick = ["--set", "limits.requests_per_second=100"]
    done = subprocess.run([*command, *quick], capture_output=True, text=True, env=environ, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def location_of(home: Path) -> object:
    return next(line["value"] for line in sicktui(home, "get", NAME, "LocationName") if "value" in line)


def test_a_restore_from_the_key_to_the_verdict(tmp_path: Path) -> None:
    home = tmp_path / "home"
    quick = ("--set", "limits.requests_per_second=100", "--set", "timing.poll_interval=0.5")
    with simulated(home, 1):
        before = location_of(home)
        sicktui(home, "backup", NAME, passphrase=PHRASE)
        sicktui(home, "set", NAME, "LocationName", "somewhere else")
        with Terminal(*quick, "--home", str(home), environ={"SICKTUI_PASSWORD": PASSWORD}) as terminal:
            terminal.wait_for(lambda text: "1 online" in text and "r restore" in text)
            terminal.press("r")
            terminal.wait_for(lambda text: f"Which backup for {NAME}?" in text and "86.2 kB" in text)
            terminal.press("\r")
            terminal.wait_for(lambda text: "Passphrase of the backup" in text)
            terminal.press("n", "o", "\r")
            terminal.wait_for(lambda text: "This is not the passphrase this backup was made with." in text)
            terminal.press(PHRASE, "\r")
            plan = terminal.wait_for(lambda text: "Plan restore 1" in text)
            assert "the passphrase is known" in plan
            assert "q back" in plan
            assert PHRASE not in plan
            terminal.press("r")
            terminal.wait_for(lambda text: "Start the restore?" in text)
            terminal.press("r", "\r", " ")
            assert "Start the restore?" in terminal.text, "only y confirms"
            assert location_of(home) == "somewhere else"
            terminal.press("b", "s", "y")
            terminal.wait_for(lambda text: "finished · 1 succeeded" in text and "√ succeeded" in text)
            # At 80 columns the count of the steps gives way to the whole name.
            terminal.resize(100, 24)
            terminal.wait_for(lambda text: "√ succeeded" in text and "6/6" in text)
            terminal.press("q")
            assert terminal.wait_for_end() == 0
            assert PHRASE.encode() not in terminal.output
        assert location_of(home) == before
