"""After an update: what the reboot lost is named."""

import pytest

from sicktui.model.enums import Verdict
from tests.support.engine_harness import EngineHarness

pytestmark = pytest.mark.skips_waiting


@pytest.mark.parametrize("saved", [True, False])
async def test_what_was_not_saved_is_named_as_lost(harness: EngineHarness, saved: bool) -> None:
    """MD5Parameters covers what is saved, so it is the same before and after."""
    device = await harness.sensor(version="2.3.3.0R")
    device.parameters.write("ScanDataFormat", 4)
    if saved:
        device.parameters.save()
    verdict = await harness.verdict(harness.package("2.4.0.0R"))
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert ("ScanDataFormat: 4 is now 2" in verdict.message) == (not saved)
