"""Any parameter: read, set with a question, saved on the sensor."""

import re

from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.simulator.fleet.fleet import Device
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.screens.passwords.login import Login
from sicktui.tui.screens.sensors.parameters import ParameterScreen
from sicktui.tui.widgets.table import Table
from tests.support.dashboard import (
    DashboardHarness,
    flat_of,
    notes_of,
    text_of,
    type_in,
    until,
    without_password,
)
from tests.support.harness import PASSWORD

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150", location="[/oops]\x1b[31m")


def port_of(device: Device) -> object:
    """What the sensor has now."""
    settings = device.parameters.current["ScanDataEthSettings"]
    assert isinstance(settings, dict)
    return settings["Port"]


async def look(pilot: Pilot[None]) -> None:
    await pilot.press("$")
    await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen))
    await until(pilot, lambda: "Parameters of" in text_of(pilot))


def choose(pilot: Pilot[None], name: str) -> None:
    """Select a parameter of the list."""
    table = pilot.app.screen.query_one("#table", Table)
    table.select(name)
    assert table.selected is not None
    assert table.selected.key == name


async def test_one_all_and_another_are_read(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await look(pilot)
        assert "not read yet" in text_of(pilot)
        choose(pilot, "LocationName")
        await pilot.press("r")
        await until(pilot, lambda: "'[/oops]" in text_of(pilot))
        assert "\x1b" not in text_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "NoSuchThing")
        await pilot.press("enter")
        await until(pilot, lambda: "gate-1:" in notes_of(pilot))
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "SerialNumber")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen) and "1001" in text_of(pilot))
        await pilot.press("R")
        await until(
            pilot,
            lambda: isinstance(pilot.app.screen, ParameterScreen) and "not read yet" not in text_of(pilot),
        )
        assert harness.context.snapshots.list(), "a full reading is kept, and can be compared with"
        await pilot.press("q")
        await look(pilot)
        assert "0 read" not in text_of(pilot), "it begins with what was read last"
        times = re.findall(r"\d\d-\d\d \d\d:\d+", text_of(pilot))
        assert times
        assert {len(time) for time in times} == {len("11-21 17:26")}, "no column is cut off by the scroll bar"


async def test_a_parameter_is_written_only_after_the_question(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    [device] = fleet.devices
    without_password(harness)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await look(pilot)
        choose(pilot, "ScanDataEthSettings")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await type_in(pilot, PASSWORD)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert '"Port"' in pilot.app.screen.query_one("#value", Input).value
        await type_in(pilot, '{"Prt": 2999}')
        await pilot.press("enter")
        await until(pilot, lambda: "has no field" in flat_of(pilot))
        await type_in(pilot, '{"Port": 2999}')
        await pilot.press("tab", "space", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm) and "NOT saved" in text_of(pilot))
        assert "2999" in text_of(pilot)
        await pilot.press("enter", "n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen))
        assert port_of(device) != 2999
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, '{"Port": 2999}')
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "Not saved" in notes_of(pilot))
        assert port_of(device) == 2999
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen) and "2999" in text_of(pilot))


async def test_the_list_is_filtered_and_reads_itself_again_after_a_write(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    [device] = fleet.devices
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await look(pilot)
        assert "/ filter" in text_of(pilot)
        await pilot.press("R")
        await until(pilot, lambda: "62 read; values as of the last reading" in flat_of(pilot))
        await pilot.press("slash", *"dataform")
        await until(pilot, lambda: "enter keep  esc show all" in text_of(pilot))
        assert "q back" not in text_of(pilot), "it would be typed"
        await pilot.press("enter")
        await until(pilot, lambda: "q back" in text_of(pilot))
        await until(pilot, lambda: "Parameters 1 of" in text_of(pilot))
        device.parameters.write("ScanDataEthSettings", {"Port": 3000})  # with the next write, as a sensor may
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "4")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen))
        await pilot.press("slash", *"3000")
        await until(pilot, lambda: "ScanDataEthSettings" in text_of(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Parameters 62" in text_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: "Devices 1" in text_of(pilot))


async def test_parameters_are_saved_on_request(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("S")
        await until(pilot, lambda: "Save the parameters?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "parameters saved" in notes_of(pilot))
        assert any("WriteEeprom" in r.path or "Persist" in r.path for r in fleet.devices[0].requests)


async def test_one_parameter_is_set_on_all_marked_sensors(harness: DashboardHarness) -> None:
    dock = DeviceSpec(name="dock-1", serial="1002", parameters={"ScanDataFormat": 4})
    old = DeviceSpec(name="old-1", serial="1003", hidden=("ScanDataFormat",))
    fleet = await harness.sensors(GATE, dock, old)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "3 online" in text_of(pilot))
        await pilot.press("a", "$")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "SerialNumber")
        await pilot.press("enter")
        await until(pilot, lambda: "read-only" in text_of(pilot))
        await type_in(pilot, "ScanDataFormat")
        await pilot.press("tab", *"4", "enter")
        await until(pilot, lambda: "Plan set 1, equal 1, refuse 1" in text_of(pilot))
        assert "gate-1 √ set 2 4" in flat_of(pilot)
        await pilot.press("e")
        await until(pilot, lambda: "Write the parameter?" in text_of(pilot))
        assert "ScanDataFormat 2 → 4" in flat_of(pilot)
        assert "Not written: 2 sensors" in flat_of(pilot)
        assert fleet.devices[0].parameters.current["ScanDataFormat"] == 2
        await pilot.press("y")
        await until(pilot, lambda: "Plan written 1, equal 1, refuse 1" in text_of(pilot))
        assert fleet.devices[0].parameters.saved["ScanDataFormat"] == 4
        await pilot.press("q")
        await until(pilot, lambda: "Devices 3" in text_of(pilot))
