"""Whether an address is in use, by what real sockets and neighbour tables show."""

import socket
from pathlib import Path

import pytest

from sicktui.discovery import neighbours
from sicktui.discovery.neighbours import mac_at
from sicktui.engine.address.this_pc import ThisPc
from sicktui.engine.context import Context
from sicktui.model.errors import UsageError
from tests.support.clocks import ManualClock

ARP = """IP address       HW type     Flags       HW address            Mask     Device
192.168.0.7      0x1         0x2         3c:ec:ef:01:02:03     *        eth0
192.168.0.8      0x1         0x0         00:00:00:00:00:00     *        eth0
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The neighbour table of this PC, as a test writes it."""
    path = tmp_path / "arp"
    path.write_text(ARP)
    monkeypatch.setattr(neighbours, "LINUX_TABLE", path)
    return path


async def test_any_device_is_found_in_the_neighbour_table(table: Path) -> None:
    assert await mac_at("192.168.0.7") == "3c:ec:ef:01:02:03"
    assert await mac_at("192.168.0.8") is None, "it was asked for, and nothing answered"
    assert await mac_at("192.168.0.70") is None


async def test_an_open_port_shows_a_device_and_on_this_pc_a_closed_one_does_not(context: Context) -> None:
    with socket.create_server(("127.0.8.8", 0)) as server:
        port = server.getsockname()[1]
        assert f"TCP port {port}" in await ThisPc(context).occupant("127.0.8.8", port)
    assert await ThisPc(context).occupant("127.0.8.8", port) == ""


async def test_a_device_that_answers_arp_only_has_its_address_too(
    context: Context, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_host: str, _port: int) -> None:
        return None

    monkeypatch.setattr("sicktui.engine.address.this_pc._try", silent)
    context.clock = ManualClock()
    lan = ThisPc(context)
    assert "3c:ec:ef:01:02:03" in await lan.occupant("192.168.0.7", 80)
    assert await lan.occupant("192.168.0.9", 80) == ""
    waits = 0

    async def gone(_host: str, _port: int) -> None:
        nonlocal waits
        waits += 1
        if waits > 6:
            table.write_text(ARP.replace("3c:ec:ef:01:02:03", "00:00:00:00:00:00"))

    monkeypatch.setattr("sicktui.engine.address.this_pc._try", gone)
    assert await lan.occupant("192.168.0.7", 80) == "", "an entry of a device that has gone"


def test_a_target_is_an_ipv4_address(context: Context) -> None:
    with pytest.raises(UsageError):
        ThisPc(context, targets=["name.example"])
    assert ThisPc(context, targets=["127.0.0.1:9"]).simulated
    assert not ThisPc(context, targets=["10.0.0.1"]).simulated
