"""One sensor is found again by its own REST answers, and no other is taken for it."""

import time

from sicktui.discovery.finding import find_sensor
from sicktui.model.clock import SystemClock
from sicktui.model.network.subnet import Subnet
from sicktui.model.search.records import By, RestAnswer
from sicktui.simulator import DeviceSpec, Fleet
from tests.discovery.kit import LOOPBACK_BROADCAST, Responder, free_udp_port, opener, reply, xml
from tests.support.waiting import Stopwatch

LOOPBACK = (Subnet(host="127.0.0.1", prefix=8, name="lo"),)
SERIAL = "25420067"


def spec(name: str, serial: str) -> DeviceSpec:
    return DeviceSpec(name=name, serial=serial, latency=0)


async def found(
    serial: str | None,
    near: str,
    *,
    mac: str | None = None,
    port: int = 9,
    limit: float = 20,
    broadcast: bool = True,
) -> RestAnswer | None:
    return await find_sensor(
        serial=serial,
        mac=mac,
        near=near,
        open_sensor=opener(connect_timeout=0.3),
        clock=SystemClock(),
        deadline=time.monotonic() + limit,
        subnets=LOOPBACK,
        port=port,
        broadcast=broadcast,
    )


async def test_by_a_sweep_of_its_old_subnet() -> None:
    async with Fleet([spec("gate", SERIAL)]) as fleet:
        port = fleet.devices[0].address.rpartition(":")[2]
        answer = await found(f"00{SERIAL}", f"127.0.0.99:{port}", broadcast=False)
    assert answer is not None
    assert answer.identity is not None
    assert (answer.host, answer.by, answer.identity.serial) == ("127.0.0.1", By.SWEEP, SERIAL)


async def test_by_its_answer_to_a_search() -> None:
    port = free_udp_port()
    async with Fleet([spec("gate", SERIAL)]) as fleet:
        tcp = fleet.devices[0].address.rpartition(":")[2]

        def answers(request: bytes) -> list[bytes]:
            return [reply(request, xml(host="127.0.0.1", mac="00:06:77:00:00:01", serial=SERIAL))]

        async with Responder(answers, host=LOOPBACK_BROADCAST, port=port):
            # The old subnet is one where nothing can be found.
            answer = await found(SERIAL, f"192.0.2.9:{tcp}", port=port)
    assert answer is not None
    assert (answer.host, answer.by) == ("127.0.0.1", By.BROADCAST)


async def test_no_other_sensor_is_taken_for_it() -> None:
    port = free_udp_port()
    async with Fleet([spec("other", "11111111")]) as fleet:
        tcp = fleet.devices[0].address.rpartition(":")[2]

        def answers(request: bytes) -> list[bytes]:
            # Somebody claims to be it, where another sensor is.
            return [reply(request, xml(host="127.0.0.1", mac="00:06:77:00:00:01", serial=SERIAL))]

        async with Responder(answers, host=LOOPBACK_BROADCAST, port=port):
            assert await found(SERIAL, f"127.0.0.99:{tcp}", port=port, limit=6) is None


async def test_it_ends_at_its_deadline() -> None:
    began = Stopwatch()
    assert await found(SERIAL, "127.0.0.1:9", limit=1) is None
    assert began.seconds() < 3


async def test_without_anything_to_know_it_by_nothing_is_it() -> None:
    async with Fleet([spec("gate", SERIAL)]) as fleet:
        port = fleet.devices[0].address.rpartition(":")[2]
        assert await found(None, f"127.0.0.99:{port}", limit=4, broadcast=False) is None
