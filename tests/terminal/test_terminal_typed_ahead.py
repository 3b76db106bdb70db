"""What is typed faster than the screen can follow, on a real pseudo-terminal."""

import tomllib
from pathlib import Path

import pytest

from tests.discovery.kit import free_udp_port
from tests.support.fleet_thread import StartFleet, sensor
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


def test_a_search_and_its_form_in_one_write(tmp_path: Path, start_fleet: StartFleet) -> None:
    """From the empty list to a sensor in it, the password skipped."""
    home = tmp_path / "home"
    made = start_fleet(sensor("one", serial="25420067", location="gate-7"))
    port = made.addresses[0].rpartition(":")[2]
    settings = (f"discovery.port={free_udp_port()}", "discovery.wait=0.3")
    with Terminal("--home", str(home), *(word for each in settings for word in ("--set", each))) as terminal:
        terminal.wait_for(lambda text: "search the network" in text)
        terminal.child.send(f"+c127.0.0.1/32\t{port}\r")
        terminal.wait_for(lambda text: "Found 1 sensor, 1 new" in text)
        terminal.child.send("a\rhall-3\r")
        terminal.wait_for(lambda text: "Password of" in text)
        terminal.child.send("\r")  # nothing entered: later
        terminal.wait_for(lambda text: "Added 1 device: gate-7" in text)
        terminal.child.send("qq")
        assert terminal.wait_for_end() == 0
    devices = (home / "config" / "devices.toml").read_text(encoding="utf-8")
    [saved] = tomllib.loads(devices)["devices"].values()
    assert (saved["serial"], saved["tags"]) == ("25420067", ["hall-3"])
