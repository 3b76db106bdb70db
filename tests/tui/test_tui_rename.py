"""Renaming a sensor in place, and letting it blink."""

from textual.widgets import Input

from sicktui.engine.context import open_context
from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.stores.disk.locks import sensor_lock
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.screens.passwords.login import Login
from sicktui.tui.screens.sensors.rename import RenameForm
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until
from tests.support.harness import PASSWORD

GATE = DeviceSpec(name="gate-1", serial="1001", location="north gate")
YARD = DeviceSpec(name="yard-1", serial="1002", generation="lrs4000-1.9.1", location="yard")


def location_of(device: Device) -> object:
    """What the sensor has now."""
    return device.parameters.current["LocationName"]


async def test_a_sensor_is_renamed_in_place(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    [gate] = fleet.devices
    async with harness.dashboard((160, 30)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot) and "north gate" in text_of(pilot))
        await pilot.press("L")
        await until(pilot, lambda: isinstance(pilot.app.screen, RenameForm))
        assert "LocationName is now 'north gate'" in text_of(pilot)
        assert "At most 32 characters" in text_of(pilot)
        box = pilot.app.screen.query_one(Input)
        box.value = "x" * 33
        await until(pilot, lambda: "takes at most 32 characters" in flat_of(pilot))
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, RenameForm), "it stays until the name fits"
        box.value = "[red]south"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "'north gate'" in text_of(pilot)
        assert "'[red]south'" in text_of(pilot)
        assert location_of(gate) == "north gate"
        await pilot.press("y")
        await until(pilot, lambda: "is now '[red]south'. Saved on the sensor." in notes_of(pilot))
        assert gate.parameters.saved == gate.parameters.current
        assert location_of(gate) == "[red]south"
        await until(pilot, lambda: main.dashboard.device_rows()[0].location == "[red]south")


async def test_the_limit_is_that_of_the_family_and_saving_can_be_left_out(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(YARD)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("L")
        await until(pilot, lambda: "At most 16 characters" in text_of(pilot))
        box = pilot.app.screen.query_one(Input)
        box.value = "a name of 17 char"
        await until(pilot, lambda: "takes at most 16 characters" in flat_of(pilot))
        box.value = "yard 2"
        await pilot.press("tab", "space", "enter")
        await until(pilot, lambda: "NOT saved" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "is now 'yard 2'. Not saved." in notes_of(pilot))
    assert location_of(fleet.devices[0]) == "yard 2"
    assert fleet.devices[0].parameters.saved["LocationName"] == "yard"


async def test_a_rename_that_does_not_work_says_why(harness: DashboardHarness) -> None:
    stubborn = DeviceSpec(name="gate-1", serial="1001", hidden=("LocationName",))
    fleet = await harness.sensors(stubborn, GATE.__class__(name="gate-2", serial="1003", location="here"))
    lock = sensor_lock(harness.context.home, "serial 1003", purpose="a test")
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("L")
        await until(pilot, lambda: "gate-1 cannot be renamed" in notes_of(pilot))
        assert pilot.app.screen is main
        lock.acquire()
        await pilot.press("j", "L")
        await until(pilot, lambda: isinstance(pilot.app.screen, RenameForm))
        pilot.app.screen.query_one(Input).value = "there"
        await pilot.press("enter", "y")
        await until(pilot, lambda: "gate-2: LocationName was not written" in notes_of(pilot))
        lock.release()
        await pilot.press("L")
        await until(pilot, lambda: isinstance(pilot.app.screen, RenameForm))
        await pilot.press("enter")
        await until(pilot, lambda: "is already called 'here'; nothing was written" in notes_of(pilot))
    assert fleet.devices[1].parameters.saved["LocationName"] == "here"


async def test_sensors_blink_and_one_that_wants_a_login_asks(harness: DashboardHarness) -> None:
    closed = DeviceSpec(name="dock-1", serial="1004", generation="auth-article")
    broken = DeviceSpec(name="gate-9", serial="1005", faults=(Fault(name="status", at="FindMe", value=3),))
    fleet = await harness.sensors(closed, GATE, broken)
    fresh = open_context(home=harness.context.home.config.parent, environ={}, use_keyring=False)
    harness.context.credentials = fresh.credentials
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "3 online" in text_of(pilot))
        await pilot.press("a", "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login) and "dock-1" in text_of(pilot))
        pilot.app.screen.query_one(Input).value = PASSWORD
        await pilot.press("enter")
        await until(pilot, lambda: "Blinking for 10 s: dock-1, gate-1." in notes_of(pilot))
        assert "gate-9 does not blink" in notes_of(pilot)
    asked = [
        sum(request.endpoint.endswith("FindMe") for request in device.requests) for device in fleet.devices
    ]
    assert all(asked)
