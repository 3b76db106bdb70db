"""Restores whose reply is not their end: what was taken on, lost, or reported after a reboot."""

import asyncio

import pytest

from sicktui.model.enums import Verdict
from sicktui.simulator.device.parameters import ParameterStore
from sicktui.simulator.device.plans import RestorePlan
from sicktui.simulator.spec import Fault
from tests.restore.delays import applies_later
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting


@pytest.mark.parametrize("seconds", [0.0, 0.5, 2.0])
async def test_result_true_is_not_saved_before_it_is_applied(harness: EngineHarness, seconds: float) -> None:
    device = await harness.sensor(generation="picoscan-2.2.1")
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()
    applies_later(device, seconds)
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert device.parameters.saved == device.parameters.current == before


BAD_REPLIES = [("http_503", 500), ("http_503", 504), ("html", None), ("status", 3)]


@pytest.mark.parametrize("generation", ["multiscan-2.4.2", "picoscan-2.2.1"])
@pytest.mark.parametrize(("fault", "value"), BAD_REPLIES)
@pytest.mark.parametrize("of", ["saved", "current"])
async def test_saving_that_is_answered_badly_twice_is_not_known(
    harness: EngineHarness,
    monkeypatch: pytest.MonkeyPatch,
    generation: str,
    fault: str,
    value: int | None,
    of: str,
) -> None:
    """Reading back what is active, or a checksum of it, proves nothing about saving."""
    monkeypatch.setattr(ParameterStore, "md5", property(lambda store: repr(sorted(vars(store)[of].items()))))
    device = await harness.sensor(generation=generation)
    record = await harness.backed_up(device)
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()
    device.add_fault(Fault(name=fault, at="POST WriteEeprom", value=value))
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.UNKNOWN, verdict
    assert "not known whether the sensor saved it" in verdict.message
    assert "power cycle" in verdict.message
    assert paths(device).count("POST WriteEeprom") == 2


async def test_a_checksum_that_becomes_the_backups_proves_that_it_is_saved(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.2.1")
    record = await harness.backed_up(device)
    device.parameters.write("ScanDataFormat", 4)
    device.parameters.save()
    device.add_fault(Fault(name="html", at="POST WriteEeprom", acts=True))
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict
    assert paths(device).count("POST WriteEeprom") == 1


@pytest.mark.parametrize("generation", ["picoscan-2.3.3"])
@pytest.mark.parametrize("counter", ["PowerOnCnt", "DailyOpHours"])
async def test_a_result_after_a_reboot_that_nothing_proves_is_not_known(
    harness: EngineHarness, generation: str, counter: str
) -> None:
    """The sensor restarts between two looks, applies nothing, and its result is the default of a boot."""
    other = "DailyOpHours" if counter == "PowerOnCnt" else "PowerOnCnt"
    device = await harness.sensor(generation=generation)
    device.add_fault(Fault(name="status", at="GET LFTchecksum", value=5))
    device.add_fault(Fault(name="status", at=f"GET {other}", value=5))
    record = await harness.backed_up(device)

    async def restart(plan: RestorePlan) -> None:
        await asyncio.sleep(0.2)
        device.backups.restored = True
        await device.power_off()
        await device.power_on()

    device.backups.finish_restore = restart  # type: ignore[method-assign]
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.UNKNOWN, verdict
