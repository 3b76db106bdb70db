"""The event channel: what a message means, and one connection over a real WebSocket."""

import asyncio
import itertools
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.sensor.client import Sensor
from sicktui.sensor.events import channel, watcher
from sicktui.sensor.events.kinds import KINDS, Event, offers_events
from sicktui.sensor.events.messages import LARGEST, Declined, Dropped, Pushed, read, registration
from sicktui.sensor.events.watcher import EventWatch, pause_after
from sicktui.sensor.turns.queue import RequestQueues
from tests.sensor.scripted import target
from tests.support.clocks import clock_of_the_loop
from tests.support.waiting import eventually

Script = Callable[[ServerConnection], Awaitable[None]]
VALUES: dict[str, object] = {
    "UpdateState": 0,
    "DeviceStatus": 3,
    "LSPdatetime": {"uiYear": 2026, "usiMonth": 11, "usiDay": 30, "usiHour": 1, "usiMinute": 2, "usiSec": 3},
    "SCdevicestate": 1,
    "CurrentTempDev": 41.5,
    "temperatureAlarmStatus": {"AlarmState": "NoAlarm"},
    "ContaminationData": [1, 1, 0, 2, 3, 1, 1],
    "ContaminationResult": {"bWarningActive": True, "bErrorActive": False},
}


def pushed(event: str, data: object, kind: str = "event", **more: object) -> str:
    return json.dumps({"type": kind, "event": event, "clientId": 1, "status": 0, "data": data, **more})


# -- messages ---------------------------------------------------------------------------------


def test_a_registration_names_event_client_and_the_heartbeats_pace() -> None:
    assert json.loads(registration(Event.DEVICE_STATUS)) == {
        "type": "register",
        "event": "DeviceStatus",
        "clientId": 1,
    }
    assert json.loads(registration(Event.CLOCK))["options"] == {"throttle": {"minOutputIntervalMs": 5000}}


def bare(event: str, data: object) -> object:
    """The value without its name around it."""
    return data[event] if isinstance(data, dict) and event in data else data


@pytest.mark.parametrize(
    ("event", "data", "value"),
    [
        ("UpdateState", 1, UpdateState.STARTED),
        ("UpdateState", {"UpdateState": 2}, UpdateState.FINISHED),
        ("DeviceStatus", 3, DeviceStatus.NORMAL),
        ("DeviceStatus", 99, DeviceStatus(99)),
        ("LSPdatetime", VALUES["LSPdatetime"], 1796000523.0),
        ("LSPdatetime", {"LSPdatetime": VALUES["LSPdatetime"]}, 1796000523.0),
        ("SCdevicestate", 0, 0),
        ("CurrentTempDev", -3.25, -3.25),
        ("CurrentTempDev", {"CurrentTempDev": 40}, 40.0),
        ("temperatureAlarmStatus", True, True),
        ("temperatureAlarmStatus", {"temperatureAlarmStatus": False}, False),
        ("temperatureAlarmStatus", {"AlarmState": "OverTemp"}, True),
        ("temperatureAlarmStatus", {"temperatureAlarmStatus": {"AlarmState": "NoAlarm"}}, False),
        ("ContaminationData", [0, 1, 2, 3], (0, 1, 2, 3)),
        ("ContaminationData", {"ContaminationData": [1, 1]}, (1, 1)),
        ("ContaminationResult", VALUES["ContaminationResult"], (True, False)),
    ],
)
def test_a_value_is_read_bare_or_wrapped(event: str, data: object, value: object) -> None:
    assert read(pushed(event, data), "s") == Pushed(Event(event), value, raw=bare(event, data))
    assert read(pushed(event, data, "register"), "s") == Pushed(
        Event(event), value, registered=True, raw=bare(event, data)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[/oops]",
        "[" * 10_000,
        '{"type":"event"}',
        pushed("Unheard", 1),
        pushed("UpdateState", 1, "deregister"),
        pushed("UpdateState", 9),
        pushed("UpdateState", "1"),
        pushed("UpdateState", None),
        pushed("UpdateState", 1.5),
        pushed("DeviceStatus", [3]),
        pushed("CurrentTempDev", "hot"),
        pushed("CurrentTempDev", 1, clientId="1"),
        pushed("CurrentTempDev", 1, clientId=7),
        pushed("CurrentTempDev", float("nan")),
        pushed("CurrentTempDev", float("inf")),
        '{"type":"event","event":"CurrentTempDev","clientId":1,"data":1e999}',
        pushed("LSPdatetime", {"uiYear": 10**30}),
        pushed("ContaminationData", [1] * 65),
        pushed("ContaminationData", [300]),
        pushed("ContaminationResult", {"bWarningActive": "yes", "bErrorActive": False}),
        pushed("UpdateState", 1, more="x" * LARGEST),
        pushed("UpdateState", 1, status="0"),
    ],
)
def test_what_cannot_be_used_is_dropped(text: str) -> None:
    assert isinstance(read(text, "s"), Dropped)


