"""One rate limit for a sensor on one PC, whatever process, home and user asks it."""

import asyncio
import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sicktui.engine.context import shared_queues
from sicktui.model.clock import SystemClock
from sicktui.model.network.address import Address
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import Unreachable
from sicktui.sensor.transport.file_streams import FileSink
from sicktui.sensor.turns import throttle
from sicktui.sensor.turns.bucket import Bucket, RequestPace
from sicktui.sensor.turns.queue import RequestQueues
from sicktui.stores.disk.home import Home, locate
from sicktui.stores.disk.locks import prepare_folder
from sicktui.stores.disk.turns import SharedTurns
from tests.sensor.scripted import ScriptedSensor, Seen, hang, http, reply, target
from tests.support.fixtures import Spawn

IDENT = reply({"Name": "picoScan", "Version": "2.3.0.0R"})

CLIENT = """
import asyncio, os, sys, tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from sicktui.engine.context import shared_queues
from sicktui.model.clock import SystemClock
from sicktui.sensor.client import Sensor
from sicktui.sensor.errors import Unreachable
from sicktui.stores.disk.home import locate
from tests.sensor.scripted import target

folder, address, rate, requests, user = sys.argv[1:]
home = replace(locate(Path(folder) / user, {}), sensor_locks=Path(folder), shared_locks=True)

async def main(address, requests, home):
    clock = SystemClock()
    sensor = Sensor(
        target(address, request_timeout=30.0), password=None, memory=None, clock=clock,
        queues=shared_queues(home, float(rate), clock),
    )
    for _ in range(int(requests)):
        await sensor.read.ident()

# Import what it needs as root, who may read this Python.
"x".encode("utf-8-sig"), "x".encode("idna")
with suppress(Unreachable):
    asyncio.run(main("127.0.0.1:1", 1, replace(home, sensor_locks=Path(tempfile.mkdtemp()))))
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(int(user)); os.setuid(int(user))
os.umask(0o077)
print("ready", flush=True)
sys.stdin.readline()
asyncio.run(main(address, requests, home))
"""

ALICE, BOB = 65533, 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """The folder where all users of a PC meet; not below ``tmp_path``, which only its owner may enter."""
    made = Path("/tmp") / f"sicktui-turns-test-{os.getpid()}"
    prepare_folder(made, shared=True)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def home(folder: Path) -> Home:
    return replace(locate(folder / "home", {}), sensor_locks=folder, shared_locks=True)


class Counting:
    """Answers after a moment, and counts the requests that are there at once."""

    def __init__(self) -> None:
        self.arrived: list[float] = []
        self.at_once = 0
        self.most = 0

    async def answer(self, _seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.arrived.append(asyncio.get_running_loop().time())
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.003)
        self.at_once -= 1  # before the client can have the reply
        writer.write(IDENT)
        await writer.drain()


def within(pace: RequestPace, arrived: list[float]) -> bool:
    """Whether no window of time has more requests than the burst and the average allow."""
    lag = 0.05  # of this event loop, which is where they are seen
    return all(
        last - first + 1 <= pace.burst + pace.rate * (arrived[last] - arrived[first] + lag)
        for first in range(len(arrived))
        for last in range(first, len(arrived))
    )


async def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == "ready\n"


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


async def test_processes_of_two_homes_and_users_are_one_client(
    device: ScriptedSensor, folder: Path, spawn: Spawn
) -> None:
    """Four processes that want to send a hundred requests at once."""
    counting = Counting()
    device.on("GET DeviceIdent", counting.answer)
    place = f"localhost:{device.port}"
    clients = [
        spawn(CLIENT, str(folder), address, "40", "25", str(user))
        for address, user in [(device.address, ALICE), (place, BOB), (device.address, BOB), (place, ALICE)]
    ]
    for client in clients:
        await ready(client)
    for client in clients:
        begin(client)
    for client in clients:
        assert await asyncio.to_thread(client.wait) == 0
    assert len(counting.arrived) == 100
    assert within(RequestPace(40.0), counting.arrived)
    assert counting.most == 1


