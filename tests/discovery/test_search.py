"""A search on real sockets: bounded, deaf to what was not asked, and never convinced by a datagram alone."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from sicktui.discovery import neighbours
from sicktui.discovery import search as search_module
from sicktui.discovery.asking import Asker
from sicktui.discovery.autoip import sockets
from sicktui.discovery.autoip.collect import collect
from sicktui.discovery.search import NamedHost, Scope, Search
from sicktui.model.clock import SystemClock
from sicktui.model.network.subnet import Subnet
from sicktui.model.search.judgement import judge
from sicktui.model.search.records import By, NoSensor, Remark, RestAnswer, SearchState, Sighting, address_of
from sicktui.simulator import DeviceSpec, Fleet
from tests.discovery.kit import Answering, Responder, free_udp_port, opener, reply, xml
from tests.discovery.test_autoip_replies import BOMB, EXTERNAL
from tests.support.waiting import Stopwatch

LOOPBACK = Subnet(host="127.0.0.1", prefix=8, name="lo")
EVERYBODY = "127.255.255.255"
MAC = "00:06:77:00:00:01"
SERIAL = "25420067"


async def over(scope: Scope, **more: Any) -> SearchState:
    every = [seen async for seen in Search(scope, opener(**more), SystemClock()).snapshots()]
    assert [seen.done for seen in every] == [False] * (len(every) - 1) + [True]
    return every[-1]


async def searched(answers: Answering, *, wait: float = 0.4, **scope: Any) -> SearchState:
    """One search by broadcast on loopback, with this stand-in for the sensors."""
    port = free_udp_port()
    async with Responder(answers, host=EVERYBODY, port=port):
        return await over(Scope(subnets=(LOOPBACK,), port=port, wait=wait, ports=(9,), **scope))


@contextlib.asynccontextmanager
async def one_sensor(**changes: Any) -> AsyncIterator[tuple[Fleet, int]]:
    async with Fleet([DeviceSpec(name="gate", serial=SERIAL, mac=MAC, latency=0, **changes)]) as fleet:
        yield fleet, int(fleet.devices[0].address.rpartition(":")[2])


async def test_heard_by_broadcast_and_confirmed() -> None:
    port = free_udp_port()
    async with one_sensor() as (_, tcp):

        def answers(request: bytes) -> list[bytes]:
            return [reply(request, xml(host="127.0.0.1", mac=MAC, serial=SERIAL, name="gate"))]

        async with Responder(answers, host=EVERYBODY, port=port) as responder:
            began = time.monotonic()
            seen = await over(Scope(subnets=(LOOPBACK,), port=port, wait=1.0, ports=(tcp,)))
            assert time.monotonic() - began >= 1.0  # the first answer ends nothing
    (found,) = judge(seen, [])
    assert (found.serial, found.confirmed, found.by) == (SERIAL, True, By.BROADCAST)
    assert len(set(responder.requests)) == 2
    assert all(len(request) == 24 and request[14] == 1 for request in responder.requests)


async def test_answers_that_come_twice_late_and_from_two_requests_are_one() -> None:
    kept: list[bytes] = []

    def answers(request: bytes) -> list[bytes]:
        # The second round also repeats the answer to the first.
        kept.append(reply(request, xml(host="192.0.2.7", mac=MAC, serial=SERIAL)))
        return kept * 3

    seen = await searched(answers)
    assert len(kept) == 2
    assert [found.serial for found in judge(seen, [])] == [SERIAL]
    assert len(seen.sightings) == 1


async def test_nothing_outside_the_own_subnets_is_asked_over_rest() -> None:
    seen = await searched(lambda request: [reply(request, xml(host="192.0.2.7", mac=MAC, serial=SERIAL))])
    assert seen.probed == 0
    (found,) = judge(seen, [])
    assert not found.confirmed


Broken = Callable[[bytes], Sequence[bytes]]
BROKEN: dict[str, Broken] = {
    "empty": lambda request: [b""],
    "short": lambda request: [b"\x90\x00\x00"],
    "header only": lambda request: [reply(request, "")],
    "bomb": lambda request: [reply(request, BOMB)],
    "external": lambda request: [reply(request, EXTERNAL)],
    "oversized": lambda request: [reply(request, xml(host="127.0.0.1", mac=MAC, name="x" * 40_000))],
    "items": lambda request: [reply(request, f"<NetScanResult>{'<Item/>' * 2000}</NetScanResult>")],
    "lengths": lambda request: [reply(request, b"\x00\x01\xff\xff" + b"A" * 200, command=0x95)],
    "other command": lambda request: [reply(request, xml(host="127.0.0.1", mac=MAC), command=0x91)],
    "wrong id": lambda request: [reply(b"\0\0\0\0", xml(host="127.0.0.1", mac=MAC))],
    "no mac": lambda request: [reply(request, xml(host="127.0.0.1", mac="nothing"), mac="00:00:00:00:00:00")],
    "request": lambda request: [b"\x10" + b"\0" * 23],
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
async def test_what_is_not_an_answer_finds_nothing_and_ends_nothing(kind: str) -> None:
    good = xml(host="192.0.2.7", mac=MAC, serial=SERIAL)
    seen = await searched(lambda request: [*BROKEN[kind](request), reply(request, good)])
    assert [found.serial for found in judge(seen, [])] == [SERIAL]


async def test_a_flood_of_answers_is_bounded() -> None:
    def answers(request: bytes) -> list[bytes]:
        return [
            reply(
                request, xml(host=f"10.{n >> 8}.{n & 255}.1", mac=f"00:06:77:00:{n >> 8:02x}:{n & 255:02x}")
            )
            for n in range(600)
        ]

    limited = pytest.MonkeyPatch()
    with limited.context() as patch:
        patch.setattr(search_module, "MOST_SIGHTINGS", 100)
        patch.setattr(sockets, "MOST_WAITING", 300)
        seen = await searched(answers)
    assert len(seen.sightings) == 100


async def test_one_mac_address_that_claims_many_addresses_is_asked_at_few() -> None:
    def answers(request: bytes) -> list[bytes]:
        return [reply(request, xml(host=f"127.0.0.{n}", mac=MAC, serial=SERIAL)) for n in range(1, 200)]

    seen = await searched(answers)
    assert seen.probed <= search_module.MOST_CLAIMS
    assert not any(found.confirmed for found in judge(seen, []))


async def test_a_forged_answer_confirms_nothing() -> None:
    port = free_udp_port()
    async with one_sensor() as (_, tcp):

        def answers(request: bytes) -> list[bytes]:
            return [
                reply(request, xml(host="127.0.0.1", mac="00:06:77:00:00:02", serial="99999999")),
                reply(request, xml(host="127.0.0.1", mac="00:06:77:00:00:03", serial=SERIAL)),
            ]

        async with Responder(answers, host=EVERYBODY, port=port):
            seen = await over(Scope(subnets=(LOOPBACK,), port=port, wait=0.4, ports=(tcp,)))
    found = {each.mac: each for each in judge(seen, [])}
    assert {mac: each.confirmed for mac, each in found.items()} == {
        MAC: True,  # what really answers there
        "00:06:77:00:00:02": False,
        "00:06:77:00:00:03": False,
    }


async def test_a_port_that_another_program_has() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        async with Responder(
            lambda request: [reply(request, xml(host="192.0.2.7", mac=MAC, serial=SERIAL))],
            host=EVERYBODY,
            port=port,
        ):
            seen = await over(Scope(subnets=(LOOPBACK,), port=port, wait=0.4, ports=(9,)))
    assert [found.serial for found in judge(seen, [])] == [SERIAL]
    assert [remark.code for remark in seen.remarks] == ["port_taken"]


async def test_an_interface_that_has_gone() -> None:
    gone = Subnet(host="192.0.2.55", prefix=24, name="eth9")
    port = free_udp_port()
    async with Responder(
        lambda request: [reply(request, xml(host="192.0.2.7", mac=MAC, serial=SERIAL))],
        host=EVERYBODY,
        port=port,
    ):
        seen = await over(Scope(subnets=(gone, LOOPBACK), port=port, wait=0.4, ports=(9,)))
    assert [found.serial for found in judge(seen, [])] == [SERIAL]
    (remark,) = seen.remarks
    assert (remark.code, "192.0.2.55" in remark.message) == ("not_sent", True)


async def test_no_address_at_all() -> None:
    seen = await over(Scope(subnets=(), wait=5.0))
    assert seen.seconds < 2
    assert judge(seen, []) == []


async def test_a_target_is_asked_both_ways() -> None:
    async with one_sensor() as (_, tcp):

        def answers(request: bytes) -> list[bytes]:
            return [reply(request, xml(host="127.0.0.1", mac=MAC, serial=SERIAL, name="gate"))]

        async with Responder(answers) as responder:
            seen = await over(
                Scope(
                    broadcast=False,
                    targets=(NamedHost(host="127.0.0.1", port=responder.port),),
                    ports=(tcp,),
                    wait=0.4,
                )
            )
    assert seen.probed == 2
    (found,) = judge(seen, [])
    assert (found.address, found.confirmed, found.by) == (f"127.0.0.1:{tcp}", True, By.BROADCAST)


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A neighbour table with two sensors of this PC's subnet."""
    rows = "".join(f"127.0.0.{n} 0x1 0x2 00:06:77:00:00:0{n} * lo\n" for n in (1, 5))
    path = tmp_path / "arp"
    path.write_text(f"IP address HW type Flags HW address Mask Device\n{rows}")
    monkeypatch.setattr(neighbours, "LINUX_TABLE", path)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("named", ["target", "range", "nothing"])