def test_a_refusal_is_about_its_event_and_cleaned() -> None:
    text = pushed("DeviceStatus", None, "register", status=1, error="no\x1b[2J such\nevent" + "x" * 500)
    found = read(text, "s")
    assert isinstance(found, Declined)
    assert found.event is Event.DEVICE_STATUS
    assert "\x1b" not in found.why
    assert len(found.why) <= 100


def test_the_guide_says_who_has_events() -> None:
    assert offers_events("picoScan", "2.3.1.0R") is True
    assert offers_events("picoScan120", "2.3.3.0R") is True
    assert offers_events("picoScan", "2.2.1.0R") is False
    assert offers_events("multiScan", "2.4.2.0R") is None
    assert offers_events("picoScan", "?") is None


def test_pauses_grow_spread_and_have_an_end() -> None:
    longest = [pause_after(n, refused=False, chance=1.0) for n in range(1, 12)]
    assert longest[:4] == [2.0, 4.0, 8.0, 16.0]
    assert longest[-1] == watcher.LONGEST_PAUSE == pause_after(10_000, refused=False, chance=1.0)
    assert pause_after(3, refused=False, chance=0.0) == 4.0
    assert pause_after(1, refused=True, chance=0.0) >= 600.0


# -- one connection ---------------------------------------------------------------------------


class Server:
    """A WebSocket server by the guide, as far as a client notices."""

    def __init__(self) -> None:
        self.registered: list[tuple[float, str]] = []
        self.connections: list[ServerConnection] = []
        self.upgrades = 0
        self.declines: set[str] = set()
        self.script: Script | None = None
        self.address = ""

    async def serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        with suppress(ConnectionClosed):
            if self.script is not None:
                await self.script(connection)
            async for text in connection:
                await self.answer(connection, json.loads(text))

    async def answer(self, connection: ServerConnection, message: Any) -> None:
        name = message["event"]
        self.registered.append((asyncio.get_running_loop().time(), name))
        if name in self.declines:
            await connection.send(pushed(name, None, "register", status=1, error="no"))
        else:
            await connection.send(pushed(name, VALUES[name], "register"))


@asynccontextmanager
async def serving(server: Server, **about: Any) -> AsyncIterator[Server]:
    def count(_connection: ServerConnection, _request: object) -> None:
        server.upgrades += 1

    options: dict[str, Any] = {"compression": "deflate", "process_request": count} | about
    quiet = logging.getLogger("tests.quiet")
    quiet.setLevel(logging.CRITICAL)
    async with serve(
        server.serve, "127.0.0.1", 0, ping_interval=None, close_timeout=0.1, logger=quiet, **options
    ) as made:
        server.address = f"127.0.0.1:{made.sockets[0].getsockname()[1]}"
        yield server


class Heard:
    """What a watch reports."""

    def __init__(self, server: Server) -> None:
        clock = clock_of_the_loop()
        self.values: list[tuple[str, object]] = []
        self.live: list[bool] = []
        self.sensor = Sensor(
            target(server.address),
            password=None,
            queues=RequestQueues(1000.0, clock),
            clock=clock,
            memory=None,
        )
        made = self.sensor.events(on_event=self._take, on_live=self.live.append)
        assert made is not None
        self.watch: EventWatch = made

    def _take(self, pushed: Pushed) -> None:
        self.values.append((pushed.event, pushed.value))


@asynccontextmanager
async def watching(server: Server) -> AsyncIterator[Heard]:
    heard = Heard(server)
    task = asyncio.create_task(heard.watch.run())
    heard.watch.answered()
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.skips_waiting
async def test_it_registers_one_after_the_other_and_is_live() -> None:
    async with serving(Server()) as server, watching(server) as heard:
        await eventually(lambda: len(heard.values) == len(KINDS))
        assert heard.live == [True]
        assert [name for _, name in server.registered] == [event.value for event in KINDS]
        moments = [when for when, _ in server.registered]
        assert min(b - a for a, b in itertools.pairwise(moments)) >= 0.2
        await server.connections[0].send(pushed("UpdateState", 1))
        await eventually(lambda: heard.values[-1] == ("UpdateState", UpdateState.STARTED))
    assert heard.live == [True, False]


@pytest.mark.skips_waiting
async def test_a_refused_event_costs_only_itself() -> None:
    server = Server()
    server.declines = {"ContaminationData", "temperatureAlarmStatus"}
    async with serving(server), watching(server) as heard:
        await eventually(lambda: len(heard.values) == len(KINDS) - 2)
        assert heard.live == [True]
        assert server.upgrades == 1


