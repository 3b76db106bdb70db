"""Restores whose runner was killed: what came while no process ran, or while the next one watches, counts."""

import asyncio

import pytest

from sicktui.engine.reports.document import read_facts
from sicktui.model.enums import Code, Verdict
from sicktui.model.run.event import VerdictReached
from sicktui.simulator.device.plans import RestorePlan
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from tests.restore.delays import applies_later
from tests.support.engine_harness import EngineHarness, paths
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting

RESTORE = "POST RestoreParameterBackup"
KINDS = ("auth-article", "picoscan-2.2.1", "multiscan-2.4.2", "picoscan-2.3.3")


def change(device: Device) -> None:
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()


async def killed_and_resumed(
    harness: EngineHarness, device: Device, backup: str, *, after: float
) -> VerdictReached:
    """The runner is killed when the sensor has the call; the next one begins some seconds later."""
    spec = await harness.restore_run(device, backup)
    task = asyncio.create_task(harness.runner(spec).run())
    while RESTORE not in paths(device):
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(after)
    await harness.runner(spec, resumed=True).run()
    return only_verdict(harness.view(spec.run))


@pytest.mark.parametrize("generation", KINDS)
@pytest.mark.parametrize("checksum", [True, False])
async def test_values_that_came_while_no_process_ran_end_the_restore(
    harness: EngineHarness, generation: str, checksum: bool
) -> None:
    device = await harness.sensor(generation=generation)
    before = dict(device.parameters.current)
    if not checksum:
        device.add_fault(Fault(name="status", at="GET LFTchecksum", value=5))
    record = await harness.backed_up(device)
    change(device)
    applies_later(device, 1.0)
    verdict = await killed_and_resumed(harness, device, record.id, after=5.0)
    assert paths(device).count(RESTORE) == 1
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == before


async def test_the_report_of_a_resumed_restore_claims_no_change(harness: EngineHarness) -> None:
    """The second process has not read what was there before the call."""
    device = await harness.sensor(generation="multiscan-2.4.2")
    record = await harness.backed_up(device)
    change(device)
    verdict = await killed_and_resumed(harness, device, record.id, after=5.0)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    [facts] = read_facts(harness.context, str(verdict.run)).devices
    assert (facts.parameters_compared, facts.parameters) == (None, ())


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.2.1"])
async def test_values_that_come_while_the_next_process_watches_end_it(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    applies_later(device, 6.0)
    harness.settings(backup_timeout=20.0)
    verdict = await killed_and_resumed(harness, device, record.id, after=0.5)
    assert paths(device).count(RESTORE) == 1
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == before


@pytest.mark.parametrize("visible", [True, False])
async def test_a_result_that_came_while_no_process_ran_ends_it(harness: EngineHarness, visible: bool) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")  # its result read pending before
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    if visible:
        change(device)
    verdict = await killed_and_resumed(harness, device, record.id, after=5.0)
    assert paths(device).count(RESTORE) == 1
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == before


async def test_a_failure_that_came_while_no_process_ran_ends_it(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", earlier_results=True)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="restore_code", value=9))
    verdict = await killed_and_resumed(harness, device, record.id, after=5.0)
    assert paths(device).count(RESTORE) == 1
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.RESTORE_REJECTED), verdict
    assert "RestoreResult 9" in verdict.message


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.3.3"])
async def test_it_is_not_said_that_nothing_differed_before_where_something_did(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation)
    device.add_fault(Fault(name="status", at="GET LFTchecksum", value=5))
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="hang", at=RESTORE, acts=False))
    harness.settings(backup_timeout=4.0)
    verdict = await killed_and_resumed(harness, device, record.id, after=0.5)
    assert verdict.verdict is Verdict.UNKNOWN, verdict
    assert "no comparable parameter differed before" not in verdict.message


@pytest.mark.parametrize(
    ("generation", "later"),
    [*((generation, 0.0) for generation in KINDS), ("picoscan-2.2.1", 1.0), ("picoscan-2.3.3", 1.0)],
)
async def test_a_sensor_that_is_exchanged_at_the_call_is_found_before_anything_is_judged(
    harness: EngineHarness, generation: str, later: float
) -> None:
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    change(device)

    async def exchanged(plan: RestorePlan) -> None:
        async def swap() -> None:
            await asyncio.sleep(later)
            device.serial = "99000001"

        if later:
            device.spawn(swap())
        else:
            device.serial = "99000001"

    device.backups.finish_restore = exchanged  # type: ignore[method-assign]
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.OTHER_DEVICE), verdict


async def test_a_sensor_that_is_exchanged_while_no_process_ran_leaves_the_restore_unknown(
    harness: EngineHarness,
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    record = await harness.backed_up(device)
    change(device)
    spec = await harness.restore_run(device, record.id)
    task = asyncio.create_task(harness.runner(spec).run())
    while RESTORE not in paths(device):
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    device.serial = "99000001"
    await harness.runner(spec, resumed=True).run()
    verdict = only_verdict(harness.view(spec.run))
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.OTHER_DEVICE), verdict


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.3.3"])
async def test_a_sensor_that_reboots_for_it_is_waited_for_by_the_next_process(
    harness: EngineHarness, generation: str
) -> None:
    device = await harness.sensor(generation=generation, reboot_seconds=40.0)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    change(device)
    device.add_fault(Fault(name="restore_reboots"))
    harness.settings(reconnect_timeout=120.0)
    spec = await harness.restore_run(device, record.id)
    task = asyncio.create_task(harness.runner(spec).run())
    while device.online:
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not device.online
    await harness.runner(spec, resumed=True).run()
    verdict = only_verdict(harness.view(spec.run))
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert paths(device).count(RESTORE) == 1
    assert device.parameters.saved == before