async def test_without_broadcast_nobody_is_asked_that_was_not_named(named: str) -> None:
    scopes: dict[str, dict[str, Any]] = {
        "target": {"targets": (NamedHost(host="127.0.0.1"),)},
        "range": {"networks": (IPv4Network("127.0.0.1/32"),)},
        "nothing": {},
    }
    seen = await over(
        Scope(
            subnets=(LOOPBACK,), broadcast=False, ports=(9,), port=free_udp_port(), wait=0.2, **scopes[named]
        )
    )
    hosts = [] if named == "nothing" else ["127.0.0.1"]
    assert [sighting.host for sighting in seen.sightings] == hosts  # closed, and the table explains it
    assert list(seen.refusals) == hosts
    assert seen.probed == len(hosts)


@pytest.mark.usefixtures("table")
async def test_with_broadcast_the_neighbour_table_is_followed() -> None:
    seen = await over(Scope(subnets=(LOOPBACK,), ports=(9,), port=free_udp_port(), wait=0.2))
    assert sorted(seen.refusals) == ["127.0.0.1", "127.0.0.5"]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("scope", "addresses"),
    [
        ({}, [":9"]),
        ({"ports": (8,), "ports_named": True}, [":9", ":8"]),
        ({"ports_of": {"127.0.0.1": (7,)}}, [":9", ":7"]),
        ({"targets": (NamedHost(host="127.0.0.1", port=9), NamedHost(host="127.0.0.1"))}, [":9", ""]),
        ({"broadcast": True}, [":9", ""]),
    ],
)
async def test_a_target_with_a_port_is_asked_on_that_port(
    scope: dict[str, Any], addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def who(_: Asker, host: str, port: int, by: By = By.SWEEP) -> RestAnswer:
        asked.append(address_of(host, port))
        return RestAnswer(address=asked[-1], host=host, by=by, refusal=NoSensor.CLOSED)

    monkeypatch.setattr(Asker, "who", who)
    usual: dict[str, Any] = {
        "broadcast": False,
        "ports": (80,),
        "ports_named": False,
        "targets": (NamedHost(host="127.0.0.1", port=9),),
    }
    await over(Scope(port=free_udp_port(), wait=0.2, **{**usual, **scope}))
    assert sorted(asked) == sorted(f"127.0.0.1{port}" for port in addresses)


async def test_a_sweep_asks_each_address_once_and_is_polite() -> None:
    async with one_sensor() as (fleet, tcp):
        seen = await over(
            Scope(
                broadcast=False,
                networks=(IPv4Network("127.0.0.0/28"), IPv4Network("127.0.0.0/29")),
                ports=(tcp,),
            )
        )
        requests = [request.path for request in fleet.devices[0].requests]
    assert (seen.probed, seen.total) == (14, 14)
    assert [found.serial for found in judge(seen, [])] == [SERIAL]
    assert requests.count("/api/DeviceIdent") == 1
    assert len(requests) == len(set(requests))


async def test_a_sweep_finds_what_hides() -> None:
    async with one_sensor(parameters={"EtherCoLaScanMode": 2}) as (_, tcp):
        seen = await over(Scope(broadcast=False, networks=(IPv4Network("127.0.0.1/32"),), ports=(tcp,)))
    (found,) = judge(seen, [])
    assert (found.hidden, found.confirmed) == (True, True)


async def test_what_is_not_a_sensor_is_asked_once() -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        tcp = server.sockets[0].getsockname()[1]
        seen = await over(Scope(broadcast=False, networks=(IPv4Network("127.0.0.1/32"),), ports=(tcp,)))
    assert judge(seen, []) == []
    assert len(asked) == 1


async def test_the_web_server_is_off() -> None:
    seen = await searched(lambda request: [reply(request, xml(host="127.0.0.1", mac=MAC, serial=SERIAL))])
    assert [answer.refusal for answer in seen.refusals.values()] == [NoSensor.CLOSED]


async def test_closing_the_generator_ends_the_search() -> None:
    snapshots = Search(
        Scope(broadcast=False, networks=(IPv4Network("127.0.0.0/16"),), ports=(9,)), opener(), SystemClock()
    ).snapshots()
    async for _ in snapshots:
        break
    await snapshots.aclose()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_a_search_can_be_watched() -> None:
    async with one_sensor() as (_, tcp):
        scope = Scope(broadcast=False, networks=(IPv4Network("127.0.0.1/32"),), ports=(tcp, 9))
        search = Search(scope, opener(rate=1), SystemClock())
        found = [judge(seen, []) async for seen in search.snapshots()]
    assert any(found[:-1])  # it was in the list before the end


async def test_collecting_ends_although_answers_keep_coming() -> None:
    sightings: list[Sighting] = []
    port = free_udp_port()

    async def talk(to: int) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talking:
            while True:
                talking.sendto(b"\x90" + b"\0" * 40, ("127.0.0.1", to))
                await asyncio.sleep(0.001)

    talker = asyncio.create_task(talk(port))
    began = Stopwatch()
    remarks: list[Remark] = await collect(
        subnets=[LOOPBACK], targets=[], port=port, wait=0.5, clock=SystemClock(), on_sighting=sightings.append
    )
    talker.cancel()
    assert began.seconds() < 2
    assert sightings == []
    assert [remark.code for remark in remarks] == ["foreign_answers"]
