"""The parts of a widget are styled when they are drawn, and follow the theme."""

from textual.css.styles import RenderStyles
from textual.widgets import Input

from sicktui.tui.screens.sensors.device_form import DeviceForm
from tests.support.dashboard import DashboardHarness, until


async def test_only_the_parts_that_are_drawn_are_styled(harness: DashboardHarness) -> None:
    async with harness.dashboard() as (pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DeviceForm))
        await pilot.pause()
        styled = [name for box in pilot.app.screen.query(Input) for name in dict(box._component_styles)]
    assert set(styled) == {"input--cursor", "input--placeholder"}


async def test_a_part_that_was_drawn_follows_the_theme(harness: DashboardHarness) -> None:
    async with harness.dashboard() as (pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DeviceForm))
        box = pilot.app.screen.query(Input).first()

        def cursor() -> RenderStyles:
            return box.get_component_styles("input--cursor")

        before = cursor().background
        pilot.app.theme = "light"
        await until(pilot, lambda: cursor().background != before)
