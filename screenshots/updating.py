"""An update of six sensors, from the idle dashboard to the verdicts."""

import sys

from textual.pilot import Pilot

from screenshots.stage import furnish, opened, picture, shown, until
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.fleet.standard import standard_fleet
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.screens.update.package import PackagePicker
from sicktui.tui.screens.update.plan import PlanScreen


async def updating() -> None:
    """An update, from the idle dashboard to the verdicts."""
    with opened() as context:
        async with Fleet(standard_fleet(6, demo=True), time_scale=2.0) as fleet:
            furnish(context, fleet)
            async with shown(context) as pilot:
                await tour(pilot)


async def tour(pilot: Pilot[None]) -> None:
    """From the idle dashboard to the verdicts."""
    app = pilot.app
    screen = app.screen_stack[-1]
    if not isinstance(screen, MainScreen):
        sys.exit("the dashboard did not come up")
    dashboard = screen.dashboard
    await until(pilot, lambda: len(dashboard.observations) == len(dashboard.targets) > 0)
    await pilot.pause(1.0)
    picture(pilot, "idle")
    await pilot.press("?")
    await pilot.pause(0.3)
    picture(pilot, "help")
    await pilot.press("q", "a", "u")
    await until(pilot, lambda: isinstance(app.screen, PackagePicker))
    await pilot.pause(0.5)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, PlanScreen))
    await pilot.pause(3.0)
    await pilot.press("j", "j", "j")
    await pilot.pause(0.3)
    picture(pilot, "plan")
    await pilot.press("u")
    await until(pilot, lambda: isinstance(app.screen, Confirm))
    await pilot.press("y")
    await until(pilot, lambda: dashboard.shown_run in dashboard.runs)
    run = dashboard.shown_run or ""
    await until(pilot, lambda: dashboard.runs[run].finished)
    await pilot.pause(1.0)
    app.clear_notifications()
    await pilot.pause(1.0)
    picture(pilot, "verdicts")
