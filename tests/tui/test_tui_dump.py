"""Diagnosis files from the dashboard."""

from pathlib import Path

from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.form import ValuesForm
from tests.support.dashboard import DashboardHarness, notes_of, text_of, type_in, until


async def test_files_are_fetched_to_a_chosen_folder(harness: DashboardHarness, tmp_path: Path) -> None:
    await harness.sensors(DeviceSpec(name="gate-1"), DeviceSpec(name="lrs-1", generation="lrs4000-1.9.1"))
    async with harness.dashboard((100, 30)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "Y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert "SICK" in text_of(pilot)
        await type_in(pilot, str(tmp_path / "case"))
        await pilot.press("enter")
        await until(pilot, lambda: ".zip" in notes_of(pilot))
        await until(pilot, lambda: "lrs-1" in notes_of(pilot))
    assert len(list((tmp_path / "case").glob("gate-1-*.zip"))) == 1
