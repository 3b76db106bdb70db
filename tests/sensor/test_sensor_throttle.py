"""Politeness: an average and a burst, on a clock that only sleeping moves."""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.network.address import Address
from sicktui.sensor.errors import OutOfConnections, SensorError
from sicktui.sensor.turns.bucket import Bucket, RequestPace
from sicktui.sensor.turns.queue import RequestQueues
from sicktui.sensor.turns.throttle import Throttle
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import Reply, ScriptedSensor, Seen, hang_up, http, refused, reply
from tests.support.clocks import ManualClock

IDENT = reply({"Name": "picoScan", "Version": "2.3.0.0R"})


async def ask(throttle: Throttle, count: int = 1) -> None:
    """Take a turn, and send as much as it allows."""
    async with throttle.turn(count) as turn:
        for _ in range(count):
            turn.used()


async def times_of(throttle: Throttle, clock: ManualClock, requests: int) -> list[float]:
    """When each of some requests went."""
    times = []
    for _ in range(requests):
        await ask(throttle)
        times.append(round(clock.monotonic(), 3))
    return times


async def test_a_burst_after_a_pause_and_then_the_average() -> None:
    clock = ManualClock(100.0)
    throttle = Throttle(2.0, clock)
    assert await times_of(throttle, clock, 14) == [100.0] * 10 + [100.5, 101.0, 101.5, 102.0]
    clock.elapsed += 2.0
    assert await times_of(throttle, clock, 5) == [104.0] * 4 + [104.5], "what two seconds have made up for"


@pytest.mark.parametrize(("rate", "burst"), [(0.1, 2), (1.0, 5), (2.0, 10), (4.0, 10), (20.0, 20)])
async def test_the_burst_of_a_rate(rate: float, burst: int) -> None:
    clock = ManualClock(100.0)
    times = await times_of(Throttle(rate, clock), clock, burst + 1)
    assert times == [100.0] * burst + [pytest.approx(100.0 + 1 / rate, abs=0.002)]


async def test_a_pair_goes_back_to_back() -> None:
    clock = ManualClock(0.0)
    throttle = Throttle(0.5, clock)
    await ask(throttle)
    await ask(throttle, 2)
    assert clock.monotonic() == pytest.approx(1.0), "two fit into the burst of 2.5, three do not"


async def test_a_turn_that_is_not_used_is_given_back() -> None:
    clock = ManualClock(0.0)
    throttle = Throttle(0.1, clock)
    async with throttle.turn(2):
        pass
    await ask(throttle, 2)
    assert clock.monotonic() == 0.0


async def test_a_request_counts_from_its_arrival() -> None:
    """One that was slow to connect, and those behind it, do not arrive as one greater burst."""
    clock = ManualClock(0.0)
    throttle = Throttle(2.0, clock)
    async with throttle.turn() as turn:
        clock.elapsed = 30.0
        turn.used()
    assert await times_of(throttle, clock, 10) == [30.0] * 9 + [30.5]


@given(
    rate=st.floats(0.1, 20.0),
    steps=st.lists(
        st.tuples(st.integers(1, 2), st.floats(0.0, 3.0), st.floats(0.0, 9.0)), min_size=1, max_size=60
    ),
)
async def test_no_window_ever_holds_more_than_allowed(
    rate: float, steps: list[tuple[int, float, float]]
) -> None:
    """Of the moments at which requests arrive, which may be long after they were begun."""
    clock = ManualClock(0.0)
    throttle = Throttle(rate, clock)
    arrivals: list[float] = []
    for count, pause, late in steps:
        async with throttle.turn(count) as turn:
            for _ in range(count):
                clock.elapsed += late
                arrivals.append(clock.monotonic())
                turn.used()
        clock.elapsed += pause
    for first, begin in enumerate(arrivals):
        for last in range(first, len(arrivals)):
            allowed = RequestPace(rate).burst + rate * (arrivals[last] - begin)
            assert last - first + 1 <= allowed + 1e-6


@given(
    st.floats(0, 1e300),
    st.floats(0, 1e300),
    st.floats(0, 1e300),
    st.floats(0, 1e9),
    st.sampled_from([0.1, 2.0, 50.0]),
)
def test_nothing_that_was_kept_blocks_a_sensor(
    spent: float, at: float, quiet: float, now: float, rate: float
) -> None:
    """Another rate, another start of the PC, another user's nonsense: some seconds at most."""
    pace = RequestPace(rate)
    found = Bucket.decode(Bucket(spent, at, quiet).encode()).seen(now, pace)
    assert 0 <= found.wait(2, pace) <= max(30.0, 2 / rate) + 2 / rate + 1e-6
    assert found.at == now


