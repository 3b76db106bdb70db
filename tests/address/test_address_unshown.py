"""Sensors that report the address in use until ``EthernetUpdate``, not the one that was written."""

from typing import Any

import pytest

from sicktui.engine.address.read import read_address
from sicktui.model.enums import Code, Verdict
from sicktui.simulator.device import variables
from sicktui.simulator.device.state import DeviceState
from sicktui.simulator.families.kinds import Kind
from sicktui.simulator.fleet.fleet import Device
from tests.address.conftest import HOME, AddressHarness
from tests.support.engine_harness import EngineHarness, paths

pytestmark = pytest.mark.skips_waiting

NEW = "127.0.3.7"
OLD = HOME["EtherIPAddress"]
NAMES = ("EtherIPAddress", "EtherIPMask", "EtherIPGateAddress")


@pytest.fixture
def made(harness: EngineHarness) -> AddressHarness:
    return AddressHarness(harness)


class ReportsUsed:
    """Makes a simulated sensor report what is in use."""

    def __init__(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        self._device = device
        store = device.parameters
        self._used = {name: store.current[name] for name in NAMES}
        self.wrote: list[tuple[str, Any]] = []
        self.moves = True
        read, write, move = variables._value, store.write, device.update_address

        def noted(name: str, value: Any) -> None:
            write(name, value)
            self.wrote.append((name, value))

        async def update(*, after: float, away: float = 1.0) -> None:
            if self.moves:
                self._used = {name: store.current[name] for name in NAMES}
                await move(after=after, away=away)

        def used(of: DeviceState, name: str, kind: Kind) -> object:
            return self._used[name] if name in self._used else read(of, name, kind)

        monkeypatch.setattr(variables, "_value", used)
        store.write = noted  # type: ignore[method-assign]
        device.update_address = update  # type: ignore[method-assign]

    async def restart(self) -> None:
        store = self._device.parameters
        self._used = {name: store.saved[name] for name in NAMES}
        await self._device.reboot()


async def test_it_is_moved_and_what_it_reports_there_is_the_proof(
    made: AddressHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await made.sensor()
    ReportsUsed(device, monkeypatch)
    done = await made.change(address=NEW, mask="255.255.0.0")
    assert done.verdict is Verdict.SUCCEEDED, done.message
    assert made.listed == device.address == done.place
    assert device.parameters.saved["EtherIPAddress"] == [127, 0, 3, 7]
    assert made.harness.context.address_changes.every() == ()


@pytest.mark.parametrize("stays", ["without effect", "missing"])
async def test_what_was_sent_is_sent_back_and_is_not_called_undone(
    made: AddressHarness, monkeypatch: pytest.MonkeyPatch, stays: str
) -> None:
    device = await made.sensor(hidden=("EthernetUpdate",) if stays == "missing" else ())
    sensor = ReportsUsed(device, monkeypatch)
    sensor.moves = False
    old = made.listed
    done = await made.change(address=NEW)
    assert sensor.wrote == [("EtherIPAddress", [127, 0, 3, 7]), ("EtherIPAddress", OLD)]
    assert device.parameters.current["EtherIPAddress"] == OLD
    assert done.verdict is Verdict.UNKNOWN, done
    assert "does not show that it has them" in done.message
    assert "written back" not in done.message
    assert f"back at {old}" in done.advice
    assert "Do not save its parameters before" in done.advice
    assert "POST WriteEeprom" not in paths(device)


async def test_it_stays_an_interrupted_change_until_a_restart_was_counted(
    made: AddressHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await made.sensor()
    sensor = ReportsUsed(device, monkeypatch)
    sensor.moves = False
    await made.change(address=NEW)
    context, lan = made.harness.context, made.lan
    for _ in range(2):
        assert "is not finished" in (await read_address(context, made.target(), lan)).interrupted
    await sensor.restart()
    made.harness.profile("gate", device)
    assert (await read_address(context, made.target(), lan)).interrupted == ""
    assert context.address_changes.every() == ()


async def test_its_old_address_is_written_again_before_it_is_saved(
    made: AddressHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that it reports is asked for, while another one may be pending."""
    device = await made.sensor()
    sensor = ReportsUsed(device, monkeypatch)
    sensor.moves = False
    await made.change(address=NEW)
    device.parameters.current["EtherIPAddress"] = [127, 0, 3, 7]  # It did not take the old one.
    sensor.moves = True
    done = await made.change(address="127.0.3.1")
    assert done.verdict is Verdict.SUCCEEDED, done.message
    assert device.parameters.saved["EtherIPAddress"] == OLD


async def test_a_sensor_that_shows_one_value_and_not_another_is_not_asked_to_apply(
    made: AddressHarness,
) -> None:
    device = await made.sensor()
    write = device.parameters.write

    def deaf(name: str, value: Any) -> None:
        if name != "EtherIPMask":
            write(name, value)

    device.parameters.write = deaf  # type: ignore[method-assign]
    done = await made.change(address=NEW, mask="255.255.0.0")
    assert (done.verdict, done.code) == (Verdict.FAILED, Code.DEVICE_ERROR), done
    assert "accepted EtherIPMask but still reports" in done.message
    assert "the old values were written back" in done.message
    assert device.parameters.current["EtherIPAddress"] == OLD
    assert paths(device).count("POST EtherIPMask") == 2
    assert "POST EthernetUpdate" not in paths(device)
