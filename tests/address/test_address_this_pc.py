"""Whether an address is in use, by what real sockets and neighbour tables show."""

import socket
import struct
from pathlib import Path

import pytest

from sicktui.discovery import neighbours
from sicktui.discovery.confirmed import age_of, confirmed_ago
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


@pytest.mark.parametrize(
    ("mac", "own", "answered", "occupied"),
    [
        ("3c:ec:ef:01:02:03", None, 0.0, True),
        ("3c:ec:ef:01:02:03", "3c:ec:ef:01:02:03", 0.0, False),
        ("3c:ec:ef:01:02:03", None, None, False),
    ],
    ids=["another device answers now", "the sensor that is set", "nothing answers"],
)
async def test_an_old_entry_counts_once_another_device_has_answered(
    context: Context,
    table: Path,
    monkeypatch: pytest.MonkeyPatch,
    mac: str,
    own: str | None,
    answered: float | None,
    *,
    occupied: bool,
) -> None:
    """The entry was confirmed 5 s before the look, and stays in the table."""
    context.clock = clock = ManualClock()
    begun = clock.monotonic()

    async def silent(_host: str, _port: int) -> None:
        return None

    def ago(_host: str) -> float:
        passed = clock.monotonic() - begun
        return passed + 5.0 if answered is None or passed < 3.0 else answered

    monkeypatch.setattr("sicktui.engine.address.this_pc._try", silent)
    monkeypatch.setattr("sicktui.engine.address.this_pc.confirmed_ago", ago)
    shown = await ThisPc(context).occupant("192.168.0.7", 80, own)
    assert shown == (f"a device with the MAC address {mac} answers ARP there" if occupied else "")
    assert clock.monotonic() - begun <= 65.0


async def test_an_entry_whose_age_is_not_known_is_called_an_entry(
    context: Context, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_host: str, _port: int) -> None:
        return None

    monkeypatch.setattr("sicktui.engine.address.this_pc._try", silent)
    monkeypatch.setattr("sicktui.engine.address.this_pc.confirmed_ago", lambda _host: None)
    context.clock = ManualClock()
    shown = await ThisPc(context).occupant("192.168.0.7", 80)
    assert shown == "the neighbour table of this PC has the MAC address 3c:ec:ef:01:02:03 for it"


def test_the_age_of_an_entry_is_read_from_the_message_of_the_system() -> None:
    def attribute(kind: int, value: bytes) -> bytes:
        return struct.pack("=HH", 4 + len(value), kind) + value

    host = bytes((192, 168, 0, 7))
    header = struct.pack("=BxxxiHBB", 2, 3, 2, 0, 1)
    message = header + attribute(1, host) + attribute(3, struct.pack("=IIII", 500, 1, 2, 0))
    assert age_of(message, host) == 5.0
    assert age_of(message, bytes((192, 168, 0, 8))) is None
    assert age_of(header, host) is None
    assert confirmed_ago("192.0.2.250") is None
    assert confirmed_ago("no address") is None


def test_a_target_is_an_ipv4_address(context: Context) -> None:
    with pytest.raises(UsageError):
        ThisPc(context, targets=["name.example"])
    assert ThisPc(context, targets=["127.0.0.1:9"]).simulated
    assert not ThisPc(context, targets=["10.0.0.1"]).simulated
