"""What a resumed run makes of sensors that went on by themselves while nobody looked."""

import asyncio
import random
import shutil
import sys

import pytest

from sicktui.engine.run.diagnosis import diagnose_runner_loss
from sicktui.engine.run.follow import follow, interrupted
from sicktui.engine.run.launch import resume_run, start_run
from sicktui.model.enums import Code, RunState, Verdict
from sicktui.model.run.event import Event, Logged, RunChanged
from sicktui.model.run.plan import UpdateOptions
from sicktui.model.run.view import RunView, reduce
from sicktui.model.settings import Limits
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from tests.support.killed_runs import NEW, OLD, KilledRuns, complete_uploads, sensor
from tests.support.waiting import LIMIT

COUNTERS = ("PowerOnCnt", "DailyOpHours", "LSPdatetime", "LFTchecksum")
GENERATIONS = ["firmware-article", "auth-article", "picoscan-2.2.1"]


async def until_phase(device: Device, *phases: str) -> None:
    """Wait until the sensor itself has come so far, which no runner can see."""
    async with asyncio.timeout(LIMIT):
        while device.phase not in phases:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize(
    ("when", "point"),
    [
        ("before", "act put_update done"),
        ("after", "act run_firmware_update intended"),
        ("after", "state 1"),
    ],
)
async def test_every_generation_is_resumed(
    harness: KilledRuns, generation: str, when: str, point: str
) -> None:
    [device] = await harness.sensors(sensor(generation=generation))
    spec = await harness.update_spec()
    await harness.start_killed(spec, when, point)
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict, uploads=(1, 2))


@pytest.mark.parametrize("point", ["act run_firmware_update done", "state 1"])
async def test_a_sensor_that_came_back_meanwhile_is_not_touched_again(
    harness: KilledRuns, point: str
) -> None:
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", point)
    await until_phase(device, "updated")
    writes = sum(request.method != "GET" for request in device.requests)
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)
    assert sum(request.method != "GET" for request in device.requests) == writes


@pytest.mark.parametrize("point", ["act run_firmware_update done", "state 1", "state 2"])
@pytest.mark.parametrize("hidden", [(), ("PowerOnCnt",), COUNTERS])
async def test_the_same_version_again_is_flashed_once(
    harness: KilledRuns, point: str, hidden: tuple[str, ...]
) -> None:
    """With --force the version proves nothing: a counter does, and without one nothing does."""
    [device] = await harness.sensors(
        sensor(version=NEW, hidden=hidden, flash_seconds=20.0, finished_seconds=8.0)
    )
    spec = await harness.update_spec(UpdateOptions(force=True, backup=False))
    await harness.start_killed(spec, "after", point)
    await until_phase(device, "updated")
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert device.flashes == 1
    assert len(complete_uploads(device)) == 1
    if hidden == COUNTERS:
        assert verdict.verdict is Verdict.UNKNOWN
        assert "--force" in verdict.advice
    else:
        assert verdict.verdict is Verdict.SUCCEEDED, verdict.message


async def test_without_a_power_on_count_a_trigger_that_never_came_is_made_good(harness: KilledRuns) -> None:
    [device] = await harness.sensors(sensor(hidden=("PowerOnCnt",)))
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "act run_firmware_update intended")
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict, uploads=(1, 2))


@pytest.mark.parametrize("hidden", [(), ("PowerOnCnt",)])
async def test_a_power_cut_during_the_flash_while_nobody_looked(
    harness: KilledRuns, hidden: tuple[str, ...]
) -> None:
    [device] = await harness.sensors(
        # Half of the flash, which must be seen: 0.6 s.
        sensor(
            hidden=hidden,
            flash_seconds=60.0,
            faults=(Fault(name="power_off_in_flash", seconds=1.0, times=1),),
        )
    )
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "state 1")
    await until_phase(device, "idle")
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert device.firmware_version == OLD
    assert verdict.verdict is Verdict.FAILED, verdict.message
    assert device.flashes == 1


