"""Politeness: the sliding window, on a clock that only sleeping moves."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.network.address import Address
from sicktui.sensor.errors import SensorError
from sicktui.sensor.turns.queue import RequestQueues
from sicktui.sensor.turns.throttle import Throttle
from tests.sensor.conftest import MakeSensor
from tests.sensor.scripted import Reply, ScriptedSensor, Seen, hang_up, reply
from tests.support.clocks import ManualClock


async def test_two_a_second_leaves_two_at_once_and_then_waits() -> None:
    clock = ManualClock(0.0)
    throttle = Throttle(2.0, clock)
    times = []
    for _ in range(5):
        await throttle.reserve()
        times.append(clock.monotonic())
    assert times == [0.0, 0.0, 1.0, 1.0, 2.0]


async def test_a_pair_goes_back_to_back() -> None:
    clock = ManualClock(0.0)
    throttle = Throttle(2.0, clock)
    await throttle.reserve()
    await throttle.reserve(2)
    assert clock.monotonic() == 1.0
    await throttle.reserve()
    assert clock.monotonic() == 2.0


async def test_below_one_a_second_a_pair_goes_together_and_the_next_waits_the_longer() -> None:
    clock = ManualClock(0.0)
    throttle = Throttle(0.5, clock)
    await throttle.reserve(2)
    assert clock.monotonic() == 0.0
    await throttle.reserve()
    assert clock.monotonic() == 4.0


async def test_slots_given_back_are_free() -> None:
    clock = ManualClock(0.0)
    throttle = Throttle(2.0, clock)
    throttle.give_back(await throttle.reserve(2))
    await throttle.reserve(2)
    assert clock.monotonic() == 0.0


async def test_a_slot_counts_from_when_it_was_used() -> None:
    clock = ManualClock(0.0)
    throttle = Throttle(1.0, clock)
    (slot,) = await throttle.reserve()
    clock.elapsed = 0.4
    throttle.used(slot)
    await throttle.reserve()
    assert clock.monotonic() == pytest.approx(1.4)


@given(
    rate=st.floats(0.1, 20.0),
    steps=st.lists(st.tuples(st.integers(1, 2), st.floats(0.0, 3.0)), min_size=1, max_size=40),
)
async def test_no_window_ever_holds_more_than_allowed(rate: float, steps: list[tuple[int, float]]) -> None:
    clock = ManualClock(0.0)
    throttle = Throttle(rate, clock)
    burst = max(1, int(rate))
    period = burst / rate
    starts: list[float] = []
    for count, pause in steps:
        await throttle.reserve(count)
        starts.extend([clock.monotonic()] * count)
        clock.elapsed += pause
    # A pair is allowed together even where the window is smaller than it.
    allowed = max(burst, 2)
    for index in range(len(starts) - allowed):
        assert starts[index + allowed] - starts[index] >= period - 1e-6


async def test_a_client_never_asks_more_often_than_allowed(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    device.on("GET UpdateState", reply({"UpdateState": 0}))
    sensor = connect(requests_per_second=2.0)
    began = clock.monotonic()
    for _ in range(6):
        await sensor.read.update_state()
    assert clock.monotonic() - began == pytest.approx(2.0)


async def test_challenge_and_post_are_not_torn_apart(
    challenging: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    sensor = connect(requests_per_second=2.0, auth="challenge")
    await sensor.read.ident()
    clock.slept.clear()
    await sensor.access.check_password()
    # One wait in front of both: two slots were needed, one was free.
    assert clock.slept == [pytest.approx(1.0)]
    assert challenging.asked()[-2:] == ["POST getChallenge", "POST checkCredentials"]


@pytest.mark.parametrize(("ago", "waits"), [(None, 0.0), (0.0, 1.0), (0.4, 0.6), (5.0, 0.0)])
async def test_what_a_plan_has_just_asked_counts(ago: float | None, waits: float) -> None:
    """The plan and the runner are two processes; to the sensor they are one."""
    clock = ManualClock(0.0)
    queue = RequestQueues(2.0, clock, asked_ago=ago).queue(Address("127.0.0.1", 80))
    await queue.throttle.reserve()
    assert clock.monotonic() == pytest.approx(waits)


async def test_a_sensor_in_trouble_is_asked_half_as_often() -> None:
    """At the default rate at most once a second, for as long as no answer is one."""
    clock = ManualClock(0.0)
    throttle = Throttle(2.0, clock)
    times = []
    for _ in range(4):
        await throttle.reserve()
        times.append(clock.monotonic())
        throttle.spare()
    assert times == [0.0, 1.0, 2.0, 3.0]
    await throttle.reserve()
    await throttle.reserve()
    assert clock.monotonic() == 4.0, "as soon as it answers, as often as before"


@pytest.mark.parametrize("trouble", [reply(http_status=503), hang_up()], ids=["http_503", "cut off"])
async def test_after_trouble_the_next_request_waits(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock, trouble: Reply
) -> None:
    """A server error, and a connection that is closed without an answer."""
    device.on("GET UpdateState", trouble)
    device.on("GET DeviceIdent", reply({"Name": "picoScan", "Version": "2.3.0.0R"}))
    sensor = connect(requests_per_second=2.0)
    with pytest.raises(SensorError):
        await sensor.read.update_state()
    began = clock.monotonic()
    await sensor.read.ident()
    assert clock.monotonic() - began == pytest.approx(1.0)


async def test_two_clients_of_one_address_share_its_rate(
    device: ScriptedSensor, connect: MakeSensor, clock: ManualClock
) -> None:
    """The live list and a plan: to the sensor they are one."""
    device.on("GET DeviceIdent", reply({"Name": "picoScan", "Version": "2.3.0.0R"}))
    queues = RequestQueues(2.0, clock)
    times = []
    for sensor in [connect(queues=queues), connect(queues=queues)] * 2:
        await sensor.read.ident()
        times.append(clock.monotonic())
    assert [round(after - times[0], 3) for after in times] == [0.0, 0.0, 1.0, 1.0]


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
        writer.write(reply({"Name": "picoScan", "Version": "2.3.0.0R"}))
        await writer.drain()
        at_once -= 1

    device.on("GET DeviceIdent", answer)
    queues = RequestQueues(1000.0, clock)
    await asyncio.gather(*(connect(queues=queues).read.ident() for _ in range(3)))
    assert most == 1


def test_a_line_serves_one_event_loop_after_the_other() -> None:
    queues = RequestQueues(1000.0, ManualClock(1000.0))

    async def queue_up() -> None:
        async def take_a_turn() -> None:
            async with queues.queue(Address("127.0.0.1", 80)).lock:
                await asyncio.sleep(0)

        await asyncio.gather(take_a_turn(), take_a_turn())

    asyncio.run(queue_up())
    asyncio.run(queue_up())
