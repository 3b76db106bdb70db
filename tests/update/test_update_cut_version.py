"""``DeviceIdent.Version`` holds 8 characters: ``FirmwareVersion`` then decides the plan too."""

import pytest

from sicktui.model.enums import Action, Code, Verdict
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting


@pytest.mark.parametrize("spelled", ["V", "NUL", "bare"])
async def test_what_runs_already_is_not_flashed_again(harness: EngineHarness, spelled: str) -> None:
    fault = Fault(name="version_spelling", value=spelled)
    device = await harness.sensor(version="2.4.0.0R", faults=(fault,))
    [item] = await harness.plan(harness.package("2.4.0.0R"))
    assert (item.action, item.reason) == (Action.SKIP, Code.ALREADY_CURRENT), item.message
    verdict = await harness.verdict(harness.package("2.4.0.0R"))
    assert verdict.verdict is Verdict.SKIPPED
    assert not paths(device, "PUT")


async def test_a_downgrade_is_seen_behind_a_version_that_is_cut_off(harness: EngineHarness) -> None:
    await harness.sensor(version="12.10.1.0R", faults=(Fault(name="version_spelling", value="V"),))
    [item] = await harness.plan(harness.package("12.9.0.0R"))
    assert (item.action, item.reason) == (Action.REFUSE, Code.DOWNGRADE)
    assert "12.10.1.0R" in item.message


async def test_a_version_that_cannot_be_compared_is_named_in_the_plan(harness: EngineHarness) -> None:
    spelled = Fault(name="version_spelling", value="V")
    unreadable = Fault(name="status", at="GET FirmwareVersion", value=3)
    await harness.sensor(version="2.4.0.0R", faults=(spelled, unreadable))
    [item] = await harness.plan(harness.package("2.4.0.0R"))
    assert item.action is Action.UPDATE
    assert "cannot be compared with 2.4.0.0R" in item.message
