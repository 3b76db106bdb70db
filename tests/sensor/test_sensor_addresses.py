"""A host name with several IP addresses, of which some lead nowhere."""

import asyncio
import socket
from typing import Any

import pytest

from sicktui.sensor.errors import Unreachable
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import ScriptedSensor, reply
from tests.support.ports import closed_port

NAME = "sensor.example"


@pytest.fixture
def resolves_to(monkeypatch: pytest.MonkeyPatch) -> Any:
    def resolve_to(*hosts: str) -> None:
        look_up = socket.getaddrinfo

        def answer(_host: str, port: int, *args: Any, **more: Any) -> list[Any]:
            return [each for host in hosts for each in look_up(host, port, *args, **more)]

        monkeypatch.setattr(socket, "getaddrinfo", answer)

    return resolve_to


@pytest.mark.parametrize(
    "hosts", [("127.0.0.1",), ("::1", "127.0.0.1"), ("127.0.0.9", "127.0.0.8", "::1", "127.0.0.1")], ids=len
)
async def test_the_address_that_answers_is_found(
    device: ScriptedSensor, connect: MakeSensor, resolves_to: Any, hosts: tuple[str, ...]
) -> None:
    resolves_to(*hosts)
    port = device.address.rpartition(":")[2]
    assert await connect(address=f"{NAME}:{port}").read.ident() == ("picoScan", "2.3.0.0R")
    assert len(device.seen) == 1
    assert device.seen[0].headers["host"] == f"{NAME}:{port}"


async def test_an_address_that_is_silent_does_not_keep_the_next_one_waiting(
    device: ScriptedSensor, connect: MakeSensor, resolves_to: Any
) -> None:
    port = int(device.address.rpartition(":")[2])
    fillers = [socket.socket() for _ in range(4)]
    with socket.socket() as silent:
        silent.bind(("127.0.0.9", port))
        silent.listen(0)
        for filler in fillers:
            filler.setblocking(False)  # noqa: FBT003 - its one argument
            filler.connect_ex(("127.0.0.9", port))
        resolves_to("127.0.0.9", "127.0.0.1")
        sensor = connect(address=f"{NAME}:{port}", request_timeout=5.0)
        assert await sensor.read.ident() == ("picoScan", "2.3.0.0R")
        for filler in fillers:
            filler.close()


async def test_a_host_of_which_no_address_answers_is_refused_as_one_with_a_single_address(
    connect: MakeSensor, resolves_to: Any
) -> None:
    resolves_to("::1", "127.0.0.1", "127.0.0.9")
    with pytest.raises(Unreachable, match="connection refused") as caught:
        await connect(address=f"{NAME}:{closed_port()}").read.ident()
    assert caught.value.refused


async def test_an_act_goes_to_the_sensor_that_was_read_before_it(
    device: ScriptedSensor, connect: MakeSensor, resolves_to: Any
) -> None:
    """A name may lead to two sensors. The one that was read stops listening right before the act."""
    resolves_to("127.0.0.1", "127.0.0.9")
    other = ScriptedSensor()
    server = await asyncio.start_server(other._serve, "127.0.0.9", device.port)
    try:
        other.on("GET DeviceIdent", reply({"Name": "picoScan", "Version": "2.2.1.0R"}))
        sensor = connect(address=f"{NAME}:{device.port}")
        assert (await sensor.read.ident())[1] == "2.3.0.0R"
        await device.stop()
        with pytest.raises(Unreachable):
            await sensor.firmware.trigger("RunFirmwareUpdate")
        assert other.seen == []
        with pytest.raises(Unreachable):
            await sensor.read.ident()
        assert (await sensor.read.ident())[1] == "2.2.1.0R"
    finally:
        server.close()
        await other.stop()
