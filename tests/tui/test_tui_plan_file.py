"""Plans as files in the dashboard: saved in the plan, executed later, each sensor compared first."""

from textual.widgets import Input

from sicktui.engine.update.document import read_document
from sicktui.model.enums import Action
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.screens.update.package import PackagePicker
from sicktui.tui.screens.update.plan import PlanScreen
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until

GATE = DeviceSpec(name="gate-1", version="2.3.0.0R", serial="1001", model="picoScan150")
DOCK = DeviceSpec(name="dock-1", version="2.2.0.0R", serial="1002", model="picoScan120")


async def test_a_plan_is_saved_and_executed_later_device_by_device(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    harness.shelve()
    file = harness.folder / "plan.json"
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "u")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, PackagePicker) and "picoScan_2.4" in text_of(pilot)
        )
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 2" in text_of(pilot))
        await pilot.press("c", "w")
        await until(pilot, lambda: "Save the plan" in text_of(pilot))
        pilot.app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await until(pilot, lambda: file.exists() and isinstance(pilot.app.screen, PlanScreen))
        await pilot.press("q")
        document = read_document(file)
        assert [(each.device, each.action) for each in document.devices] == [
            ("gate-1", Action.UPDATE),
            ("dock-1", Action.UPDATE),
        ]
        assert document.limits.canary == 1, "as it was chosen, not as the settings have it"

        # Meanwhile somebody updates one of them.
        fleet.devices[1].firmware_version = "2.2.5.0R"
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("(")
        await until(pilot, lambda: "Execute a plan" in text_of(pilot))
        pilot.app.screen.query(Input).first().value = str(harness.folder / "gone.json")
        await pilot.press("enter")
        await until(pilot, lambda: "cannot be used" in flat_of(pilot))
        pilot.app.screen.query(Input).first().value = str(file)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "refuse 1" in text_of(pilot))
        shown = flat_of(pilot)
        assert "Plan of " in shown
        assert "update 1" in shown
        await pilot.press("f")
        assert "keeps its options" in notes_of(pilot)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "dock-1: " in flat_of(pilot)
