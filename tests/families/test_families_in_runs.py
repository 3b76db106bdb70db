"""Updates, backups and restores of every product, as long as a real sensor takes for them."""

import pytest
from msgspec import structs

from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.model.enums import Verdict
from sicktui.model.settings import Timing
from sicktui.simulator.generations import GENERATIONS
from tests.support.engine_harness import EngineHarness

pytestmark = pytest.mark.skips_waiting

NEW = ["picoscan120-2.2.1", "picoscan120-2.3.3", "multiscan-2.4.4", "multiscan200-1.1.0"]


@pytest.mark.parametrize("generation", NEW)
async def test_each_is_updated(harness: EngineHarness, generation: str) -> None:
    """SICK's developer guide: flash and reboot take 2 to 5 minutes."""
    device = await harness.sensor(generation=generation, flash_seconds=60, reboot_seconds=240, time_scale=1.0)
    harness.settings(**structs.asdict(Timing()))
    package = harness.package("9.9.0.0R", family=device.generation.family.name)
    verdict = await harness.verdict(package)
    assert (verdict.verdict, verdict.code) == (Verdict.SUCCEEDED, None), verdict.message
    assert device.firmware_version == "9.9.0.0R"
    assert device.violations == []


@pytest.mark.parametrize("generation", NEW)
@pytest.mark.usefixtures("every_parameter")
async def test_each_is_backed_up_and_restored(harness: EngineHarness, generation: str) -> None:
    device = await harness.sensor(generation=generation, earlier_results=False)
    before = dict(device.parameters.current)
    record = await harness.backed_up(device)
    device.parameters.write("TSCTCupdatetime", 60)
    device.parameters.save()
    verdict = await harness.restore(device, record.id)
    assert verdict.verdict is Verdict.SUCCEEDED, (verdict.code, verdict.message)
    assert device.parameters.saved == before
    assert device.violations == []


@pytest.mark.parametrize("generation", [*NEW, "lrs4000-1.10.0"])
async def test_a_snapshot_has_everything(harness: EngineHarness, generation: str) -> None:
    device = await harness.sensor(generation=generation)
    taken = await snapshot_now(harness.context, harness.target(device))
    assert taken.unreadable == {}
    described = GENERATIONS[generation].api.variables  # type: ignore[index]
    assert taken.values.keys() >= {name for name, each in described.items() if each.access == "RW"}
    assert (taken.parameters_md5 is not None) == ("LFTchecksum" in described)
    assert device.violations == []
