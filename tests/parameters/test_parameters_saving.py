"""Right before a sensor is asked to save, it is read again: who it is, and whether it is flashing."""

from collections.abc import Callable

import pytest

from sicktui.engine.parameters.write import write_parameter
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.simulator.fleet.fleet import Device
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting


def _flashes(device: Device) -> None:
    device.updater.start_foreign(None)


def _exchanged(device: Device) -> None:
    device.serial = "99000001"


@pytest.mark.parametrize(("becomes", "code"), [(_flashes, Code.BUSY), (_exchanged, Code.OTHER_DEVICE)])
async def test_one_that_changes_after_the_write_is_not_asked_to_save(
    harness: EngineHarness, becomes: Callable[[Device], None], code: Code
) -> None:
    device = await harness.sensor(location="gate 7", flash_seconds=9000.0)
    write = device.parameters.write

    def write_and_change(name: str, value: object) -> None:
        write(name, value)
        becomes(device)

    device.parameters.write = write_and_change  # type: ignore[method-assign]
    with pytest.raises(SicktuiError) as caught:
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8", persist=True)
    assert caught.value.code is code
    assert "not asked to save" in caught.value.message
    assert "POST WriteEeprom" not in paths(device)
