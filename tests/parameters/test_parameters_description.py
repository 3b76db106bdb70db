"""What a sensor describes of itself is read, and nothing depends on it."""

import pytest
from msgspec import structs

from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.engine.parameters.variables import variables
from sicktui.model.settings import DeviceDefaults
from sicktui.sensor.api.description import MOST, described_settings
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness, paths

PATH = "doc/open api.yaml"
FILE = "GET crown/file"
NEWER = "enableCloningPlug"
"""A setting that picoScan has since 2.3.1: one that reports 2.2.1 is not asked for it."""
VENDORS = """openapi: 3.0.1
paths:
 /DeviceIdent:
  get:
   operationId: DeviceIdent
 "/LEDEnable":
  get: {}
  'post':
   parameters:
    - get:
 /SetLamp:
  post:
 /a/b:
  get:
  post:
"""


@pytest.mark.skips_waiting
@pytest.mark.parametrize(
    "fault",
    [
        None,
        *(Fault(name=name, at="GET file") for name in ("http_503", "html", "not_json", "huge_json")),
        *(Fault(name=name, at="GET file") for name in ("cut_reply", "hang", "invalid_utf8", "redirect")),
    ],
    ids=lambda fault: fault.name if fault else "served",
)
async def test_a_full_snapshot_reads_what_the_sensor_describes(
    harness: EngineHarness, fault: Fault | None
) -> None:
    device = await harness.sensor(
        generation="picoscan-2.3.3", version="2.2.1.0R", description=PATH, faults=(fault,) if fault else ()
    )
    known = set(variables("picoScan", "full", "2.2.1.0R"))
    taken = await snapshot_now(harness.context, harness.target(device))
    assert set(taken.values) == known
    assert FILE not in paths(device), "SICK publishes no path: it is a setting"
    settings = structs.replace(harness.context.settings, device=DeviceDefaults(description=PATH))
    harness.context.settings = settings
    taken = await snapshot_now(harness.context, harness.target(device))
    assert FILE in paths(device)
    assert set(taken.values) >= known
    assert (NEWER in taken.values) == (fault is None)
    assert device.violations == []


def test_names_are_taken_of_a_file_of_any_shape() -> None:
    assert described_settings(VENDORS) == ("LEDEnable",)
    both = '{"get": {}, "post": {}}'
    json = f'{{"paths": {{"/LEDEnable": {both}, "/x": {{"get": 1}}, "/a/b": {both}}}}}'
    assert described_settings(json) == ("LEDEnable",)
    for text in ("", "paths:", "[]", '{"paths": []}', '{"paths": {"/x": 1}}', "[" * 100_000, "\0\n /x:\n"):
        assert described_settings(text) == ()
    many = "".join(f"  /v{number}:\n    get:\n    post:\n" for number in range(MOST + 9))
    assert len(described_settings(many)) == MOST
