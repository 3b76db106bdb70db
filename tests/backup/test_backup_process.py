"""Backup and restore by the runner process: detached, journalled, followed like any run."""

import asyncio
import os

import pytest

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.restore.plan import restore_spec
from sicktui.engine.run.follow import follow, liveness
from sicktui.engine.run.launch import resume_run, start_run
from sicktui.model.enums import Code, Operation, RunState, Verdict
from sicktui.model.run.event import Acted
from sicktui.model.run.view import RunView, reduce
from tests.support.engine_harness import EngineHarness, paths
from tests.support.harness import only_verdict
from tests.support.processes import KILL
from tests.support.waiting import LIMIT

pytestmark = pytest.mark.starts_afresh


async def to_the_end(harness: EngineHarness, run: str) -> RunView:
    view = RunView()
    async with asyncio.timeout(LIMIT):
        async for batch in follow(harness.context, run, interval=0.05):
            for _, event in batch:
                view = reduce(view, event)
    return view


async def test_a_backup_and_its_restore_are_done_by_a_process_of_their_own(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    before = dict(device.parameters.current)
    items = await plan_backup(harness.context, [harness.target(device)])
    view = await to_the_end(
        harness, await start_run(harness.context, new_spec(harness.context, Operation.BACKUP, items))
    )
    record = harness.context.backups.get(str(only_verdict(view).backup))
    device.parameters.write("LocationName", "elsewhere")
    device.parameters.save()
    view = await to_the_end(
        harness, await start_run(harness.context, await harness.restore_run(device, "latest"))
    )
    verdict = only_verdict(view)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert (view.operation, view.state, verdict.backup) == (Operation.RESTORE, RunState.FINISHED, record.id)
    assert device.parameters.saved == before
    assert view.summary is not None
    assert view.summary.exit_code == 0


async def test_a_refused_restore_starts_no_process(harness: EngineHarness) -> None:
    device = await harness.sensor()
    record = await harness.backed_up(device)
    harness.context.credentials.passphrase = "wrong"
    plan = await harness.plan_restore(device, record.id)
    run = await start_run(harness.context, restore_spec(harness.context, plan, record.id))
    view = await to_the_end(harness, run)
    assert only_verdict(view).code is Code.WRONG_PASSPHRASE
    assert view.summary is not None
    assert view.summary.exit_code == 4
    assert "PUT parameterbackup" not in paths(device)


async def test_a_killed_runner_is_followed_by_another(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", restore_seconds=60, time_scale=20)
    harness.settings(backup_timeout=20)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    device.parameters.write("LocationName", "elsewhere")
    run = await start_run(harness.context, await harness.restore_run(device, record.id))
    async with asyncio.timeout(LIMIT):
        while not any(isinstance(e, Acted) and e.act == "restore" for e in harness.events(run)):
            await asyncio.sleep(0.02)
    pid = harness.context.journal.row(run).pid
    assert pid is not None
    os.kill(pid, KILL)
    async with asyncio.timeout(LIMIT):
        # Its lock tells, not its pid: a thread in the middle of a write outlives the rest for a moment.
        while liveness(harness.context, harness.context.journal.row(run)).state is RunState.RUNNING:
            await asyncio.sleep(0.02)
    await resume_run(harness.context, run)
    verdict = only_verdict(await to_the_end(harness, run))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == before
