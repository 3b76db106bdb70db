"""New sensors are commissioned from a list in the dashboard."""

from textual.widgets import Input

from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.screens.sensors.commission import CommissionProgress
from tests.support.dashboard import DashboardHarness, flat_of, text_of, until
from tests.support.harness import PASSWORD

PORT = 48_330
AUTOIP = 48_331


async def test_a_list_is_read_confirmed_and_set_up(harness: DashboardHarness) -> None:
    specs = [
        DeviceSpec(
            name=f"s{n}",
            serial=f"400{n}",
            port=PORT,
            shares_address=True,
            powered_seconds=0.0,
            address_seconds=1,
        )
        for n in range(2)
    ]
    fleet = await harness._stack.enter_async_context(Fleet(specs, time_scale=1.0, autoip=AUTOIP))
    harness.fleets.append(fleet)
    table = harness.folder / "hall.csv"
    table.write_text("serial,address,name,tags\n4000,127.0.7.11,gate-1,hall\n4001,127.0.7.300,gate-2,hall\n")
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        fields = {"file": str(table), "wait": "30", "password": PASSWORD, "port": str(PORT)}
        for name, text in (fields | {"target": f"127.0.0.1:{AUTOIP}"}).items():
            pilot.app.screen.query_one(f"#{name}", Input).value = text
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice))
        assert "row 3: The address '127.0.7.300' is not an IPv4 address" in flat_of(pilot)
        await pilot.press("q")
        table.write_text(table.read_text().replace("127.0.7.300", "127.0.7.12"))
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        pilot.app.screen.query_one("#password", Input).value = PASSWORD
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "127.0.7.12" in text_of(pilot)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommissionProgress))
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice))
        assert text_of(pilot).count("succeeded") == 2, text_of(pilot)
        await pilot.press("q")
        await until(pilot, lambda: "gate-1" in text_of(pilot) and "gate-2" in text_of(pilot))
    assert [device.parameters.saved["LocationName"] for device in fleet.devices] == ["gate-1", "gate-2"]