async def test_a_restart_between_upload_and_trigger_loses_the_package(harness: KilledRuns) -> None:
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "act put_update done")
    await device.reboot()
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.INTERRUPTED)
    assert OLD in verdict.message
    assert device.flashes == 0
    assert not [request for request in device.requests if "RunFirmwareUpdate" in request.path]


async def test_a_sensor_that_starts_by_itself_is_not_sent_the_package_again(harness: KilledRuns) -> None:
    """Its upload was whole, and only its outcome was not written down."""
    harness.settings(autostart_wait=1.0)
    [device] = await harness.sensors(sensor(autostart_after=40.0))
    spec = await harness.update_spec()
    await harness.start_killed(spec, "before", "act put_update done")
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)


async def test_a_flash_that_failed_while_nobody_looked(harness: KilledRuns) -> None:
    [device] = await harness.sensors(sensor(update_state=3, faults=(Fault(name="update_error"),)))
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "state 1")
    await until_phase(device, "error")
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.UPDATE_ERROR)
    assert device.flashes == 1


async def test_a_sensor_that_never_comes_back_is_unknown(harness: KilledRuns) -> None:
    harness.settings(reconnect_timeout=0.5)
    [device] = await harness.sensors(sensor(faults=(Fault(name="no_return"),)))
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "state 1")
    async with asyncio.timeout(LIMIT):
        while device.online:
            await asyncio.sleep(0.01)
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.NO_RETURN)


@pytest.mark.starts_afresh  # a forked one resumes before the sensor has noticed that the first upload is dead
async def test_killed_in_the_middle_of_an_upload(harness: KilledRuns) -> None:
    [device] = await harness.sensors(sensor(link_rate=40_000.0))
    spec = await harness.update_spec(size=1_000_000)
    await start_run(harness.context, spec)
    await until_phase(device, "uploading")
    await harness.kill(spec.run)
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict)


@pytest.mark.parametrize(
    "deaths",
    [
        ["act put_update intended", "step upload started", "act put_update done"],
        ["act run_firmware_update intended", "step flash started", "state 1"],
        ["state 1", "step flash started", "step verify started", "verdict"],
        ["step upload started", "survey", "act run_firmware_update done", "step verify done"],
    ],
)
async def test_killed_again_and_again(harness: KilledRuns, deaths: list[str]) -> None:
    [device] = await harness.sensors(sensor())
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", deaths[0])
    for point in deaths[1:]:
        await harness.resume_killed(spec.run, "after", point)
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    harness.assert_updated(device, verdict, uploads=(1, 2))


@pytest.mark.parametrize("seed", range(2))
async def test_six_sensors_and_a_runner_that_is_killed_at_any_time(harness: KilledRuns, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - it guards nothing
    devices = await harness.sensors(
        *(sensor(f"s{n}", flash_seconds=chance.uniform(5, 40), reboot_seconds=8.0) for n in range(6))
    )
    harness.settings(limits=Limits(requests_per_second=1000.0, jobs=3))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    for _ in range(3):
        await asyncio.sleep(chance.uniform(0.1, 0.9))
        if not interrupted(harness.context):
            await harness.kill(spec.run)
        await resume_run(harness.context, spec.run)
    view = await harness.to_the_end(spec.run)
    assert view.finished
    verdicts = harness.verdicts(spec.run)
    for device in devices:
        harness.assert_updated(device, verdicts[device.address], uploads=(1, 2))


async def test_some_decided_some_in_flight_some_not_begun(harness: KilledRuns) -> None:
    """The budget and the canaries of the first runner hold for the second one too."""
    quick = sensor("quick", flash_seconds=60.0, reboot_seconds=2.0)
    bad = sensor("bad", flash_seconds=2.0, faults=(Fault(name="update_error"),))
    slow = sensor("slow", flash_seconds=200.0)
    devices = await harness.sensors(quick, bad, slow, sensor("late"), sensor("later"))
    harness.settings(limits=Limits(requests_per_second=1000.0, jobs=3, max_failures=1))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    async with asyncio.timeout(LIMIT):
        while {v.verdict for v in harness.view(spec.run).devices.values() if v.verdict} == set() or (
            sum(v.verdict is not None for v in harness.view(spec.run).devices.values()) < 2
        ):
            await asyncio.sleep(0.01)
    await harness.kill(spec.run)
    assert devices[2].update_state == 1
    await harness.resumed_to_the_end(spec.run)
    reached = [harness.verdicts(spec.run)[device.address] for device in devices]
    assert [event.verdict for event in reached[:3]] == [Verdict.SUCCEEDED, Verdict.FAILED, Verdict.SUCCEEDED]
    assert [device.flashes for device in devices[:3]] == [1, 1, 1]
    for device, event in zip(devices[3:], reached[3:], strict=True):
        assert (event.verdict, event.code) == (Verdict.SKIPPED, Code.BUDGET_EXHAUSTED)
        assert complete_uploads(device) == []


async def test_a_canary_that_failed_before_the_interruption_still_holds_the_rest_back(
    harness: KilledRuns,
) -> None:
    canary = sensor("canary", flash_seconds=2.0, faults=(Fault(name="update_error"),))
    devices = await harness.sensors(canary, sensor("one"), sensor("two"))
    harness.settings(limits=Limits(requests_per_second=1000.0, jobs=3, max_failures=9, canary=1))
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "verdict")
    await harness.resumed_to_the_end(spec.run)
    reached = [harness.verdicts(spec.run)[device.address].verdict for device in devices]
    assert reached == [Verdict.FAILED, Verdict.SKIPPED, Verdict.SKIPPED]


