"""A full snapshot goes with every backup, and no flash waits for it."""

import pytest

from sicktui.engine.backup.completion import complete_backup
from sicktui.engine.backup.history import changed_since
from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.observe import connect
from sicktui.engine.parameters.of_backup import parameters_of
from sicktui.engine.parameters.variables import affordable, variables
from sicktui.engine.plan.base import lock_of
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.runner import serve
from sicktui.model.enums import Operation, RunState, Verdict
from sicktui.model.settings import Limits
from sicktui.sensor.errors import OtherSensor
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.stores.backups.prune import PruneRule, plan_prune, prune
from sicktui.stores.backups.versions import version_of
from sicktui.stores.disk.locks import Held
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

LATE = "GET rosFrameId"
"""A parameter for which there is no time while a backup is made."""


async def test_all_parameters_are_read_when_every_sensor_has_flashed(harness: EngineHarness) -> None:
    assert "rosFrameId" not in affordable("picoScan", 2.0, "2.3.3.0R")
    harness.settings(limits=Limits(requests_per_second=1000.0, jobs=1))
    made = await harness.sensors(DeviceSpec(name="one", serial="1001"), DeviceSpec(name="two", serial="1002"))
    await harness.plan(package := harness.package())
    spec = harness.spec(package)
    runner = harness.runner(spec)
    await runner.run()
    assert harness.view(spec.run).counts()[Verdict.SUCCEEDED] == 2
    during = [len(device.requests) for device in made]
    assert not any(LATE in paths(device) for device in made), "nothing of it before the end of the run"
    ended = max(device.requests[-1].seconds for device in made)
    assert harness.context.journal.row(spec.run).state is RunState.FINISHED

    await runner.complete_backups()
    for device, number in zip(made, during, strict=True):
        after = device.requests[number:]
        assert {request.method for request in after} == {"GET"}
        assert min(request.seconds for request in after) >= ended
        assert LATE in paths(device)[number:]
        record = harness.context.backups.list(device.serial)[0]
        known = parameters_of(harness.context.snapshots, record)
        assert known is not None
        every = variables("picoScan", "full", record.version)
        assert set(known.snapshot.values) | set(known.snapshot.unreadable) >= set(every)
        assert "rosFrameId" not in known.proof
        assert "2.4.0.0R" in known.later
        assert changed_since(harness.context, version_of(harness.context.backups, record)) is None


async def test_a_backup_is_completed_once_and_never_beside_other_work(harness: EngineHarness) -> None:
    device = await harness.sensor(serial="1001")
    context = harness.context
    record = await harness.backed_up(device)
    assert LATE not in paths(device)
    [item] = await plan_backup(context, [harness.target(device)])
    lock = lock_of(context.home, item.target, item.identity)

    def later() -> list[str]:
        return [kept.id for kept in context.snapshots.list("1001") if kept.backup == record.id]

    async def complete() -> None:
        target = harness.target(device)
        sensor = connect(context, target)
        try:
            await complete_backup(context.home, sensor, target, record, run="a-run", clock=context.clock)
        finally:
            await sensor.aclose()

    with lock, pytest.raises(Held):
        await complete()
    assert (later(), LATE in paths(device)) == ([], False), "another run has the sensor"
    device.updater.state = 1
    await complete()
    assert later() == [], "another PC flashes it"
    device.updater.state = 0
    await complete()
    [first] = later()
    number = paths(device).count(LATE)
    await complete()
    assert (later(), paths(device).count(LATE)) == ([first], number)
    device.parameters.write("ScanDataFormat", 4)
    newer = await harness.backed_up(device)
    plan = plan_prune(context.backups, PruneRule(keep=1), context.clock.now())
    assert [gone.id for gone in prune(context.backups, plan, context.snapshots)] == [record.id]
    assert {kept.id for kept in context.snapshots.list("1001")} == {newer.snapshot}


async def test_the_parameters_of_another_sensor_never_go_with_a_backup(harness: EngineHarness) -> None:
    """It takes the address after the run, while all parameters are read."""
    device = await harness.sensor(serial="1001", faults=(Fault(name="other_sensor", at=LATE),))
    context = harness.context
    record = await harness.backed_up(device)
    target = harness.target(device)
    sensor = connect(context, target)
    with pytest.raises(OtherSensor):
        await complete_backup(context.home, sensor, target, record, run="a-run", clock=context.clock)
    await sensor.aclose()
    assert not [kept for kept in context.snapshots.list("1001") if kept.backup == record.id]


async def test_the_process_of_a_run_completes_its_backups_and_ends(harness: EngineHarness) -> None:
    device = await harness.sensor(serial="1001")
    items = await plan_backup(harness.context, [harness.target(device)])
    spec = new_spec(harness.context, Operation.BACKUP, items)
    await serve(harness.runner(spec))
    [record] = harness.context.backups.list("1001")
    assert [kept.backup for kept in harness.context.snapshots.list("1001")] == [record.id, None]
    assert harness.context.journal.row(spec.run).state is RunState.FINISHED
