"""Saving a parameter: the sensor is read right before it; after an odd reply what it has saved decides."""

import asyncio
from collections.abc import Callable

import pytest

from sicktui.engine.parameters.write import NotSaved, persist_parameters, write_parameter
from sicktui.model.enums import Code
from sicktui.model.errors import SicktuiError
from sicktui.sensor.api.parameters import Parameters
from sicktui.sensor.errors import DeviceError, OutcomeUnknown
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import Fault
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting


def _flashes(device: Device) -> None:
    device.updater.start_foreign(None)


def _exchanged(device: Device) -> None:
    device.serial = "99000001"


@pytest.mark.parametrize(
    ("becomes", "code", "words"),
    [
        (_flashes, Code.BUSY, "not asked to save"),
        (_exchanged, Code.OTHER_DEVICE, "another sensor answers now"),
    ],
)
async def test_one_that_changes_after_the_write_is_not_asked_to_save(
    harness: EngineHarness, becomes: Callable[[Device], None], code: Code, words: str
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
    assert words in caught.value.message
    assert "POST WriteEeprom" not in paths(device)


@pytest.mark.parametrize("reply", ["html", "http_503"])
async def test_a_save_that_is_never_answered_well_is_known_by_the_checksum(
    harness: EngineHarness, reply: str
) -> None:
    device = await harness.sensor(
        generation="picoscan-2.3.3", faults=(Fault(name=reply, at="POST WriteEeprom", acts=True),)
    )
    target = harness.target(device)
    written = await write_parameter(harness.context, target, "LocationName", "gate 8", persist=True)
    assert written.persisted is True
    assert device.parameters.saved["LocationName"] == "gate 8"


@pytest.mark.parametrize(("generation", "acts"), [("picoscan-2.3.3", False), ("multiscan-2.4.2", True)])
async def test_a_save_that_nothing_shows_is_unknown(
    harness: EngineHarness, generation: str, acts: bool
) -> None:
    device = await harness.sensor(
        generation=generation, faults=(Fault(name="html", at="POST WriteEeprom", acts=acts),)
    )
    target = harness.target(device)
    with pytest.raises(OutcomeUnknown, match="not known whether") as caught:
        await write_parameter(harness.context, target, "LocationName", "gate 8", persist=True)
    assert caught.value.code is Code.PROTOCOL_ERROR
    assert device.parameters.current["LocationName"] == "gate 8"
    with pytest.raises(OutcomeUnknown, match="not known whether the sensor saved"):
        await persist_parameters(harness.context, target)


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "multiscan-2.4.2"])
@pytest.mark.parametrize("status", [1, 2, 6, 9, 99])
async def test_a_save_that_is_refused_in_words_and_done(
    harness: EngineHarness, generation: str, status: int
) -> None:
    """Its checksum shows it; without one it is not known."""
    refuses = Fault(name="status", at="POST WriteEeprom", value=status, acts=True)
    device = await harness.sensor(generation=generation, faults=(refuses,))
    write = write_parameter(harness.context, harness.target(device), "LocationName", "gate 8", persist=True)
    if generation == "picoscan-2.3.3":
        assert (await write).persisted is True
        return
    with pytest.raises(OutcomeUnknown, match="not known whether the sensor saved"):
        await write


async def test_a_save_that_is_reported_as_not_done_does_not_hide_that_the_value_is_written(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await harness.sensor()

    async def not_done(*_: object) -> bool:
        raise DeviceError("The sensor reported that WriteEeprom failed.", status=0)

    monkeypatch.setattr(Parameters, "persist", not_done)
    with pytest.raises(NotSaved, match="It was not saved"):
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8", persist=True)


async def test_an_ok_that_saved_nothing_is_unknown_where_the_checksum_shows_it(
    harness: EngineHarness,
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", location="gate 7")
    device.parameters.save = lambda: None  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown, match="has not changed"):
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8", persist=True)
    assert device.parameters.saved["LocationName"] == "gate 7"


async def test_a_save_that_shows_late_is_waited_for(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3", location="gate 7")
    save = device.parameters.save

    def later() -> None:
        asyncio.get_running_loop().call_later(4.0, save)

    device.parameters.save = later  # type: ignore[method-assign]
    target = harness.target(device)
    written = await write_parameter(harness.context, target, "LocationName", "gate 8", persist=True)
    assert written.persisted is True
    assert device.parameters.saved["LocationName"] == "gate 8"


@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "multiscan-2.4.2"])
@pytest.mark.parametrize("saves", [True, False])
async def test_a_restart_around_the_save_that_loses_the_value_is_unknown(
    harness: EngineHarness, generation: str, saves: bool
) -> None:
    device = await harness.sensor(generation=generation, location="gate 7")
    save = device.parameters.save

    def restarted() -> None:
        device.parameters.power_cycle()
        if saves:
            save()

    device.parameters.save = restarted  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown):
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8", persist=True)
    assert device.parameters.saved["LocationName"] == "gate 7"


async def test_a_sensor_that_is_exchanged_at_the_save_is_unknown(harness: EngineHarness) -> None:
    device = await harness.sensor(generation="multiscan-2.4.2", location="gate 7")

    def exchanged() -> None:
        device.serial = "99000001"

    device.parameters.save = exchanged  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown) as caught:
        await write_parameter(harness.context, harness.target(device), "LocationName", "gate 8", persist=True)
    assert caught.value.code is Code.OTHER_DEVICE


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("generation", ["picoscan-2.3.3", "multiscan-2.4.2"])
async def test_a_save_whose_login_is_refused_after_the_write_is_read_back(
    harness: EngineHarness, generation: str, acts: bool
) -> None:
    harness.provoked = "Access Denied"
    refuses = Fault(name="status", at="POST WriteEeprom", value=4, acts=acts)
    device = await harness.sensor(generation=generation, faults=(refuses,))
    write = write_parameter(harness.context, harness.target(device), "LocationName", "gate 8", persist=True)
    shows = generation == "picoscan-2.3.3"
    if shows and acts:
        assert (await write).persisted is True
        return
    with pytest.raises(NotSaved if shows else OutcomeUnknown) as caught:
        await write
    assert caught.value.code is Code.ACCESS_DENIED


async def test_a_save_that_is_reported_as_failed_and_done(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await harness.sensor(generation="picoscan-2.3.3")

    async def done(*_: object) -> bool:
        device.parameters.save()
        raise DeviceError("The sensor reported that WriteEeprom failed.", http_status=200, status=0)

    monkeypatch.setattr(Parameters, "persist", done)
    target = harness.target(device)
    written = await write_parameter(harness.context, target, "LocationName", "gate 8", persist=True)
    assert written.persisted is True
