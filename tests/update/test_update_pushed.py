"""A run looks at once where a sensor pushes a change, and judges only what it reads."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from sicktui.engine.job import hastening
from sicktui.engine.job.hastening import Hastener
from sicktui.model.device import Identity
from sicktui.model.enums import UpdateState, Verdict
from sicktui.model.run.event import UpdateStateRead
from sicktui.sensor.client import Sensor
from sicktui.sensor.events.kinds import Event
from sicktui.sensor.events.messages import Pushed
from sicktui.simulator.spec import DeviceSpec, Fault
from tests.support.clocks import ManualClock, clock_of_the_loop
from tests.support.engine_harness import EngineHarness
from tests.support.harness import only_verdict

PUSHING = Identity(name="picoScan", version="2.3.3.0R", serial="1001")


def pushing(*faults: str) -> DeviceSpec:
    return DeviceSpec(
        name="gate", version="2.3.3.0R", faults=tuple(Fault(name=fault) for fault in faults), flash_seconds=20
    )


@pytest.mark.skips_waiting
async def test_a_flash_is_seen_when_it_begins_and_ends(harness: EngineHarness) -> None:
    [device] = await harness.sensors(pushing(), time_scale=1.0)
    harness.settings(
        poll_interval=15.0,
        flash_timeout=300.0,
        reconnect_timeout=600.0,
        reconnect_interval=5.0,
        autostart_wait=30.0,
    )
    view = await harness.update(harness.package())
    assert only_verdict(view).verdict is Verdict.SUCCEEDED
    states = [e.value for e in harness.events(view.run) if isinstance(e, UpdateStateRead)]
    assert [UpdateState(value) for value in dict.fromkeys(states)] == [
        UpdateState.INITIAL,
        UpdateState.STARTED,
        UpdateState.FINISHED,
    ]
    assert sum("apievents" in request.path for request in device.requests) == 1
    assert device.violations == []


@pytest.mark.skips_waiting
@pytest.mark.parametrize(
    "fault", ["events_silent", "events_out_of_order", "events_wrong_types", "events_drop", "events_repeated"]
)
async def test_no_channel_changes_a_verdict(harness: EngineHarness, fault: str) -> None:
    [device] = await harness.sensors(pushing(fault))
    verdict = only_verdict(await harness.update(harness.package()))
    assert (verdict.verdict, verdict.to_version) == (Verdict.SUCCEEDED, "2.4.0.0R"), verdict.message
    assert device.violations == []


class Lying:
    """A sensor whose events come without end."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed = 0
        self.encrypted = False

    def events(self, *, on_event: Callable[[Pushed], None], on_live: Callable[[bool], None]) -> Any:
        self._push = on_event
        self.opened += 1
        return None if self.encrypted else self

    def answered(self) -> None:
        """It may connect."""

    async def run(self) -> None:
        try:
            while True:
                self._push(Pushed(Event.UPDATE_STATE, UpdateState.FINISHED))
                await asyncio.sleep(0.1)
        finally:
            self.closed += 1


@pytest.mark.skips_waiting
async def test_a_channel_without_end_brings_a_few_looks_forward_and_no_more() -> None:
    sensor = Lying()
    hastener = Hastener(cast("Sensor", sensor), clock_of_the_loop())
    now = asyncio.get_running_loop().time
    waited = []
    for _ in range(hastening.MOST + 5):
        began = now()
        await hastener.wait(5.0, PUSHING)
        waited.append(now() - began)
    assert min(waited) >= hastening.SHORTEST * 0.99
    assert max(waited) <= 5.1
    assert [seconds > 4.9 for seconds in waited] == [False] * hastening.MOST + [True] * 5
    assert (sensor.opened, sensor.closed) == (1, 1)


@pytest.mark.parametrize(
    "identity",
    [None, Identity(name="picoScan", version="2.2.1.0R"), Identity(name="multiScan", version="2.4.2.0R")],
)
async def test_a_wait_is_a_wait_where_nothing_is_pushed(identity: Identity | None) -> None:
    sensor, clock = Lying(), ManualClock()
    await Hastener(cast("Sensor", sensor), clock).wait(5.0, identity)
    assert (sensor.opened, clock.slept) == (0, [5.0])


async def test_over_https_a_wait_is_a_wait() -> None:
    sensor, clock = Lying(), ManualClock()
    sensor.encrypted = True
    hastener = Hastener(cast("Sensor", sensor), clock)
    await hastener.wait(5.0, PUSHING)
    await hastener.wait(5.0, PUSHING)
    assert (sensor.opened, clock.elapsed) == (1, 10.0)


@pytest.mark.skips_waiting
@pytest.mark.parametrize("fault", ["", "events_wrong_types", "events_drop"])
async def test_a_restore_is_judged_the_same(harness: EngineHarness, fault: str) -> None:
    [device] = await harness.sensors(pushing(*filter(None, [fault])))
    record = await harness.backed_up(device)
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert device.violations == []
