"""The address of a sensor in the dashboard: shown, asked for, confirmed, changed."""

import pytest
from textual.widgets import Input

from sicktui.engine.address.this_pc import ThisPc
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import CheckBox
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.screens.sensors.address import AddressForm, OutsideForm
from tests.support.dashboard import DashboardHarness, flat_of, text_of, until

GATE = DeviceSpec(
    name="gate-1",
    serial="1001",
    parameters={"EtherIPAddress": [127, 0, 4, 1], "EtherIPMask": [255, 255, 255, 0]},
)


async def test_an_address_is_asked_for_until_it_is_possible_and_then_changed(
    harness: DashboardHarness,
) -> None:
    fleet = await harness.sensors(GATE)
    [gate] = fleet.devices
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("A")
        await until(pilot, lambda: isinstance(pilot.app.screen, AddressForm))
        assert "takes the static address" in flat_of(pilot)
        sent = len(gate.requests)
        await pilot.press("enter")  # Nothing was changed: all its parameters would be saved.
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "also those only tried out" in flat_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Confirm))
        assert not [entry.endpoint for entry in gate.requests[sent:] if "WriteEeprom" in entry.endpoint]
        await pilot.press("A")
        await until(pilot, lambda: isinstance(pilot.app.screen, AddressForm))
        box = pilot.app.screen.query_one("#address", Input)
        assert box.value == "127.0.4.1"
        box.value = "127.0.4.255"
        await pilot.press("enter")
        await until(pilot, lambda: "broadcast address" in flat_of(pilot))
        pilot.app.screen.query_one("#address", Input).value = "127.0.4.7"
        pilot.app.screen.query_one("#retry", CheckBox).value = True
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "127.0.4.7, mask 255.255.255.0, no gateway" in flat_of(pilot)
        assert "without a DHCP server it asks DHCP again" in flat_of(pilot)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice))
        assert "succeeded" in text_of(pilot)
        await pilot.press("q")
        await until(pilot, lambda: "127.0.4.7" in text_of(pilot))
    assert harness.context.devices().profiles["gate-1"].address == gate.address
    assert gate.parameters.saved["EtherIPAddress"] == [127, 0, 4, 7]
    assert gate.parameters.saved["EtherDHCPFallback"] == 1


async def test_an_address_outside_the_subnet_must_be_typed(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def free(*_: object) -> str:
        return ""

    monkeypatch.setattr(ThisPc, "occupant", free)
    fleet = await harness.sensors(GATE)
    [gate] = fleet.devices
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("A")
        await until(pilot, lambda: isinstance(pilot.app.screen, AddressForm))
        pilot.app.screen.query_one("#address", Input).value = "10.9.8.7"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, OutsideForm))
        assert "in no subnet that this PC reaches" in flat_of(pilot)
        pilot.app.screen.query_one(Input).value = "10.9.8.8"
        await pilot.press("enter")
        await until(pilot, lambda: "Type 10.9.8.7 to go on" in flat_of(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main)
    assert not {"EtherIPAddress", "EthernetUpdate"} & {
        entry.endpoint.removeprefix("POST ") for entry in gate.requests if entry.method == "POST"
    }
