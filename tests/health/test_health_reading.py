"""Reading the health of one sensor over real HTTP, as the engine does it."""

import pytest

from sicktui.engine.health.read import read_health
from sicktui.simulator import Fault
from sicktui.simulator.device.device import Device
from tests.support.engine_harness import EngineHarness


def _asked(device: Device) -> int:
    return sum(request.path.endswith("GetWebserverEnabled") for request in device.requests)


async def _codes(harness: EngineHarness, device: Device) -> set[str]:
    found = await read_health(harness.context, harness.target(device))
    return {finding.code for finding in found.report.findings}


@pytest.mark.skips_waiting
async def test_a_web_server_that_the_next_start_ends(harness: EngineHarness) -> None:
    device = await harness.sensor()
    assert "web_server_off" not in await _codes(harness, device)
    device.parameters.webserver = False
    assert "web_server_off" in await _codes(harness, device)
    assert _asked(device) == 2


@pytest.mark.skips_waiting
async def test_a_sensor_that_wants_a_login_for_it_is_asked_once(harness: EngineHarness) -> None:
    device = await harness.sensor(faults=(Fault(name="http_503", value=401, at="POST GetWebserverEnabled"),))
    for _ in range(2):
        assert not {"web_server_off", "unreadable"} & await _codes(harness, device)
    assert _asked(device) == 1