@pytest.mark.skips_waiting
async def test_without_a_heartbeat_a_sensor_is_polled_as_before() -> None:
    server = Server()
    server.declines = {"LSPdatetime"}
    async with serving(server), watching(server) as heard:
        await eventually(lambda: len(heard.values) == len(KINDS) - 1)
        await asyncio.sleep(channel.SILENCE * 2)
        assert heard.live == []
        assert server.upgrades == 1


@pytest.mark.skips_waiting
async def test_bad_messages_close_nothing() -> None:
    async def bad(connection: ServerConnection) -> None:
        for text in ("{", "[/oops]", pushed("Unheard", 1), pushed("UpdateState", "x"), "x" * 200_000, "é"):
            await connection.send(text)
        await connection.send(b"\xff\xfe")
        await connection.send(iter(['{"type":', '"event"', "}"]))  # in fragments

    server = Server()
    server.script = bad
    async with serving(server), watching(server) as heard:
        await eventually(lambda: len(heard.values) == len(KINDS))
        assert heard.live == [True]
        assert server.upgrades == 1


@pytest.mark.skips_waiting
@pytest.mark.parametrize("junk", [None, "{}"], ids=["silent", "junk"])
async def test_a_silent_channel_is_given_up_and_tried_again_later(junk: str | None) -> None:
    async def hold(connection: ServerConnection) -> None:
        while junk:
            await asyncio.sleep(1.0)
            await connection.send(junk)
        await connection.wait_closed()

    server = Server()
    server.script = hold
    began = asyncio.get_running_loop().time()
    async with serving(server), watching(server) as heard:
        await eventually(lambda: heard.live == [False])
        assert asyncio.get_running_loop().time() - began >= channel.SILENCE
        heard.watch.answered()
        await eventually(lambda: server.upgrades == 2)


@pytest.mark.skips_waiting
async def test_a_dropped_connection_waits_for_an_answer_of_the_sensor() -> None:
    async with serving(Server()) as server, watching(server) as heard:
        await eventually(lambda: heard.live == [True])
        server.connections[0].transport.abort()
        await eventually(lambda: heard.live == [True, False])
        await asyncio.sleep(600.0)
        assert server.upgrades == 1
        heard.watch.answered()
        await eventually(lambda: heard.live == [True, False, True])


@pytest.mark.skips_waiting
async def test_drops_at_each_connection_grow_apart() -> None:
    async def drop(connection: ServerConnection) -> None:
        connection.transport.abort()

    server = Server()
    server.script = drop
    async with serving(server), watching(server) as heard:
        for _ in range(240):
            heard.watch.answered()
            await asyncio.sleep(5.0)
    assert 5 <= server.upgrades <= 20


@pytest.mark.skips_waiting
async def test_drops_soon_after_it_was_live_grow_apart_too() -> None:
    async with serving(Server()) as server, watching(server) as heard:
        for _ in range(240):
            heard.watch.answered()
            if heard.watch.is_live:
                server.connections[-1].transport.abort()
            await asyncio.sleep(5.0)
    assert 5 <= server.upgrades <= 20


@pytest.mark.skips_waiting
@pytest.mark.parametrize("way", ["no deflate", "1002", "404", "flood"])
async def test_a_sensor_without_usable_events_is_asked_rarely(way: str) -> None:
    async def close(connection: ServerConnection) -> None:
        if way == "1002":
            await connection.close(1002)
        if way == "flood":
            for number in range(5000):
                await connection.send(pushed("CurrentTempDev", number))

    def no(connection: ServerConnection, _request: object) -> Any:
        server.upgrades += 1
        return connection.respond(404, "no") if way == "404" else None

    server = Server()
    server.script = close
    about: dict[str, Any] = {"compression": None} if way == "no deflate" else {}
    async with serving(server, process_request=no, **about), watching(server) as heard:
        await eventually(lambda: heard.watch.refused)
        for _ in range(50):
            heard.watch.answered()
            await asyncio.sleep(10.0)
        assert server.upgrades == 1
        heard.watch.answered(anew=True)  # It runs other firmware now.
        await eventually(lambda: server.upgrades == 2)


@pytest.mark.skips_waiting
async def test_a_message_beyond_all_bounds_ends_the_connection_only() -> None:
    async def bomb(connection: ServerConnection) -> None:
        await connection.send("0" * 2_000_000)

    server = Server()
    server.script = bomb
    async with serving(server), watching(server) as heard:
        await eventually(lambda: heard.live == [False])
        assert not heard.watch.refused


async def test_nothing_is_watched_over_https() -> None:
    clock = clock_of_the_loop()
    sensor = Sensor(
        target("127.0.0.1:9", scheme="https"),
        password=None,
        queues=RequestQueues(2.0, clock),
        clock=clock,
        memory=None,
    )
    assert sensor.events(on_event=print, on_live=print) is None
