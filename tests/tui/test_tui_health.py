"""The health of a sensor in the dashboard: its key, its screen, the mark in the list."""

from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.screens.sensors.health import HealthScreen
from tests.health.sensors import MD5, NOW
from tests.support.dashboard import DashboardHarness, flat_of, text_of, until

GATE = DeviceSpec(name="gate-1", serial="25420067", model="picoScan150")


async def test_a_moved_calibration_is_shown_marked_and_accepted(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    harness.context.health_memory.calibration("serial 25420067", MD5, NOW)
    async with harness.dashboard((140, 30)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("Q")
        await until(pilot, lambda: isinstance(pilot.app.screen, HealthScreen) and "Values" in text_of(pilot))
        shown = flat_of(pilot)
        assert "Health of gate-1" in shown
        assert "× error MD5Calibration has changed" in shown  # noqa: RUF001
        await pilot.press("q")
        await until(pilot, lambda: "× error" in text_of(pilot))  # noqa: RUF001
        await pilot.press("Q")
        await until(pilot, lambda: "A accept calibration" in flat_of(pilot))
        await pilot.press("A")
        await until(pilot, lambda: "√ ok" in text_of(pilot))
        assert "accept calibration" not in flat_of(pilot)
        await pilot.press("q")
        await until(pilot, lambda: "● normal" in text_of(pilot))
