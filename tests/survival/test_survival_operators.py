"""Two people at once: on one PC a lock decides, across PCs the sensor is the only truth."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from sicktui.engine.context import Context, open_context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.follow import follow
from sicktui.engine.run.history import every_event
from sicktui.engine.run.launch import start_run
from sicktui.engine.targets import choose
from sicktui.engine.update.plan import plan_update
from sicktui.model.enums import Code, Operation, RunState, Verdict
from sicktui.model.firmware.package import Package
from sicktui.model.run.event import VOLATILE, Event, UpdateStateRead, VerdictReached
from sicktui.model.run.plan import RunSpec, UpdateOptions
from sicktui.simulator.spec import Fault
from tests.support.harness import PASSWORD
from tests.support.killed_runs import (
    NEW,
    OLD,
    WITHOUT_BACKUP,
    KilledRuns,
    assert_looked_before_writing,
    complete_uploads,
    sensor,
)
from tests.support.waiting import LIMIT

_BOTH_CLIENTS: Final = 8
"""Requests before an upload among which its own look is, where another client asks as well."""


def second_home(harness: KilledRuns, folder: Path, *, same_pc: bool) -> Context:
    """Another home: on this PC with its locks, or with others as on another PC."""
    made = open_context(home=folder, password=PASSWORD, environ={}, use_keyring=False)
    made.settings = harness.context.settings
    if not same_pc:
        made.home = replace(made.home, sensor_locks=folder / "locks of the other PC")
    return made


async def planned(context: Context, harness: KilledRuns, package: Package) -> RunSpec:
    """An update of all sensors, planned in one home."""
    addresses = [device.address for device in harness.fleet.devices]
    targets = choose(addresses, context.devices(), context.settings)
    items = await plan_update(context, targets, package, WITHOUT_BACKUP)
    return new_spec(context, Operation.UPDATE, items, package=package, options=WITHOUT_BACKUP)


async def ended(context: Context, run: str) -> dict[str, VerdictReached]:
    """The verdicts of a run when it is over."""
    async with asyncio.timeout(LIMIT):
        async for _ in follow(context, run, interval=0.05):
            pass
    return {e.device: e for e in every_event(context.journal, run) if isinstance(e, VerdictReached)}


async def test_two_processes_compete_and_one_drives(
    harness: KilledRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have planned while the sensor was free, and both start in the same moment."""
    [device] = await harness.sensors(sensor(flash_seconds=60.0))
    bob = second_home(harness, harness.folder / "bob", same_pc=True)
    package = harness.package(NEW)
    mine = await planned(harness.context, harness, package)
    his = await planned(bob, harness, package)
    monkeypatch.setenv("SSH_CLIENT", "10.0.0.9 50000 22")
    await asyncio.gather(start_run(harness.context, mine), start_run(bob, his))
    pids = {harness.pid(mine.run), bob.journal.row(his.run).pid}
    assert len(pids) == 2
    [one], [two] = (await ended(harness.context, mine.run)).values(), (await ended(bob, his.run)).values()
    winner, loser = (one, two) if one.verdict is Verdict.SUCCEEDED else (two, one)
    harness.assert_updated(device, winner)
    assert (loser.verdict, loser.code) == (Verdict.FAILED, Code.BUSY)
    assert f"run {winner.run}" in loser.message
    assert "from 10.0.0.9" in loser.message
    assert "since" in loser.message
    assert any(f"pid {pid}" in loser.message for pid in pids)
    assert loser.advice
    bob.close()


async def test_a_plan_names_who_drives_the_sensor(harness: KilledRuns) -> None:
    """Also while UpdateState does not tell of it."""
    [device] = await harness.sensors(sensor(faults=(Fault(name="backup_pending_forever"),)))
    bob = second_home(harness, harness.folder / "bob", same_pc=True)
    spec = await harness.update_spec(UpdateOptions())
    await start_run(harness.context, spec)
    await harness.until(spec.run, "act create_backup done")
    asked = len(device.requests)
    [item] = (await planned(bob, harness, harness.package(NEW))).items
    assert item.reason is Code.BUSY
    assert f"pid {harness.pid(spec.run)}" in item.message
    assert spec.run in item.message
    assert all(request.method == "GET" for request in device.requests[asked:])
    bob.close()
    harness.provoked = "was not answered yet"  # two clients read at the same time


async def test_the_lock_of_a_killed_runner_is_free(harness: KilledRuns) -> None:
    [device] = await harness.sensors(sensor(faults=(Fault(name="backup_pending_forever", times=1),)))
    spec = await harness.update_spec(UpdateOptions())
    await start_run(harness.context, spec)
    await harness.until(spec.run, "act create_backup done")
    await harness.kill(spec.run)
    [item] = await harness.plan(harness.package(NEW))
    assert item.reason is None, item.message
    assert device.firmware_version == OLD


