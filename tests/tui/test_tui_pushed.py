"""The live list on sensors that push: a change is seen at once, and hardly anything is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sicktui.engine.live import CALM, CALM_FACTOR
from sicktui.model.device import Observation, resolve
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.simulator import Device, DeviceSpec, Fault
from sicktui.tui.main.workers.sensor_poller import poll_sensor
from tests.support.clocks import clock_of_the_loop
from tests.support.dashboard import DashboardHarness, text_of, until
from tests.support.waiting import eventually

NAME = "gate-1"
POLLS = 5.0


class Watched:
    """One sensor of the list, and what is reported of it."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.seen: list[tuple[float, Observation]] = []
        self.owned = False
        self.wake = asyncio.Event()

    def take(self, seen: Observation) -> None:
        self.seen.append((asyncio.get_running_loop().time(), seen))

    @property
    def last(self) -> Observation:
        return self.seen[-1][1]

    @property
    def is_pushed(self) -> bool:
        """Whether all registrations are made."""
        return bool(self.seen) and self.last.health.temperature is not None

    async def requests_in(self, seconds: float) -> int:
        before = len(self.device.requests)
        await asyncio.sleep(seconds)
        return len(self.device.requests) - before


async def looks_after(sensor: Watched, number: int) -> list[float]:
    known = len(sensor.seen)
    await eventually(lambda: len(sensor.seen) >= known + number)
    return [when for when, _ in sensor.seen[known : known + number]]


@asynccontextmanager
async def watched(
    harness: DashboardHarness, *faults: Fault, version: str = "2.3.3.0R", flash: float = 3.0
) -> AsyncIterator[Watched]:
    harness.context.clock = clock_of_the_loop()
    spec = DeviceSpec(
        name=NAME, version=version, serial="1001", faults=faults, flash_seconds=flash, reboot_seconds=5
    )
    fleet = await harness.sensors(spec, time_scale=1.0)
    [profile] = harness.context.devices().profiles.values()
    harness.settings(poll_interval=POLLS)
    settings = harness.context.settings
    sensor = Watched(fleet.devices[0])
    task = asyncio.create_task(
        poll_sensor(
            harness.context,
            resolve(profile, settings.device, settings.timing),
            delay=0.0,
            wake=sensor.wake,
            is_owned=lambda _: sensor.owned,
            report=sensor.take,
        )
    )
    try:
        yield sensor
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await eventually(lambda: not sensor.device.channels)


@pytest.mark.skips_waiting
async def test_a_sensor_that_pushes_is_hardly_asked_and_a_change_is_seen_at_once(
    harness: DashboardHarness,
) -> None:
    async with watched(harness) as sensor:
        await eventually(lambda: sensor.is_pushed)
        assert 20 < await sensor.requests_in(600.0) < 0.2 * 600
        assert sensor.device.violations == []
        moments = [when for when, _ in sensor.seen]
        assert asyncio.get_running_loop().time() - moments[-1] < 10.0  # heartbeats keep it fresh

        began, before = asyncio.get_running_loop().time(), len(sensor.device.requests)
        sensor.device.updater.start_foreign(None)
        await eventually(lambda: sensor.last.update_state is UpdateState.STARTED)
        assert sensor.seen[-1][0] - began < 0.3
        await eventually(lambda: len(sensor.device.requests) > before)
        assert asyncio.get_running_loop().time() - began <= POLLS + 1.0


@pytest.mark.skips_waiting
async def test_a_sensor_that_goes_away_is_seen_at_once(harness: DashboardHarness) -> None:
    async with watched(harness) as sensor:
        await eventually(lambda: sensor.is_pushed)
        began = asyncio.get_running_loop().time()
        await sensor.device.stop()
        await eventually(lambda: not sensor.last.reachable)
        assert asyncio.get_running_loop().time() - began < 3.0


@pytest.mark.skips_waiting
async def test_a_run_has_the_sensor_for_itself(harness: DashboardHarness) -> None:
    async with watched(harness) as sensor:
        await eventually(lambda: sensor.is_pushed)
        sensor.owned = True
        await eventually(lambda: not sensor.device.channels)
        looks = len(sensor.seen)
        assert await sensor.requests_in(120.0) == 0
        assert len(sensor.seen) == looks
        sensor.owned = False
        await eventually(lambda: sensor.device.channels)


@pytest.mark.skips_waiting
async def test_older_firmware_is_polled_and_never_asked_for_events(harness: DashboardHarness) -> None:
    async with watched(harness, version="2.2.1.0R") as sensor:
        await eventually(lambda: len(sensor.seen) > 5)
        assert not any("apievents" in request.path for request in sensor.device.requests)


@pytest.mark.skips_waiting
async def test_a_polled_sensor_that_has_been_well_is_asked_less_often(harness: DashboardHarness) -> None:
    async with watched(harness, version="2.2.1.0R", flash=60.0) as sensor:
        await eventually(lambda: len(sensor.seen) > CALM)
        assert 600 / (CALM_FACTOR * POLLS + 1.0) < await sensor.requests_in(600.0) < 0.26 * 600
        sensor.device.updater.start_foreign(None)
        began = asyncio.get_running_loop().time()
        await eventually(lambda: sensor.last.update_state is UpdateState.STARTED)
        assert asyncio.get_running_loop().time() - began <= CALM_FACTOR * POLLS + 1.0
        first, second = await looks_after(sensor, 2)
        assert second - first <= POLLS + 1.0, "a sensor that is at work is looked at as before"


@pytest.mark.skips_waiting
@pytest.mark.parametrize(
    "fault",
    [
        "events_silent",
        "events_no_deflate",
        "events_wrong_types",
        "events_out_of_order",
        "events_huge",
        "events_drop",
    ],
)
async def test_whatever_comes_over_the_channel_the_list_ends_up_with_what_is_read(
    harness: DashboardHarness, fault: str
) -> None:
    async with watched(harness, Fault(name=fault)) as sensor:
        await eventually(lambda: sensor.seen)
        await asyncio.sleep(30.0)
        assert await sensor.requests_in(60.0) <= 60, "more than the list asked before"
        sensor.device.updater.start_foreign("2.4.0.0R")
        while sensor.last.identity is None or sensor.last.identity.version != "2.4.0.0R":
            await asyncio.sleep(1.0)
        assert sensor.last.update_state is UpdateState.INITIAL
        assert sensor.last.health.status is DeviceStatus.NORMAL
        assert not [line for line in sensor.device.violations if "200 ms" in line]


async def test_a_push_is_on_the_screen_within_a_moment(harness: DashboardHarness) -> None:
    harness.settings(poll_interval=600.0)
    fleet = await harness.sensors(DeviceSpec(name=NAME, version="2.3.3.0R", serial="1001"))
    [device] = fleet.devices
    async with harness.dashboard() as (pilot, main):
        await until(
            pilot, lambda: main.dashboard.observations[NAME].observation.health.temperature is not None
        )
        device.updater.start_foreign(None)
        await until(pilot, lambda: "started" in text_of(pilot).lower())
