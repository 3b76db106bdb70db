"""What is typed faster than the screen can follow, on a real pseudo-terminal."""

import tomllib
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

# The suite may have threads when it starts a program in a terminal of its own.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


def test_a_command_and_its_whole_form_in_one_write(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Terminal("--home", str(home)) as terminal:
        terminal.wait_for(lambda text: "The device list is empty" in text)
        terminal.child.send("ngate-7\t127.0.0.1:9\tMaintenance\r")
        terminal.wait_for(lambda text: "1 offline" in text)
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    [saved] = tomllib.loads((home / "config" / "devices.toml").read_text(encoding="utf-8"))["devices"].items()
    assert saved == ("gate-7", {"address": "127.0.0.1:9", "user": "Maintenance"})
