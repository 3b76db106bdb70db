"""The neighbour table as each system prints it, and whatever else may be in it."""

import ipaddress
import sys
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.discovery import neighbours as module
from sicktui.discovery.interfaces import subnets
from sicktui.discovery.neighbours import MOST, read_table

LINUX: Final = b"""IP address       HW type     Flags       HW address            Mask     Device
192.168.0.51     0x1         0x2         00:06:77:22:48:83     *        eth0
192.168.0.1      0x1         0x2         3c:a6:2f:11:22:33     *        eth0
192.168.0.52     0x1         0x0         00:00:00:00:00:00     *        eth0
"""
IP_NEIGH: Final = b"""192.168.0.51 dev eth0 lladdr 00:06:77:22:48:83 REACHABLE
192.168.0.1 dev eth0 lladdr 3c:a6:2f:11:22:33 STALE
fe80::206:77ff:fe22:4883 dev eth0 lladdr 00:06:77:22:48:83 STALE
192.168.0.53 dev eth0  FAILED
"""
WINDOWS: Final = b"""\r
Schnittstelle: 192.168.0.100 --- 0xb\r
  Internetadresse       Physische Adresse     Typ\r
  192.168.0.51          00-06-77-22-48-83     dynamisch \r
  192.168.0.1           3c-a6-2f-11-22-33     dynamisch \r
  192.168.0.255         ff-ff-ff-ff-ff-ff     statisch  \r
"""
MACOS: Final = b"""? (192.168.0.51) at 0:6:77:22:48:83 on en0 ifscope [ethernet]
fritz.box (192.168.0.1) at 3c:a6:2f:11:22:33 on en0 ifscope [ethernet]
? (192.168.0.52) at (incomplete) on en0 ifscope [ethernet]
"""


@pytest.mark.parametrize(
    "table", [LINUX, IP_NEIGH, WINDOWS, MACOS], ids=["linux", "ip neigh", "windows", "macos"]
)
def test_only_devices_of_sick_are_taken(table: bytes) -> None:
    assert read_table(table) == [("192.168.0.51", "00:06:77:22:48:83")]


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(table: bytes) -> None:
    for host, mac in read_table(table):
        ipaddress.IPv4Address(host)
        assert mac.startswith("00:06:77:")


@given(
    st.lists(
        st.sampled_from([LINUX, IP_NEIGH, WINDOWS, MACOS, b"999.1.1.1 ", b"00:06:77:", b"\x1b[2J", b"\n"])
    )
)
def test_any_mixture_is_read(parts: list[bytes]) -> None:
    assert set(read_table(b"".join(parts))) <= {("192.168.0.51", "00:06:77:22:48:83")} | set(
        read_table(b"".join(parts))
    )


def test_a_table_without_end_is_cut_off() -> None:
    endless = b"".join(
        b"10.%d.%d.%d dev eth0 lladdr 00:06:77:%02x:%02x:%02x REACHABLE\n"
        % (n >> 16, n >> 8 & 255, n & 255, n >> 16, n >> 8 & 255, n & 255)
        for n in range(30_000)
    )
    assert len(read_table(endless)) == MOST
    assert read_table(b"x" * 5_000_000) == []


async def test_a_pc_without_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINUX_TABLE", Path("/nowhere/arp"))
    monkeypatch.setenv("PATH", "/nowhere")
    assert await module.neighbours() == []


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for arp")
async def test_a_command_that_does_not_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "arp"
    slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setattr(module, "LINUX_TABLE", Path("/nowhere/arp"))
    monkeypatch.setattr(module, "LIMIT", 0.2)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert await module.neighbours() == []


def test_the_subnets_of_this_pc() -> None:
    assert all(not subnet.loopback for subnet in subnets())
    (own,) = [subnet for subnet in subnets(loopback=True) if subnet.host == "127.0.0.1"]
    assert (own.prefix, own.mask, own.broadcast) == (8, "255.0.0.0", "127.255.255.255")
    assert own.has_host("127.0.0.9")
    assert not own.has_host("127.255.255.255")
    assert not own.has_host("10.0.0.1")
