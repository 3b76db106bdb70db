"""A sensor that is flashing is left alone, and a clock that is wrong is named."""

from datetime import timedelta

import pytest

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.plan.clock import clock_words
from sicktui.engine.plan.spec import new_spec
from sicktui.model.clock import timestamp
from sicktui.model.enums import Code, Operation, Verdict
from tests.support.engine_harness import EngineHarness, paths
from tests.support.harness import only_verdict

pytestmark = pytest.mark.skips_waiting


async def test_a_sensor_that_is_flashing_is_not_backed_up(harness: EngineHarness) -> None:
    device = await harness.sensor(update_state=1, flash_seconds=9000.0)
    [item] = await plan_backup(harness.context, [harness.target(device)])
    assert (item.may_go, item.reason) == (False, Code.BUSY)


async def test_one_that_flashes_since_the_plan_is_left_alone_by_a_backup(harness: EngineHarness) -> None:
    device = await harness.sensor()
    items = await plan_backup(harness.context, [harness.target(device)])
    device.updater.start_foreign(None)
    spec = new_spec(harness.context, Operation.BACKUP, items)
    await harness.runner(spec).run()
    verdict = only_verdict(harness.view(spec.run))
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BUSY)
    assert "POST CreateParameterBackup" not in paths(device)


@pytest.mark.parametrize(
    ("away", "words"),
    [(-5844, "is behind"), (-1, "is behind"), (365, "days ahead"), (200, "days ahead"), (9, "")],
)
async def test_a_clock_that_does_not_fit_the_last_backup_is_named(
    harness: EngineHarness, away: int, words: str
) -> None:
    device = await harness.sensor()
    record = await harness.backed_up(device)
    now = harness.context.clock.now() + timedelta(days=away)
    harness.context.clock.now = lambda: now  # type: ignore[method-assign]
    assert (words in clock_words(harness.context)) if words else not clock_words(harness.context)
    [item] = await plan_backup(harness.context, [harness.target(device)])
    assert any(words in warning for warning in item.warnings) == bool(words)
    assert timestamp(now) != record.created
