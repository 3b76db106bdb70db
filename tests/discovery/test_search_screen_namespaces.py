"""The search screen of the dashboard in a real network: found by broadcast, added, followed."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.bench import Bench
from tests.support.namespaces import Network, needs_namespaces
from tests.support.terminal import Terminal

# The suite may have threads when it starts a program in a terminal of its own.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Network(tmp_path) as network:
        yield Bench(network)


def listed(home: Path) -> dict[str, dict[str, Any]]:
    text = (home / "config" / "devices.toml").read_text(encoding="utf-8")
    devices: dict[str, dict[str, Any]] = tomllib.loads(text)["devices"]
    return devices


@needs_namespaces
def test_new_sensors_are_added_and_a_moved_one_is_followed(bench: Bench, tmp_path: Path) -> None:
    new, other, moved = bench.sensors("10.1.0.51", "10.1.0.52", "10.1.0.53")
    home = tmp_path / "screen"
    (home / "config").mkdir(parents=True)
    (home / "config" / "devices.toml").write_text(
        f'[devices.gate]\naddress = "10.1.0.9"\nserial = "{moved["serial"]}"\n', encoding="utf-8"
    )
    environ = {"SICKTUI_PASSWORD": "servicelevel"}
    words = ("--home", str(home), "--set", "discovery.wait=1")
    with Terminal(*words, size=(100, 30), environ=environ, inside=bench.pc.inside) as terminal:
        terminal.wait_for(lambda text: "gate" in text)
        terminal.child.send("+")
        terminal.wait_for(lambda text: "Found 3 sensors, 2 new, 1 moved" in text)
        assert "moved: gate" in terminal.text
        terminal.child.send("a\rhall-3\r")
        terminal.wait_for(lambda text: "Added 2 devices" in text)
        terminal.child.send("f")
        terminal.wait_for(lambda text: "Follow moved sensors?" in text)
        terminal.child.send("y")
        terminal.wait_for(lambda text: "Changed 1 address: gate." in text)
        terminal.child.send("q")
        terminal.wait_for(lambda text: "3 online" in text)
        terminal.child.send("q")
        assert terminal.wait_for_end() == 0
    devices = listed(home)
    assert devices.pop("gate")["address"] == "10.1.0.53"
    assert {(each["serial"], each["address"], *each["tags"]) for each in devices.values()} == {
        (new["serial"], "10.1.0.51", "hall-3"),
        (other["serial"], "10.1.0.52", "hall-3"),
    }
