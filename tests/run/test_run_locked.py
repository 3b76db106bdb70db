"""A sensor that locks its logins in the middle of a run: waited out, and named in the log."""

import pytest

from sicktui.model.enums import Verdict
from sicktui.model.passwords.login import LOCK_WAIT
from sicktui.model.run.event import Logged
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness

pytestmark = pytest.mark.skips_waiting


@pytest.mark.parametrize("generation", ["auth-article", "picoscan-2.2.1", "picoscan-2.3.3"])
async def test_somebody_elses_lock_is_waited_out_and_named(harness: EngineHarness, generation: str) -> None:
    fault = Fault(name="logins_locked", at="POST CreateParameterBackup", seconds=1000)
    device = await harness.sensor(generation=generation, faults=(fault,))
    harness.provoked = "a login while logins are locked"
    verdict = await harness.backup(device)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    [run] = harness.context.journal.runs()
    told = [event.message for event in harness.events(run.run) if isinstance(event, Logged)]
    assert f"The sensor accepts no login now, after refused ones (locked): waiting {LOCK_WAIT:.0f} s." in told
