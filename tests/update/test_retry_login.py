"""A password is tried on the sensor of the run that is retried, and on no other one in its place."""

import pytest
from msgspec import structs

from sicktui.engine.authentication import check_login
from sicktui.engine.observe import connect
from sicktui.model.device import SensorOfRun
from sicktui.sensor.errors import OtherSensor
from tests.support.engine_harness import EngineHarness
from tests.support.harness import PASSWORD

pytestmark = pytest.mark.skips_waiting


@pytest.mark.parametrize("serial", ["2001", "1001", "0001001"])
async def test_no_password_is_sent_to_an_exchanged_sensor(harness: EngineHarness, serial: str) -> None:
    device = await harness.sensor(serial="1001")
    target = harness.target(device)
    before = connect(harness.context, target)
    identity = await before.read.identity()
    await before.aclose()
    target = structs.replace(target, retried=SensorOfRun(run="20261130-1", identity=identity))
    device.swap(serial)
    asked = len(device.requests)
    if serial == "2001":
        with pytest.raises(OtherSensor, match="than in run 20261130-1: serial 2001 instead of serial 1001"):
            await check_login(harness.context, target, PASSWORD)
        assert {request.method for request in device.requests[asked:]} == {"GET"}
    else:
        assert (await check_login(harness.context, target, PASSWORD)).scheme
