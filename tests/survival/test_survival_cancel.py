"""Cancel and SIGTERM: what has not begun stops at once, what a sensor has begun is finished."""

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from sicktui.engine.job.control import CANCEL
from sicktui.engine.run.follow import request_cancel
from sicktui.engine.run.launch import start_run
from sicktui.model.enums import Code, RunState, Step, StepState, Verdict
from sicktui.model.run.event import Logged, StepChanged
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.settings import Limits
from sicktui.simulator.spec import DeviceSpec, Fault
from tests.support.killed_runs import KilledRuns, complete_uploads, sensor
from tests.support.waiting import LIMIT, Stopwatch

AT_ONCE = 2.0
"""Seconds in which a run without begun sensors must be over: 0.5 s on a quiet PC."""
FAR = 60.0
"""A deadline that no test can wait for."""

Ask = Callable[[KilledRuns, str], None]


def by_command(harness: KilledRuns, run: str) -> None:
    request_cancel(harness.context, run)


def by_sigterm(harness: KilledRuns, run: str) -> None:
    os.kill(harness.pid(run), signal.SIGTERM)


def by_sigint(harness: KilledRuns, run: str) -> None:
    os.kill(harness.pid(run), signal.SIGINT)


def hanging(endpoint: str, **more: object) -> DeviceSpec:
    """A sensor that hangs at an endpoint from the first time on that the run, not the plan, asks for it."""
    return sensor(faults=(Fault(name="hang", at=endpoint, **more),))  # type: ignore[arg-type]


FOREVER = "a backup that is never finished"
WAITS: dict[str, tuple[DeviceSpec, str]] = {
    "a sensor that hangs in the preflight": (hanging("UpdateState", after=1), "step preflight started"),
    FOREVER: (
        sensor(faults=(Fault(name="backup_pending_forever"),)),
        "act create_backup done",
    ),
    "a backup that trickles": (
        sensor(faults=(Fault(name="trickle", at="GET parameterbackup"),)),
        "step backup started",
    ),
    "a sensor that hangs while it makes its backup": (
        hanging("CreateParameterBackup"),
        "act create_backup intended",
    ),
    "a sensor that hangs at the door": (hanging("CreateSessionToken"), "step backup started"),
}


@pytest.mark.parametrize(
    ("wait", "ask"),
    [*((wait, by_command) for wait in WAITS), (FOREVER, by_sigterm), (FOREVER, by_sigint)],
)
async def test_what_waits_before_its_upload_stops_at_once(harness: KilledRuns, wait: str, ask: Ask) -> None:
    spec_of_sensor, point = WAITS[wait]
    [device] = await harness.sensors(spec_of_sensor)
    harness.settings(request_timeout=FAR, backup_timeout=FAR, stall_timeout=FAR)
    spec = await harness.update_spec(UpdateOptions())
    await start_run(harness.context, spec)
    await harness.until(spec.run, point)
    asked = Stopwatch()
    ask(harness, spec.run)
    view = await harness.to_the_end(spec.run)
    assert asked.seconds() < AT_ONCE
    assert view.state is RunState.CANCELLED
    [verdict] = harness.verdicts(spec.run).values()
    assert (verdict.verdict, verdict.code) == (Verdict.CANCELLED, Code.CANCELLED)
    assert complete_uploads(device) == []
    last = {event.step: event.state for event in harness.events(spec.run) if isinstance(event, StepChanged)}
    assert StepState.STARTED not in last.values(), "no step is left open"
    assert harness.context.backups.list() == []
    harness.provoked = "was not answered yet"  # the request it was torn from


@pytest.mark.parametrize("ask", [by_command, by_sigterm])
async def test_a_cancelled_backup_run_stops_at_once(harness: KilledRuns, ask: Ask) -> None:
    await harness.sensors(
        *(sensor(f"s{n}", faults=(Fault(name="backup_pending_forever"),)) for n in range(4))
    )
    harness.settings(request_timeout=FAR, backup_timeout=FAR)
    spec = await harness.backup_spec()
    await start_run(harness.context, spec)
    await harness.until(spec.run, "act create_backup done", devices=4)
    asked = Stopwatch()
    ask(harness, spec.run)
    await harness.to_the_end(spec.run)
    assert asked.seconds() < AT_ONCE
    assert {v.verdict for v in harness.verdicts(spec.run).values()} == {Verdict.CANCELLED}
    assert harness.assert_backups_whole() == 0


