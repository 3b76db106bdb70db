"""``/apievents`` as SICK's developer guide describes it, over real WebSockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from sicktui.simulator import Device, DeviceSpec, Fault, Fleet
from sicktui.simulator.server.events import channel
from sicktui.simulator.server.events.registrations import (
    EVENTS,
    Call,
    Options,
    Queue,
    Registrations,
    Throttle,
)
from tests.support.waiting import LIMIT

SCALE = 20.0


@asynccontextmanager
async def device_of(*faults: Fault, scale: float = SCALE, **changes: Any) -> AsyncIterator[Device]:
    spec = DeviceSpec(**({"name": "gate", "faults": faults, "latency": 0.0} | changes))  # type: ignore[arg-type]
    async with Fleet([spec], time_scale=scale) as fleet:
        yield fleet.devices[0]


def socket_of(device: Device, **options: Any) -> Any:
    return connect(f"ws://{device.address}/apievents", proxy=None, **options)


async def register(socket: ClientConnection, event: str, client: Any = 1, **options: Any) -> Any:
    message = {"type": "register", "event": event, "clientId": client}
    await socket.send(json.dumps(message | ({"options": options} if options else {})))
    return await message_of(socket)


async def message_of(socket: ClientConnection) -> Any:
    async with asyncio.timeout(LIMIT):
        return json.loads(await socket.recv())


async def apart(device: Device) -> None:
    """Let pass what two registrations have to be apart."""
    await device.time.sleep(0.25)


async def test_a_registration_is_answered_with_the_current_value_and_a_change_is_pushed() -> None:
    async with device_of(latency=0.0) as device, socket_of(device) as socket:
        assert await register(socket, "UpdateState", 7) == {
            "type": "register",
            "event": "UpdateState",
            "clientId": 7,
            "status": 0,
            "data": {"UpdateState": 0},
        }
        device.updater.start_foreign(None)
        message = await message_of(socket)
        assert message == {
            "type": "event",
            "event": "UpdateState",
            "clientId": 7,
            "data": {"UpdateState": 1},
        }
        assert device.requests[0].http_status == 101
        assert device.violations == []


async def test_a_flash_is_pushed_state_by_state_and_the_reboot_breaks_the_connection() -> None:
    async with device_of(flash_seconds=1, finished_seconds=1, reboot_seconds=1) as device:
        async with socket_of(device) as socket:
            await register(socket, "UpdateState")
            assert device.channels == 1
            device.updater.start_foreign("2.4.0.0R")
            assert [(await message_of(socket))["data"]["UpdateState"] for _ in range(2)] == [1, 2]
            with pytest.raises(ConnectionClosed):
                await message_of(socket)
        async with asyncio.timeout(LIMIT):
            while not device.online:
                await asyncio.sleep(0)
        assert device.channels == 0
        async with socket_of(device) as socket:
            assert (await register(socket, "UpdateState"))["data"] == {"UpdateState": 0}


async def test_the_payload_is_that_of_the_get() -> None:
    async with device_of() as device, socket_of(device) as socket:
        for number, event in enumerate(EVENTS):
            await apart(device)
            answer = await register(socket, event, number)
            assert (answer["status"], answer["clientId"]) == (0, number)
            assert list(answer["data"]) == ["AlarmState" if event == "temperatureAlarmStatus" else event]
    async with device_of(wrapped=False) as device, socket_of(device) as socket:
        answer = await register(socket, "ContaminationResult")
        assert answer["data"] == {"bWarningActive": False, "bErrorActive": False}


async def test_without_permessage_deflate_it_closes_with_1002() -> None:
    async with device_of() as device, socket_of(device, compression=None) as socket:
        with pytest.raises(ConnectionClosed):
            await message_of(socket)
        assert socket.close_code == 1002
        assert device.violations == ["apievents: a WebSocket without permessage-deflate"]


async def test_frames_are_compressed() -> None:
    async with device_of() as device, socket_of(device) as socket:
        assert [extension.name for extension in socket.protocol.extensions] == ["permessage-deflate"]


async def test_hasty_registrations_are_answered_with_a_reset() -> None:
    async with device_of(scale=1.0) as device, socket_of(device) as socket:
        await register(socket, "UpdateState")
        for name in ("DeviceStatus", "SCdevicestate"):
            await socket.send(json.dumps({"type": "register", "event": name, "clientId": 1}))
        with pytest.raises(ConnectionClosed):
            await message_of(socket)
        assert device.violations == ["apievents: two registrations less than 200 ms apart"]


async def test_an_unknown_event_is_refused_and_the_others_stay() -> None:
    async with device_of(hidden=("PortState",)) as device, socket_of(device) as socket:
        await register(socket, "UpdateState")
        for name in ("PowerOnCnt", "updatestate", "PortState"):
            await apart(device)
            answer = await register(socket, name, 9)
            assert (answer["event"], answer["clientId"], answer["status"]) == (name, 9, 1)
            assert answer["error"]
        device.updater.start_foreign(None)
        assert (await message_of(socket))["data"] == {"UpdateState": 1}


async def test_what_is_no_registration_is_refused_or_ignored() -> None:
    async with device_of() as device, socket_of(device) as socket:
        for text in (
            "",
            "[1]",
            "no JSON",
            '{"type":"gossip"}',
            '{"type":"deregister","event":"UpdateState","clientId":1}',
        ):
            await socket.send(text)
        assert (await register(socket, "UpdateState", "one"))["status"] == 1
        await apart(device)
        answer = await register(socket, "UpdateState", 1, queue={"priority": "URGENT"})
        assert (answer["status"], answer["clientId"]) == (1, 1)
        await apart(device)
        assert (await register(socket, "UpdateState"))["status"] == 0
        assert len(device.violations) == 6


async def test_a_deregistered_event_is_silent() -> None:
    async with device_of() as device, socket_of(device) as socket:
        await register(socket, "UpdateState", 1)
        await apart(device)
        await register(socket, "UpdateState", 2)
        await socket.send(json.dumps({"type": "deregister", "event": "UpdateState", "clientId": 1}))
        await apart(device)
        await register(socket, "DeviceStatus")  # so the one before has been taken
        device.updater.start_foreign(None)
        assert (await message_of(socket))["clientId"] == 2
        await apart(device)
        assert (await register(socket, "SCdevicestate"))["event"] == "SCdevicestate"


async def test_the_clock_is_pushed_every_second_and_throttled_as_wanted() -> None:
    async with device_of() as device, socket_of(device) as socket:
        await register(socket, "LSPdatetime", 1)
        await apart(device)
        await register(socket, "LSPdatetime", 2, throttle={"minOutputIntervalMs": 5000})
        seen = [(await message_of(socket))["clientId"] for _ in range(12)]
        assert seen.count(2) in (1, 2)


async def test_only_the_firmware_that_has_it() -> None:
    for changes in (
        {"version": "2.2.1.0R"},
        {"generation": "multiscan-2.4.4"},
        {"generation": "lrs4000-1.10.0"},
        {"events": False},
    ):
        async with device_of(**changes) as device:
            with pytest.raises(InvalidStatus) as refused:
                await socket_of(device)
            assert refused.value.response.status_code == 404
    async with device_of(generation="picoscan120-2.3.3") as device, socket_of(device) as socket:
        assert (await register(socket, "UpdateState"))["status"] == 0
        await apart(device)
        assert (await register(socket, "ContaminationData"))["status"] == 1, "a picoScan120 has none"


async def test_a_plain_get_is_told_to_upgrade() -> None:
    async with device_of() as device:
        reader, writer = await asyncio.open_connection("127.0.0.1", device.port.number)
        writer.write(b"GET /apievents HTTP/1.1\r\nHost: gate\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"426"
        writer.close()


async def test_every_change_of_its_health_is_pushed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "_SECOND", 1e6)  # until values are compared anyway
    async with device_of(temperature=40.0, temperature_swing=0.0) as device, socket_of(device) as socket:
        for number, event in enumerate(("CurrentTempDev", "SCdevicestate", "ContaminationData")):
            await register(socket, event, number)
            await apart(device)
        device.health.temperature.become(61.5)
        assert (await message_of(socket))["data"] == {"CurrentTempDev": 61.5}
        device.health.cola_login = True
        assert (await message_of(socket))["data"] == {"SCdevicestate": 0}
        device.health.contamination.block([7])
        assert (await message_of(socket))["data"] == {"ContaminationData": [1, 1, 1, 1, 1, 1, 0]}


# -- when a message is due ----------------------------------------------------------------------------


def values(registrations: Registrations, now: float) -> list[int]:
    return [value["A"] for _, value in registrations.take(now)]


def call(event: str = "A", client: int = 1, **options: Any) -> Call:
    return Call("register", event, client, Options(**options))


def test_a_throttled_value_waits_and_the_newest_replaces_it() -> None:
    registrations = Registrations()
    registrations.add(call(throttle=Throttle(5000)), {"A": 0}, now=0.0)
    for number in (1, 2, 2):
        registrations.see("A", {"A": number})
    assert (values(registrations, 4.9), registrations.wait(4.0)) == ([], 1.0)
    assert (values(registrations, 5.0), registrations.wait(5.0)) == ([2], None)


def test_a_queue_keeps_what_it_is_wanted_to_keep() -> None:
    registrations = Registrations()
    queue = Queue(max_size=2, discard_if_full="NEWEST")
    registrations.add(call(throttle=Throttle(1000), queue=queue), {"A": 0}, now=0.0)
    for number in (1, 2, 3):
        registrations.see("A", {"A": number})
    assert [values(registrations, at) for at in (1.0, 1.5, 2.0, 3.0)] == [[1], [], [2], []]


def test_a_moment_alone_is_not_a_change_and_priority_orders() -> None:
    registrations = Registrations()
    registrations.add(call(client=1), {"A": 0, "Timestamp": 1}, now=0.0)
    registrations.add(call(client=2, queue=Queue(priority="HIGH")), {"A": 0}, now=0.0)
    registrations.see("A", {"A": 0, "Timestamp": 2})
    assert registrations.take(1.0) == []
    registrations.see("A", {"A": 5})
    assert [one.client_id for one, _ in registrations.take(1.0)] == [2, 1]


# -- faults -------------------------------------------------------------------------------------------


async def pushed(fault: Fault, *, count: int = 1, **changes: Any) -> list[str]:
    """The first texts that come after a registration, one state after the other."""
    async with device_of(fault, **changes) as device, socket_of(device, max_size=None) as socket:
        await socket.send(json.dumps({"type": "register", "event": "UpdateState", "clientId": 1}))
        texts = [str(await socket.recv())]
        for state in range(1, 4):
            device.updater.state = state
            await device.time.sleep(0.1)
        async with asyncio.timeout(LIMIT):
            while len(texts) < count:
                texts.append(str(await socket.recv()))
        return texts


async def test_events_out_of_order() -> None:
    texts = await pushed(Fault(name="events_out_of_order"), count=3)
    assert [json.loads(text)["data"]["UpdateState"] for text in texts] == [0, 2, 1]


async def test_unknown_repeated_and_huge_events() -> None:
    texts = await pushed(Fault(name="events_unknown", after=1, times=1), count=4)
    assert [json.loads(text)["event"] for text in texts] == [
        "UpdateState",
        "NotKnown",
        "NotKnown",
        "UpdateState",
    ]
    texts = await pushed(Fault(name="events_repeated", times=1), count=3)
    assert texts[0] == texts[1] != texts[2]
    texts = await pushed(Fault(name="events_huge", value=100_000, times=1))
    assert len(texts[0]) > 100_000


@pytest.mark.parametrize("value", [None, "data", "event", "list", "text"])
async def test_wrong_types(value: str | None) -> None:
    [text] = await pushed(Fault(name="events_wrong_types", value=value))
    assert text != (
        '{"type":"register","event":"UpdateState","clientId":1,"status":0,"data":{"UpdateState":0}}'
    )


async def test_numbers_that_are_none() -> None:
    [text] = await pushed(Fault(name="events_not_finite"))
    assert text.endswith('"data":{"UpdateState":NaN}}')
    [text] = await pushed(Fault(name="events_not_finite", value="1e999"))
    assert text.endswith('"data":{"UpdateState":1e999}}')


async def test_a_drop_at_each_message() -> None:
    for after in range(3):
        async with device_of(Fault(name="events_drop", after=after)) as device, socket_of(device) as socket:
            await socket.send(json.dumps({"type": "register", "event": "UpdateState", "clientId": 1}))
            for state in range(1, after + 1):
                assert (await message_of(socket))["data"] == {"UpdateState": state - 1}
                device.updater.state = state
            with pytest.raises(ConnectionClosed):
                await message_of(socket)


async def test_a_silent_and_a_slow_one() -> None:
    async with device_of(Fault(name="events_silent")) as device, socket_of(device) as socket:
        await socket.send(json.dumps({"type": "register", "event": "LSPdatetime", "clientId": 1}))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3 / SCALE):
                await socket.recv()
    async with device_of(Fault(name="events_slow", rate=400.0)) as device, socket_of(device) as socket:
        before = device.time.now()
        assert (await register(socket, "UpdateState"))["status"] == 0
        assert device.time.now() - before > 0.1


async def test_one_that_never_closes_and_one_that_never_compresses() -> None:
    async with device_of(Fault(name="events_never_close")) as device:
        async with socket_of(device, close_timeout=0.05) as socket:
            await register(socket, "UpdateState")
        assert socket.close_code == 1006
        assert device.port.connections == 1
    async with device_of(Fault(name="events_no_deflate")) as device, socket_of(device) as socket:
        assert (await register(socket, "UpdateState"))["status"] == 0
        assert socket.protocol.extensions == []


async def test_one_that_forgets_no_registration() -> None:
    async with device_of(Fault(name="events_after_deregistration")) as device, socket_of(device) as socket:
        await register(socket, "UpdateState")
        await socket.send(json.dumps({"type": "deregister", "event": "UpdateState", "clientId": 1}))
        device.updater.start_foreign(None)
        assert (await message_of(socket))["data"] == {"UpdateState": 1}


async def test_a_refused_upgrade() -> None:
    async with device_of(Fault(name="http_503", at="apievents", value=403)) as device:
        with pytest.raises(InvalidStatus) as refused:
            await socket_of(device)
        assert refused.value.response.status_code == 403


async def test_fragments_and_pings_are_understood_and_broken_frames_end_the_connection() -> None:
    async with device_of() as device:
        async with socket_of(device) as socket:
            await socket.send(['{"type":"register","event":"Upd', 'ateState","clientId":1}'])
            assert (await message_of(socket))["status"] == 0
            async with asyncio.timeout(LIMIT):
                await (await socket.ping())
        for frame in (b"\xff\xff\xff\xff", b"\x81\x02{}", b"\x81\x82\0\0\0\0\xff\xfe"):
            async with socket_of(device) as socket:
                socket.transport.write(frame)  # reserved bits; no mask; not UTF-8
                async with asyncio.timeout(LIMIT):
                    await socket.wait_closed()
                assert socket.close_code in (1002, 1007, 1006)
        assert device.online
