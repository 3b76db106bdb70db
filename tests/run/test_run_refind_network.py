"""A DHCP-like change of address during an update or a restore, in a network of namespaces."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.namespaces import Network, needs_namespaces
from tests.support.program import ProgramHarness

QUICK = (
    "timing.autostart_wait=0",
    "timing.reconnect_timeout=24",
    "timing.poll_interval=0.2",
    "timing.reconnect_interval=0.2",
    "timing.settle=0.5",
    "timing.request_timeout=2",
    "limits.requests_per_second=50",
)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with Network(tmp_path) as network:
        yield network


def device(name: str, serial: str, lease: str, after: str | None = None, *more: str) -> str:
    """A simulated sensor on its own interface with an address from DHCP."""
    lines = [
        f'name = "{name}"',
        f'serial = "{serial}"',
        'version = "2.3.0.0R"',
        'interface = "eth0"',
        f'dhcp_address = "{lease}"',
        "parameters = { EtherAddressingMode = 1 }",
        "flash_seconds = 5",
        "reboot_seconds = 20",
    ]
    return "\n".join([*lines, *([f'address_after_reboot = "{after}"'] if after else []), *more])


@needs_namespaces
def test_a_sensor_whose_lease_changes_in_its_update(network: Network, tmp_path: Path) -> None:
    pc, switch = network.host("pc"), network.switch("switch")
    gate, other = network.host("gate"), network.host("other")
    network.plug(pc, "left", switch, "192.168.0.100/24")
    for host in (gate, other):
        network.plug(host, "eth0", switch)
    network.simulate(gate, device("gate", "77420067", "192.168.0.20", "192.168.0.33"), time_scale=10)
    network.simulate(other, device("other", "11111111", "192.168.0.21"), time_scale=10)
    package = ProgramHarness(tmp_path).package()
    assert network.program(pc, "devices", "add", "gate", "192.168.0.20").code == 0
    settings = [word for key in QUICK for word in ("--set", key)]
    result = network.program(
        pc, "update", "gate", "--package", package, "--no-backup", "--yes", "--json", *settings
    )
    [verdict] = [line for line in result.lines if line["kind"] == "verdict"]
    assert (verdict["verdict"], verdict["serial"]) == ("succeeded", "77420067"), json.dumps(result.lines[-8:])
    assert "It answers at 192.168.0.33 now; before, it was at 192.168.0.20." in verdict["message"]
    assert "The profile gate now has 192.168.0.33." in verdict["message"]
    [listed] = network.program(pc, "devices", "list", "--json").lines
    assert listed["address"] == "192.168.0.33"


@needs_namespaces
def test_a_sensor_whose_lease_changes_in_its_restore(network: Network) -> None:
    pc, switch = network.host("pc"), network.switch("switch")
    gate, other = network.host("gate"), network.host("other")
    network.plug(pc, "left", switch, "192.168.0.100/24")
    for host in (gate, other):
        network.plug(host, "eth0", switch)
    reboots = 'fault = [{ name = "restore_reboots" }]'
    newest = 'generation = "picoscan-2.3.3"'
    sensor = device("gate", "77420068", "192.168.0.20", "192.168.0.33", reboots, newest)
    network.simulate(gate, sensor, time_scale=10)
    network.simulate(other, device("other", "11111111", "192.168.0.21"), time_scale=10)
    assert network.program(pc, "devices", "add", "gate", "192.168.0.20").code == 0
    settings = [
        word
        for key in (*QUICK, "timing.backup_timeout=2", "timing.reconnect_timeout=12")
        for word in ("--set", key)
    ]
    assert network.program(pc, "backup", "gate", "--yes", *settings).code == 0
    result = network.program(pc, "restore", "gate", "--backup", "latest", "--yes", "--json", *settings)
    [verdict] = [line for line in result.lines if line["kind"] == "verdict"]
    assert (verdict["verdict"], verdict["serial"]) == ("succeeded", "77420068"), json.dumps(result.lines[-8:])
    assert "It answers at 192.168.0.33 now; before, it was at 192.168.0.20." in verdict["message"]
    [listed] = network.program(pc, "devices", "list", "--json").lines
    assert listed["address"] == "192.168.0.33"