@pytest.mark.parametrize("ask", [by_command, by_sigterm])
async def test_begun_sensors_are_finished_and_named_and_nothing_new_begins(
    harness: KilledRuns, ask: Ask
) -> None:
    names = ["flashing", "uploading", "queued", "stuck"]
    flashing, uploading, queued, stuck = await harness.sensors(
        sensor("flashing", flash_seconds=70.0),
        sensor("uploading", link_rate=20_000.0, faults=()),
        sensor("queued"),
        sensor("stuck", faults=(Fault(name="backup_pending_forever"),)),
    )
    harness.settings(limits=Limits(requests_per_second=1000.0, jobs=3), backup_timeout=FAR)
    spec = await harness.update_spec(UpdateOptions(), size=800_000)
    # The queued one comes last, whatever the order of the plan.
    order = [flashing, uploading, stuck, queued]
    items = {item.device: item for item in spec.items}
    spec = type(spec)(
        **{field: getattr(spec, field) for field in spec.__struct_fields__}
        | {"items": tuple(items[device.address] for device in order)}
    )
    await start_run(harness.context, spec)
    await harness.until(spec.run, "state 1")
    async with asyncio.timeout(LIMIT):
        while uploading.phase != "uploading":
            await asyncio.sleep(0.01)
    ask(harness, spec.run)
    async with asyncio.timeout(AT_ONCE):
        while len(harness.view(spec.run).waited_for()) > 2:
            await asyncio.sleep(0.02)
    assert harness.view(spec.run).waited_for() == {
        flashing.address: Step.FLASH,
        uploading.address: Step.UPLOAD,
    }
    [line] = [e for e in harness.events(spec.run) if isinstance(e, Logged) and "Waiting for" in e.message]
    assert f"{flashing.address} (flash)" in line.message
    assert f"{uploading.address} (upload)" in line.message
    assert stuck.address not in line.message
    commands = [command for _, command in harness.context.journal.commands(spec.run)]
    assert commands == ([CANCEL] if ask is by_command else [])
    view = await harness.to_the_end(spec.run)
    assert view.state is RunState.CANCELLED
    verdicts = harness.verdicts(spec.run)
    for device in (flashing, uploading):
        harness.assert_updated(device, verdicts[device.address])
    for device in (queued, stuck):
        assert verdicts[device.address].verdict is Verdict.CANCELLED
        assert complete_uploads(device) == []
    assert len(names) == len(verdicts)


async def test_a_sensor_stuck_in_its_flash_ends_a_cancelled_run_at_flash_timeout(harness: KilledRuns) -> None:
    harness.settings(flash_timeout=1.0)
    [device] = await harness.sensors(sensor(faults=(Fault(name="stuck_at_1"),)))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    await harness.until(spec.run, "state 1")
    asked = Stopwatch()
    os.kill(harness.pid(spec.run), signal.SIGTERM)
    os.kill(harness.pid(spec.run), signal.SIGTERM)  # impatience changes nothing
    await harness.to_the_end(spec.run)
    assert asked.seconds() < 4
    [verdict] = harness.verdicts(spec.run).values()
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.FLASH_TIMEOUT)
    assert device.update_state == 1


@pytest.mark.parametrize("moment", range(0, 20, 4))
async def test_cancel_at_any_moment_leaves_no_sensor_between(harness: KilledRuns, moment: int) -> None:
    """Whenever it comes, a sensor is either left alone or updated, and the verdict says which."""
    devices = await harness.sensors(*(sensor(f"s{n}") for n in range(3)))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    await asyncio.sleep(moment * 0.05)
    request_cancel(harness.context, spec.run)
    await harness.to_the_end(spec.run)
    for device in devices:
        verdict = harness.verdicts(spec.run)[device.address]
        if verdict.verdict is Verdict.CANCELLED:
            assert not [request for request in device.requests if request.method == "PUT"]
        else:
            harness.assert_updated(device, verdict)
    harness.provoked = "was not answered yet"
