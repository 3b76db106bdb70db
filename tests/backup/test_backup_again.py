"""A second ``CreateParameterBackup`` goes only to the same sensor, and not while it is flashing."""

from collections.abc import Callable

import pytest

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.plan.spec import new_spec
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness, paths
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting


def _flashes(device: Device) -> None:
    device.updater.start_foreign(None)


def _exchanged(device: Device) -> None:
    device.serial = "99000001"


@pytest.mark.parametrize(("becomes", "code"), [(_flashes, Code.BUSY), (_exchanged, Code.OTHER_DEVICE)])
async def test_one_that_changes_after_the_first_call_gets_no_second(
    harness: EngineHarness, becomes: Callable[[Device], None], code: Code
) -> None:
    device = await harness.sensor(generation="picoscan-2.2.1", flash_seconds=9000.0)
    await harness.backed_up(device)
    device.add_fault(Fault(name="backup_stale_file"))
    items = await plan_backup(harness.context, [harness.target(device)])
    create, before = device.backups.create, paths(device).count("POST CreateParameterBackup")

    def create_and_change(data: dict[str, object]) -> bool:
        result = create(data)
        becomes(device)
        return result

    device.backups.create = create_and_change  # type: ignore[method-assign]
    spec = new_spec(harness.context, Operation.BACKUP, items)
    await harness.runner(spec).run()
    verdict = only_verdict(harness.view(spec.run))
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, code), verdict
    assert paths(device).count("POST CreateParameterBackup") == before + 1