@pytest.mark.parametrize("lead", [0.0, 0.15, 0.5])
async def test_across_two_pcs_the_sensor_is_flashed_once(harness: KilledRuns, lead: float) -> None:
    """No lock is shared: whoever comes second sees it at the sensor, right before upload and trigger."""
    [device] = await harness.sensors(sensor(flash_seconds=40.0))
    bob = second_home(harness, harness.folder / "bob", same_pc=False)
    package = harness.package(NEW)
    mine = await planned(harness.context, harness, package)
    his = await planned(bob, harness, package)
    await start_run(harness.context, mine)
    await asyncio.sleep(lead)
    await start_run(bob, his)
    [one], [two] = (await ended(harness.context, mine.run)).values(), (await ended(bob, his.run)).values()
    # Two clients cannot but meet, also between the reading and the act of one of them: the sensor refuses
    # what comes second. What counts is that it refused nothing else.
    harness.provoked = ("was not answered yet", "during UpdateState 1", "during another upload")
    assert device.flashes == 1
    assert device.firmware_version == NEW
    assert {one.verdict, two.verdict} & {Verdict.SUCCEEDED}
    assert_looked_before_writing_each(harness)
    for verdict in (one, two):
        if verdict.verdict is not Verdict.SUCCEEDED:
            # Unreachable: the other one's reboot came in the middle of its backup.
            expected = {Code.BUSY, Code.UPLOAD_FAILED, Code.ALREADY_CURRENT, Code.UNREACHABLE}
            assert verdict.code in expected, verdict.message
    bob.close()


def assert_looked_before_writing_each(harness: KilledRuns) -> None:
    """Requests of two clients are interleaved: before each upload somebody has seen that nothing flashes."""
    for device in harness.fleet.devices:
        for number, request in enumerate(device.requests):
            if request.method == "PUT":
                seen = device.requests[max(0, number - _BOTH_CLIENTS) : number]
                looks = [each for each in seen if each.path.endswith("/UpdateState")]
                assert any(look.update_state != 1 for look in looks), "an upload into a flash"


@pytest.mark.parametrize("state", [1, 0])
async def test_an_update_from_another_pc_is_seen_before_the_upload(harness: KilledRuns, state: int) -> None:
    """It began after this plan; at ``0`` it has come to its end before this run."""
    [device] = await harness.sensors(sensor(flash_seconds=200.0 if state else 5.0))
    bob = second_home(harness, harness.folder / "bob", same_pc=False)
    package = harness.package(NEW)
    mine = await planned(harness.context, harness, package)
    his = await planned(bob, harness, package)
    await start_run(bob, his)
    if state:
        async with asyncio.timeout(LIMIT):
            while device.update_state != 1:
                await asyncio.sleep(0.01)
    else:
        await ended(bob, his.run)
    await start_run(harness.context, mine)
    [verdict] = (await ended(harness.context, mine.run)).values()
    if state:
        assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BUSY)
        assert "did not start" in verdict.message
        assert "power-cycle" in verdict.advice
    else:
        assert (verdict.verdict, verdict.code) == (Verdict.SKIPPED, Code.ALREADY_CURRENT)
    [other] = (await ended(bob, his.run)).values()
    assert other.verdict is Verdict.SUCCEEDED, other.message
    assert len(complete_uploads(device)) == 1
    assert device.flashes == 1
    bob.close()
    harness.provoked = "was not answered yet"


async def test_state_and_version_are_read_right_before_upload_and_trigger(harness: KilledRuns) -> None:
    """In the sensor's own record, for a first upload, a repeated one, and a repeated trigger."""
    plain, broken, lost = await harness.sensors(
        sensor("plain"),
        sensor("broken", faults=(Fault(name="upload_reset", times=1),)),
        sensor("lost", faults=(Fault(name="trigger_lost"),)),
    )
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    verdicts = await ended(harness.context, spec.run)
    for device in (plain, broken, lost):
        assert verdicts[device.address].verdict is Verdict.SUCCEEDED, verdicts[device.address].message
        assert_looked_before_writing(device)
    assert sum(request.method == "PUT" for request in broken.requests) == 2
    assert sum("RunFirmwareUpdate" in request.path for request in lost.requests) == 2


async def test_two_followers_see_the_same(harness: KilledRuns) -> None:
    await harness.sensors(sensor("one"), sensor("two"))
    other = open_context(home=harness.context.home.state.parent, environ={}, use_keyring=False)
    spec = await harness.update_spec()
    await start_run(harness.context, spec)

    async def watch(context: Context) -> list[tuple[int, Event]]:
        seen: list[tuple[int, Event]] = []
        async for batch in follow(context, spec.run, interval=0.05):
            seen += batch
        return seen

    one, two = await asyncio.gather(watch(harness.context), watch(other))
    # Progress may be gone before a follower has looked: it matters only while it is new.
    kept_one, kept_two = (
        [entry for entry in seen if not isinstance(entry[1], VOLATILE)] for seen in (one, two)
    )
    assert kept_one == kept_two
    assert any(isinstance(event, UpdateStateRead) for _, event in kept_one)
    assert other.journal.row(spec.run).state is RunState.FINISHED
    other.close()
