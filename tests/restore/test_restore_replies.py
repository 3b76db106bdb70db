"""Restores whose reply is not their end: what was taken on, lost, or reported after a reboot."""

import asyncio

import pytest

from sicktui.model.enums import Verdict
from sicktui.simulator.device.plans import RestorePlan
from sicktui.simulator.fleet.fleet import Device
from tests.support.engine_harness import EngineHarness

pytestmark = pytest.mark.skips_waiting


def _applies_later(device: Device, seconds: float) -> None:
    """Let ``RestoreParameterBackup`` reply with ``Result`` true at once, and do its work afterwards."""
    finish, tasks = device.backups.finish_restore, []

    async def later(plan: RestorePlan) -> None:
        await asyncio.sleep(seconds)
        await finish(plan)

    async def reply_first(plan: RestorePlan) -> None:
        tasks.append(asyncio.create_task(later(plan)))

    device.backups.finish_restore = reply_first  # type: ignore[method-assign]


@pytest.mark.parametrize("seconds", [0.0, 0.5, 2.0])
async def test_result_true_is_not_saved_before_it_is_applied(harness: EngineHarness, seconds: float) -> None:
    device = await harness.sensor(generation="picoscan-2.2.1")
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()
    _applies_later(device, seconds)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == device.parameters.current == before
