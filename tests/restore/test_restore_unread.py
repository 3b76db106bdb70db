"""What cannot be read after a restore is not counted as equal."""

import pytest

from sicktui.model.enums import Code, Verdict
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness

pytestmark = pytest.mark.skips_waiting


@pytest.mark.parametrize("generation", ["multiscan-2.4.2", "multiscan-2.4.4"])
@pytest.mark.parametrize(("fault", "value"), [("status", 3), ("status", 5), ("status", 9), ("html", None)])
async def test_a_parameter_that_cannot_be_read_any_more_proves_nothing(
    harness: EngineHarness, generation: str, fault: str, value: int | None
) -> None:
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    device.parameters.write("LocationName", "elsewhere")
    name = next(
        name for name in harness.context.snapshots.get(str(record.snapshot)).values if "Filter" in name
    )
    device.add_fault(Fault(name=fault, value=value, at=f"GET {name}", after=1))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.PROTOCOL_ERROR), verdict.message
    assert name in verdict.message


async def test_a_slow_look_is_as_old_as_its_first_value(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="auth-article")
    record = await harness.backed_up(device)
    device.parameters.write("LocationName", "elsewhere")
    name = next(
        name for name in harness.context.snapshots.get(str(record.snapshot)).values if "Filter" in name
    )
    device.add_fault(Fault(name="html", at=f"GET {name}", after=1))
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    assert "MD5Parameters" in verdict.message


async def test_a_checksum_that_cannot_be_read_any_more_is_missed(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")
    record = await harness.backed_up(device)
    device.parameters.write("LocationName", "elsewhere")
    device.add_fault(Fault(name="http_503", at="GET LFTchecksum"))
    verdict = await harness.restore(device, record.id)
    assert (verdict.verdict, verdict.code) == (Verdict.UNKNOWN, Code.PROTOCOL_ERROR), verdict.message
    assert "checksum" in verdict.message