async def test_a_killed_process_frees_its_turn_and_its_request_counts(
    device: ScriptedSensor, folder: Path, home: Home, spawn: Spawn
) -> None:
    asked = asyncio.Event()

    async def silent(seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await hang(seen, reader, writer)

    device.on("GET DeviceIdent", silent, IDENT)
    client = spawn(CLIENT, str(folder), device.address, "2", "1", str(ALICE))
    await ready(client)
    begin(client)
    await asked.wait()
    turn = SharedTurns(home)(f"127.0.0.1:{device.port}")
    assert not turn.take(), "it waits for a reply"
    client.kill()
    await asyncio.to_thread(client.wait)
    assert turn.take()
    assert Bucket.decode(turn.load()).spent == pytest.approx(1.0, abs=0.01)
    turn.release()


@pytest.fixture
def make(device: ScriptedSensor, home: Home) -> Callable[..., Sensor]:
    """Makes clients that share nothing but the folder, as two processes do."""

    def connect(rate: float = 1000.0) -> Sensor:
        clock = SystemClock()
        queues = shared_queues(home, rate, clock)
        about = target(device.address, request_timeout=5.0)
        return Sensor(about, password="x", memory=None, clock=clock, queues=queues)

    return connect


async def test_a_file_on_its_way_does_not_keep_others_from_reading(
    device: ScriptedSensor, make: Callable[..., Sensor], tmp_path: Path
) -> None:
    """A read of UpdateState beside an upload that takes minutes."""
    begun, read = asyncio.Event(), asyncio.Event()

    async def slow(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.set()
        await read.wait()
        writer.write(http(200, b"file", content_type="application/octet-stream"))
        await writer.drain()

    device.on("GET a", slow)
    downloading, reading = make(), make()
    async with downloading._link.slot() as slot:
        with FileSink(tmp_path / "a", limit=1000, on_progress=None, clock=SystemClock()) as sink:
            download = asyncio.create_task(slot.download("a", sink, {}))
            await begun.wait()
            await reading.read.ident()
            read.set()
            await download


async def test_a_sensor_that_is_away_does_not_hold_up_others(
    device: ScriptedSensor, make: Callable[..., Sensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before there is a connection, nothing has reached it. The late one waits for its turn."""
    monkeypatch.setattr(throttle, "_CONNECTS_WITHIN", 0.01)
    late, other = make(), make()
    async with late._link.slot() as slot:
        turn = slot._turn
        async with turn.connecting():
            await asyncio.sleep(0.03)
            await other.read.ident()
            assert not turn.throttle.taken
        assert turn.throttle.taken


async def test_a_stopped_process_is_waited_for_once(
    device: ScriptedSensor,
    make: Callable[..., Sensor],
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(throttle, "_PATIENCE", 0.1)
    holder = SharedTurns(home)(f"127.0.0.1:{device.port}")
    assert holder.take()
    client = make()
    with caplog.at_level(logging.WARNING):
        await client.read.ident()
        await client.read.ident()
    holder.release()
    (record,) = caplog.records
    assert record.message == (
        "Cannot share the rate limit of the sensors with other processes of this PC: another process holds "
        "the sensor's turn and does not go on. This process observes limits.requests_per_second alone."
    )


class Broken:
    """A place on a disk that is full, or may not be written to."""

    def __init__(self, reads: bool) -> None:
        self._reads = reads

    def take(self) -> bool:
        if self._reads:
            return True
        raise OSError(30, "Read-only file system")

    def release(self) -> None:
        pass

    def load(self) -> bytes:
        return b""

    def store(self, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    def changed(self) -> int:
        return 0


@pytest.mark.parametrize(("reads", "why"), [(False, "Read-only file system"), (True, "No space left")])
async def test_where_nothing_can_be_kept_each_process_has_its_own_limit(
    reads: bool, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    queues = RequestQueues(2.0, SystemClock(), shared=lambda _place: Broken(reads))
    queue = queues.queue(Address("192.168.0.1", 80))
    with caplog.at_level(logging.WARNING):
        for _ in range(10):
            async with queue.turn() as turn:
                turn.used()
    assert [why in record.message for record in caplog.records] == [True], "named once"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), queue.turn():
            pass


async def test_two_sensors_and_two_ports_do_not_share_a_turn(home: Home) -> None:
    turns = SharedTurns(home)
    places = [
        Address("192.168.0.1", 80).place_on_pc,
        Address("192.168.0.2", 80).place_on_pc,
        Address("127.0.0.1", 4711).place_on_pc,
        Address("127.0.0.1", 4712).place_on_pc,
    ]
    assert all(turns(place).take() for place in places)
    assert Address("LOCALHOST", 4711).place_on_pc == Address("127.0.0.1", 4711).place_on_pc


async def test_an_unreachable_sensor_pauses_everybody(
    make: Callable[..., Sensor], device: ScriptedSensor
) -> None:
    await device.stop()
    one, other = make(10.0), make(10.0)
    for client in (one, other):
        client.read.steady = False
        with pytest.raises(Unreachable):
            await client.read.ident()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pytest.raises(Unreachable):
        await one.read.ident()
    assert loop.time() - begun > 0.1
