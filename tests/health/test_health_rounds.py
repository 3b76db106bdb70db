"""The health of the listed sensors is read slowly, and never while a run uses one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from sicktui.engine.health.rounds import HealthRounds
from sicktui.model.device import Identity, resolve
from sicktui.model.health.records import DeviceHealth, HealthState, Readings, VariableReading
from sicktui.model.health.variables import health_variables
from sicktui.simulator import Device, DeviceSpec
from tests.support.clocks import clock_of_the_loop
from tests.support.dashboard import DashboardHarness, harness

__all__ = ["harness"]
EVERY = 300.0
MOST = len(health_variables("picoScan150", "2.3.3.0R")) + 12
"""Requests of a reading, with those for who answers."""
pytestmark = pytest.mark.skips_waiting


class Round:
    """Sensors that are read in turn, and what came of it."""

    def __init__(self, devices: list[Device]) -> None:
        self.devices = devices
        self.found: list[DeviceHealth] = []
        self.owned: set[str] = set()
        self.known: dict[str, Readings] = {}
        self.rounds: HealthRounds

    def asked(self) -> int:
        return sum(len(device.requests) for device in self.devices)

    async def asked_in(self, seconds: float) -> int:
        before = self.asked()
        await asyncio.sleep(seconds)
        return self.asked() - before


@asynccontextmanager
async def rounds_of(harness: DashboardHarness, *names: str) -> AsyncIterator[Round]:
    harness.context.clock = clock_of_the_loop()
    specs = [
        DeviceSpec(name=name, version="2.3.3.0R", serial=f"100{number}") for number, name in enumerate(names)
    ]
    fleet = await harness.sensors(*specs, time_scale=1.0)
    watched = Round(list(fleet.devices))
    settings = harness.context.settings
    watched.rounds = HealthRounds(
        harness.context,
        EVERY,
        lambda device: device not in watched.owned,
        watched.found.append,
        newer=lambda device, _: watched.known.get(device),
        chance=lambda: 0.5,
    )
    for profile in harness.context.devices().profiles.values():
        watched.rounds.answered(resolve(profile, settings.device, settings.timing))
    task = asyncio.create_task(watched.rounds.run())
    try:
        yield watched
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_each_is_read_soon_after_its_first_answer_and_at_each_interval(
    harness: DashboardHarness,
) -> None:
    async with rounds_of(harness, "gate-1", "gate-2") as watched:
        assert await watched.asked_in(15.0) == 0
        await asyncio.sleep(60.0)
        assert {found.device for found in watched.found} == {"gate-1", "gate-2"}
        assert all(found.identity and found.readings for found in watched.found)
        assert 0 < await watched.asked_in(2 * (EVERY + 60.0)) <= 2 * 2 * MOST
        assert len(watched.found) == 6
        assert all(device.violations == [] for device in watched.devices)


async def test_a_run_has_the_sensor_for_itself_even_in_the_middle_of_a_reading(
    harness: DashboardHarness,
) -> None:
    async with rounds_of(harness, "gate-1") as watched:
        await asyncio.sleep(35.0)
        assert watched.asked() > 5
        watched.owned.add("gate-1")
        await asyncio.sleep(2.0)
        assert await watched.asked_in(EVERY) == 0
        assert watched.found == []
        watched.owned.clear()
        await asyncio.sleep(75.0)
        assert len(watched.found) == 1


async def test_a_change_brings_the_next_reading_forward_and_that_of_a_view_puts_it_off(
    harness: DashboardHarness,
) -> None:
    async with rounds_of(harness, "gate-1") as watched:
        await asyncio.sleep(75.0)
        watched.rounds.changed("gate-1")
        await asyncio.sleep(100.0)
        assert len(watched.found) == 2
        await asyncio.sleep(EVERY - 150.0)
        watched.rounds.taken("gate-1")
        assert await watched.asked_in(EVERY - 50.0) == 0
        watched.rounds.keep([])
        assert await watched.asked_in(2 * EVERY) == 0


async def test_a_reading_does_not_undo_what_was_pushed_while_it_went_on(harness: DashboardHarness) -> None:
    async with rounds_of(harness, "gate-1") as watched:
        await asyncio.sleep(35.0)
        identity = Identity(name="picoScan150", version="2.3.3.0R", serial="1000")
        old, now = harness.context.clock.now() - timedelta(seconds=60), harness.context.clock.now()
        pushed = VariableReading(name="DeviceStatus", value=7, at=now)
        before = VariableReading(name="CurrentTempDev", value=99.0, at=old)
        watched.known["gate-1"] = Readings(
            identity=identity, at=now, values={"DeviceStatus": pushed, "CurrentTempDev": before}
        )
        await asyncio.sleep(40.0)
        (found,) = watched.found
        assert found.report.state is HealthState.ERROR
        assert "recoverable_error" in {each.code for each in found.report.findings}
        assert "temperature_alarm" not in {each.code for each in found.report.findings}