@pytest.mark.parametrize(
    "kept", [b"", b"SKT1", b"\0" * 28, Bucket(math.nan, 1.0, 1.0).encode(), Bucket(-1.0, 1.0, 1.0).encode()]
)
def test_what_is_no_count_is_none(kept: bytes) -> None:
    assert Bucket.decode(kept) == Bucket()


async def test_a_client_never_asks_more_often_than_allowed(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    device.on("GET UpdateState", reply({"UpdateState": 0}))
    sensor = connect(requests_per_second=2.0)
    began = clock.monotonic()
    for _ in range(14):
        await sensor.read.update_state()
    assert clock.monotonic() - began == pytest.approx(2.0)


async def test_challenge_and_post_are_not_torn_apart(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    sensor = connect(requests_per_second=2.0, auth="challenge")
    for _ in range(9):
        await sensor.read.ident()
    clock.slept.clear()
    await sensor.access.check_password()
    # One wait in front of both: two were needed, one was free.
    assert clock.slept == [pytest.approx(0.5)]
    assert challenging.asked()[-2:] == ["POST getChallenge", "POST checkCredentials"]


async def test_a_sensor_in_trouble_is_asked_half_as_often() -> None:
    """At the default rate at most once a second, for as long as no answer is one."""
    clock = ManualClock(0.0)
    throttle = Throttle(2.0, clock)
    times = []
    for _ in range(4):
        await ask(throttle)
        times.append(clock.monotonic())
        throttle.trouble()
    assert times == [0.0, 1.0, 2.0, 3.0]
    await ask(throttle)
    await ask(throttle)
    assert clock.monotonic() == 4.0, "as soon as it answers, as often as before"


BUSY = refused(11)


@pytest.mark.parametrize(
    "trouble", [reply(http_status=503), hang_up(), BUSY], ids=["http_503", "cut off", "busy"]
)
async def test_after_trouble_the_next_request_waits(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock, trouble: Reply
) -> None:
    """A server error, a connection that is closed without an answer, and one that has none to spare."""
    device.on("GET UpdateState", trouble)
    device.on("GET DeviceIdent", IDENT)
    sensor = connect(requests_per_second=2.0)
    sensor.read.steady = False
    with pytest.raises(SensorError):
        await sensor.read.update_state()
    began = clock.monotonic()
    await sensor.read.ident()
    assert clock.monotonic() - began == pytest.approx(1.0)


async def test_a_sensor_that_was_asked_too_often_gets_no_burst(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    """HTTP 429 slows down every client of the process, not only the one that it was sent to."""
    device.on("GET UpdateState", http(429, headers={"Retry-After": "3"}))
    device.on("GET DeviceIdent", IDENT)
    queues = RequestQueues(2.0, clock)
    limited, other = connect(queues=queues), connect(queues=queues)
    with pytest.raises(OutOfConnections):
        await limited.read.update_state()
    began = clock.monotonic()
    times = []
    for _ in range(3):
        await other.read.ident()
        times.append(clock.monotonic() - began)
    assert times == [pytest.approx(wait) for wait in (3.5, 4.0, 4.5)]


async def test_two_clients_of_one_address_share_its_rate(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    """The live list and a plan: to the sensor they are one."""
    device.on("GET DeviceIdent", IDENT)
    queues = RequestQueues(1.0, clock)
    times = []
    for sensor in [connect(queues=queues), connect(queues=queues)] * 4:
        await sensor.read.ident()
        times.append(clock.monotonic())
    assert [round(after - times[0], 3) for after in times] == [0.0] * 5 + [1.0, 2.0, 3.0]


async def test_two_clients_of_one_address_wait_for_each_other(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    at_once = 0
    most = 0

    async def answer(_seen: Seen, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        writer.write(IDENT)
        await writer.drain()
        at_once -= 1

    device.on("GET DeviceIdent", answer)
    queues = RequestQueues(1000.0, clock)
    await asyncio.gather(*(connect(queues=queues).read.ident() for _ in range(3)))
    assert most == 1


def test_a_queue_serves_one_event_loop_after_the_other() -> None:
    queues = RequestQueues(1000.0, ManualClock(1000.0))

    async def queue_up() -> None:
        async def take_a_turn() -> None:
            async with queues.queue(Address("127.0.0.1", 80)).turn():
                await asyncio.sleep(0)

        await asyncio.gather(take_a_turn(), take_a_turn())

    asyncio.run(queue_up())
    asyncio.run(queue_up())
