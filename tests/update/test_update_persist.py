"""``update --persist``: the parameters are saved first, and that is not taken for a part of the update."""

import pytest

from sicktui.engine.authentication import authenticate
from sicktui.engine.update.observer import read_before
from sicktui.model.enums import Code, Verdict
from sicktui.model.run.plan import UpdateOptions
from sicktui.sensor.client import Sensor
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

PERSIST = UpdateOptions(persist=True, backup=False)


async def test_the_parameters_are_saved_before_the_package_is_sent(harness: EngineHarness) -> None:
    device = await harness.sensor(name="gate", version="2.3.0.0R")
    verdict = await harness.verdict(harness.package(), PERSIST)
    assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
    told = paths(device)
    saved = next(i for i, path in enumerate(told) if path == "POST WriteEeprom")
    assert "GET UpdateState" in told[saved - 3 : saved], told[:saved]
    assert paths(device, "PUT")


@pytest.mark.parametrize("fault", ["html", "http_503", "cut_reply", "not_json"])
async def test_an_odd_reply_to_saving_is_no_doubt_about_the_firmware(
    harness: EngineHarness, fault: str
) -> None:
    device = await harness.sensor(name="gate", version="2.3.0.0R")
    device.add_fault(Fault(name=fault, at="POST WriteEeprom", acts=True))
    verdict = await harness.verdict(harness.package(), PERSIST)
    assert verdict.verdict is Verdict.FAILED
    assert "could not be saved" in verdict.message
    assert "No firmware was written" in verdict.message
    assert "--persist" in verdict.advice
    assert not paths(device, "PUT")


async def test_a_sensor_that_another_flashes_is_not_told_to_save(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await harness.sensor(name="gate", version="2.3.0.0R")
    real = authenticate

    async def then_flashed(sensor: Sensor) -> str:
        said = await real(sensor)
        device.add_fault(Fault(name="unknown_state", value=1))
        return said

    monkeypatch.setattr("sicktui.engine.update.preparation.authenticate", then_flashed)
    verdict = await harness.verdict(harness.package(), PERSIST)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BUSY)
    assert not {"POST WriteEeprom", "POST PersistParameters"} & set(paths(device))


async def test_what_was_saved_is_not_called_nothing(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await harness.sensor(name="gate", version="2.3.0.0R")
    real = read_before

    async def then_flashed(*args: object, **kept: object) -> object:
        read = await real(*args, **kept)  # type: ignore[arg-type]
        device.add_fault(Fault(name="unknown_state", value=1))
        return read

    monkeypatch.setattr("sicktui.engine.update.preparation.read_before", then_flashed)
    verdict = await harness.verdict(harness.package(), PERSIST)
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.BUSY), verdict.message
    assert "only its parameters saved" in verdict.message
