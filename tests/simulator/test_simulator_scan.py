"""Datagrams of measured data, as SICK's developer guide describes them, over real UDP."""

import asyncio
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any

import msgspec
import pytest

from sicktui.simulator import Device, DeviceSpec, Fault, Fleet
from sicktui.simulator.device.scan import segments_of
from sicktui.simulator.network.datagrams import DatagramSender
from tests.support.waiting import LIMIT

GROUP = "239.255.77.7"


@contextmanager
def receiver(group: str | None = None) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as opened:
        opened.setblocking(False)  # noqa: FBT003  the only way
        opened.bind(("127.0.0.1" if group is None else "", 0))
        if group is not None:
            member = socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        yield opened


@asynccontextmanager
async def sending(
    to: socket.socket, *faults: Fault, address: str = "127.0.0.1", **changes: Any
) -> AsyncIterator[Device]:
    """A picoScan whose receiver is that socket: 40 Hz, so 200 datagrams a simulated second."""
    settings = {
        "Protocol": 1,
        "IPAddress": [int(part) for part in address.split(".")],
        "Port": to.getsockname()[1],
    }
    parameters = {"ScanDataEnable": True, "ScanDataEthSettings": settings} | changes.pop("parameters", {})
    base: dict[str, Any] = {"name": "gate", "serial": "25420067", "latency": 0.0, "reboot_seconds": 0.5}
    spec = DeviceSpec(**(base | {"faults": faults, "parameters": parameters} | changes))
    async with Fleet([spec], time_scale=5.0) as fleet:
        yield fleet.devices[0]


async def datagrams(to: socket.socket, count: int) -> list[bytes]:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(LIMIT):
        return [await loop.sock_recv(to, 65_535) for _ in range(count)]


def header(datagram: bytes) -> dict[str, int]:
    names = (
        "kind",
        "counter",
        "time",
        "version",
        "size",
        "segment",
        "frame",
        "sender",
        "lines",
        "beams",
        "echoes",
    )
    assert datagram[:4] == b"\2\2\2\2"
    return dict(zip(names, struct.unpack("<IQQIIQQIIII", datagram[4:64]), strict=True))


def crc(datagram: bytes) -> bool:
    [sent] = struct.unpack("<I", datagram[-4:])
    return zlib.crc32(datagram[:-4]) == int(sent)


async def test_compact_datagrams_of_two_revolutions() -> None:
    with receiver() as to:
        async with sending(to):
            got = await datagrams(to, 10)
    seen = [header(datagram) for datagram in got]
    assert all(crc(datagram) for datagram in got)
    assert [one["counter"] for one in seen] == list(range(1, 11))
    assert [one["segment"] for one in seen] == [0, 1, 2, 3, 4] * 2
    assert [one["frame"] for one in seen] == [1] * 5 + [2] * 5
    assert {(one["kind"], one["sender"], one["lines"], one["echoes"]) for one in seen} == {
        (1, 25420067, 1, 1)
    }
    assert {one["size"] + 32 + 4 for one in seen} == {len(datagram) for datagram in got}


async def test_msgpack_datagrams() -> None:
    for checksum in ("buffer", "all"):
        with receiver() as to:
            async with sending(to, parameters={"ScanDataFormat": 1}, scan_checksum=checksum):
                [datagram] = await datagrams(to, 1)
        [length] = struct.unpack("<I", datagram[4:8])
        buffer = datagram[8:-4]
        assert len(buffer) == length
        data = msgspec.msgpack.decode(buffer)[0x11]
        assert (data[0xB0], data[0x91], data[0x92], data[0x94]) == (1, 0, 1, 25420067)
        assert (
            zlib.crc32(buffer if checksum == "buffer" else datagram[:-4])
            == struct.unpack("<I", datagram[-4:])[0]
        )


async def test_a_multicast_group() -> None:
    with receiver(GROUP) as to:
        async with sending(to, address=GROUP):
            assert header((await datagrams(to, 1))[0])["sender"] == 25420067


async def test_it_stops_with_measuring_and_begins_anew_at_a_reboot() -> None:
    with receiver() as to:
        async with sending(to) as device:
            await datagrams(to, 7)
            device.health.measuring = "stopped"
            assert device.scan._receiver() is None
            async with asyncio.timeout(LIMIT):
                while device.scan._counter % 5:  # the revolution that is under way
                    await asyncio.sleep(0)
            await datagrams(to, device.scan._counter - 7)
            await device.reboot()
            assert header((await datagrams(to, 1))[0])["counter"] == 1


@pytest.mark.parametrize(
    ("parameters", "address"),
    [
        ({"ScanDataEnable": False}, "127.0.0.1"),
        ({"ScanDataFormat": 3}, "127.0.0.1"),
        ({}, "192.168.0.100"),
    ],
)
async def test_when_it_sends_nothing(parameters: dict[str, object], address: str) -> None:
    with receiver() as to:
        async with sending(to, parameters=parameters, address=address) as device:
            assert device.scan._receiver() is None


async def test_filters_and_slowing_down() -> None:
    angles = {"bEnable": True, "fThetaStart": -100_000, "fThetaStop": 100_000}
    interval = {"bEnable": True, "uiReductionFactor": 2}
    with receiver() as to:
        async with sending(to, parameters={"LFPangleRangeFilter": angles, "LFPintervalFilter": interval}):
            seen = [header(datagram) for datagram in await datagrams(to, 3)]
    assert [(one["segment"], one["frame"]) for one in seen] == [(2, 2), (2, 4), (2, 6)]
    with receiver() as to:
        async with sending(to, scan_slowed=20.0) as device:
            began = device.time.now()
            await datagrams(to, 3)
            assert device.time.now() - began >= 0.2


def test_segments_by_frequency() -> None:
    assert [segments_of(hertz) for hertz in (15, 25, 30, 40, 50)] == [10, 10, 5, 5, 5]


def test_only_this_pc_is_reached() -> None:
    sender = DatagramSender("127.0.0.1", None)
    assert [sender.reaches(address) for address in ("127.3.2.1", GROUP, "192.168.0.100", "8.8.8.8")] == [
        True,
        True,
        False,
        False,
    ]
    sender.close()


async def faulty(*faults: Fault, count: int = 2) -> list[bytes]:
    with receiver() as to:
        async with sending(to, *faults):
            return await datagrams(to, count)


async def test_faults() -> None:
    good, bad = await faulty(Fault(name="scan_wrong_crc", after=1))
    assert (crc(good), crc(bad)) == (True, False)
    whole, cut = await faulty(Fault(name="scan_cut", after=1, fraction=0.25))
    assert len(cut) == len(whole) // 4
    first, second = await faulty(Fault(name="scan_repeated"))
    assert first == second
    [forged] = await faulty(Fault(name="scan_other_serial"), count=1)
    assert (header(forged)["sender"], crc(forged)) == (99999999, True)
    frozen = [header(datagram) for datagram in await faulty(Fault(name="scan_frozen_counter"), count=6)]
    assert {(one["counter"], one["frame"]) for one in frozen} == {(1, 1)}
