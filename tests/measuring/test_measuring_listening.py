"""Listening over real UDP: simulated sensors send to this PC, or to a multicast group on its loopback."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest

from sicktui.engine.measuring.listening import listen_for
from sicktui.engine.measuring.receivers import Receivers, _Port
from sicktui.model.clock import SystemClock
from sicktui.model.measuring.evidence import MeasuringEvidence
from sicktui.model.measuring.stream import Tally
from sicktui.simulator import DeviceSpec, Fault, Fleet
from tests.measuring.datagrams import SERIAL, compact
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.ports import free_ports
from tests.support.program import ProgramHarness

GROUP = "239.255.77.8"


def output(port: int, to: str = "127.0.0.1") -> dict[str, Any]:
    where = {"Protocol": 1, "IPAddress": [int(part) for part in to.split(".")], "Port": port}
    return {"ScanDataEnable": True, "ScanDataFormat": 2, "ScanDataEthSettings": where}


@asynccontextmanager
async def sending(
    port: int, *serials: str, to: str = "127.0.0.1", faults: tuple[Fault, ...] = ()
) -> AsyncIterator[None]:
    specs = [
        DeviceSpec(name=serial, serial=serial, parameters=output(port, to), faults=faults)
        for serial in serials or (str(SERIAL),)
    ]
    async with Fleet(specs):
        yield


async def listen(port: int, *, to: str = "127.0.0.1", seconds: float = 5.0) -> MeasuringEvidence:
    receivers = Receivers(SystemClock())
    return await listen_for(receivers, output(port, to), "127.0.0.1:80", str(SERIAL), seconds=seconds)


async def test_a_stream_to_this_pc() -> None:
    [port] = free_ports(1, udp=True)
    async with sending(port):
        heard = (await listen(port)).heard
    assert heard is not None
    assert heard.is_proven
    assert heard.rate is not None
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as again:
        again.bind(("127.0.0.1", port))  # which nothing has any more


async def test_two_sensors_with_one_receiver_are_told_apart() -> None:
    [port] = free_ports(1, udp=True)
    receivers = Receivers(SystemClock())
    async with sending(port, "25420067", "25420068"):
        found = await asyncio.gather(
            *(
                listen_for(receivers, output(port), "127.0.0.1:80", serial)
                for serial in ("25420067", "25420068")
            )
        )
    assert [each.heard and each.heard.is_proven for each in found] == [True, True]


@pytest.mark.skipif(
    sys.platform == "win32",
    reason="simulated sensors send to multicast groups on the loopback, Windows does not",
)
async def test_a_multicast_group() -> None:
    [port] = free_ports(1, udp=True)
    async with sending(port, to=GROUP):
        evidence = await listen(port, to=GROUP)
    if evidence.why_not:
        pytest.skip(evidence.why_not)
    assert evidence.heard is not None
    assert evidence.heard.is_proven


async def test_a_port_of_another_program_is_left_to_it() -> None:
    with (
        closing(socket.socket(type=socket.SOCK_DGRAM)) as plant,
        closing(socket.socket(type=socket.SOCK_DGRAM)) as source,
    ):
        # As a program that shares its port would: nothing may be shared with it.
        plant.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        plant.bind(("127.0.0.1", 0))
        plant.settimeout(5.0)
        evidence = await listen(plant.getsockname()[1], seconds=0.1)
        source.sendto(compact(1), plant.getsockname())
        assert plant.recv(4096) == compact(1)
    assert evidence.heard is None
    assert "Another program on this PC receives UDP port" in evidence.why_not


async def test_silence_and_other_senders_end_in_time() -> None:
    [port] = free_ports(1, udp=True)
    async with sending(port, "99999999"):
        evidence = await listen(port, seconds=0.2)
    assert evidence.is_silent
    assert evidence.heard is not None
    assert set(evidence.heard.others) == {99999999}


async def test_one_sensor_after_the_other_gets_the_same_port() -> None:
    [port] = free_ports(1, udp=True)
    receivers, gate = Receivers(SystemClock()), asyncio.Semaphore(1)

    async def one(serial: str) -> MeasuringEvidence:
        async with gate:
            return await listen_for(receivers, output(port), "127.0.0.1:80", serial, seconds=0.0)

    found = await asyncio.gather(*(one(str(serial)) for serial in range(1, 9)))
    assert [each.why_not for each in found] == [""] * 8


@pytest.mark.parametrize(
    ("fault", "attribute"),
    [("scan_wrong_crc", "damaged"), ("scan_cut", "damaged"), ("scan_frozen_counter", "is_frozen")],
)
async def test_faulty_streams(fault: str, attribute: str) -> None:
    [port] = free_ports(1, udp=True)
    async with sending(port, faults=(Fault(name=fault),)):
        heard = (await listen(port, seconds=0.2)).heard
    assert heard is not None
    assert getattr(heard, attribute)
    assert not heard.is_proven


def test_a_flood_is_counted_only() -> None:
    port, tally = _Port(SystemClock()), Tally(str(SERIAL), frozenset({"10.0.0.1"}))
    port.tallies.add(tally)
    for _ in range(20_100):
        port.datagram_received(b"x", ("10.0.0.9", 1))
    assert (port.dropped, tally.result(1.0).foreign) == (100, 20_000)


def test_the_command(program: ProgramHarness, start_fleet: StartFleet) -> None:
    [port] = free_ports(1, udp=True)
    made = start_fleet(
        sensor("here", serial="25420067", parameters=output(port)),
        sensor("elsewhere", serial="25420068", parameters=output(2115, "192.168.0.100")),
        sensor("stopped", serial="25420069", measuring="stopped", parameters=output(2115, "10.9.8.7")),
    )
    result = program.here("health", "--measuring", *made.addresses, "--json")
    assert result.code == 1, result
    lines = {line["serial"]: line for line in result.lines if line["kind"] == "health"}
    codes = {
        serial: {finding["code"]: finding["message"] for finding in line["findings"]}
        for serial, line in lines.items()
    }
    assert "measuring_received" in codes["25420067"]
    assert lines["25420067"]["values"]["measuring_evidence"] == "received"
    assert lines["25420067"]["state"] == "ok"
    assert "its receiver is 192.168.0.100:2115 and not this PC" in codes["25420068"]["measuring_evaluated"]
    assert "not_measuring" in codes["25420069"]
    assert made.writes() == []
    shown = program.here("health", "--measuring", *made.addresses[1:]).out
    assert "note: It evaluates scans: FieldEvaluationResult" in " ".join(shown.split())
    assert "note: The scan data output" not in shown