@pytest.mark.skipif(sys.platform == "win32", reason="no signal stops a process there")
async def test_cancelled_and_then_killed_it_ends_cancelled_when_resumed(harness: KilledRuns) -> None:
    """A cancel outlives the runner: what is in flight is finished, what is not begun stays so."""
    flying, waiting = await harness.sensors(sensor("flying", flash_seconds=60.0), sensor("waiting"))
    harness.settings(limits=Limits(requests_per_second=1000.0, jobs=1))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    await harness.until(spec.run, "state 1")
    harness.pause(spec.run)  # it must not hear of the cancel before it dies
    harness.context.journal.send(spec.run, "cancel")
    await harness.kill(spec.run)
    view = await harness.resumed_to_the_end(spec.run)
    assert view.state is RunState.CANCELLED
    verdicts = harness.verdicts(spec.run)
    harness.assert_updated(flying, verdicts[flying.address])
    assert verdicts[waiting.address].verdict is Verdict.CANCELLED
    assert complete_uploads(waiting) == []


async def test_a_face_sees_the_runner_go_and_follows_on_after_the_resume(harness: KilledRuns) -> None:
    await harness.sensors(sensor(flash_seconds=60.0))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    view, last, seen = RunView(), 0, []

    async def watch() -> None:
        nonlocal view, last
        async for batch in follow(harness.context, spec.run, after=last, interval=0.05):
            for number, event in batch:
                view, last = reduce(view, event), number
                seen.append(event)

    watcher = asyncio.create_task(watch())
    await harness.until(spec.run, "state 1")
    await harness.kill(spec.run)
    async with asyncio.timeout(3):
        await watcher
    assert view.state is RunState.INTERRUPTED
    assert isinstance(seen[-1], RunChanged)
    assert seen[-1].pid is None
    await resume_run(harness.context, spec.run)
    async with asyncio.timeout(LIMIT):
        await watch()
    assert view.finished
    stored = harness.events(spec.run)
    durable: list[Event] = [event for event in seen if event in stored]
    assert durable == stored, "what was seen in two parts is what was written, in its order"
    assert any(isinstance(event, Logged) and "Resumed by" in event.message for event in seen)


async def test_what_may_have_ended_a_runner_is_told_with_the_remedy(
    harness: KilledRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.sensors(sensor())
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", "state 1")
    assert diagnose_runner_loss(harness.context, spec.run) == [], "a kill leaves nothing to be seen"
    usage = shutil.disk_usage(harness.context.home.state)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=4096))
    [said] = diagnose_runner_loss(harness.context, spec.run)
    assert str(harness.context.home.state) in said
    assert "Free some space" in said
