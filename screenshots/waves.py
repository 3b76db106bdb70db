"""A run of many sensors: its waves in the plan, the wait for a person, and its report."""

from msgspec import structs
from textual.pilot import Pilot

from screenshots.fleet import finished, furnish, sensors
from screenshots.stage import FOLDER, board_of, opened, picture, shown, shows, until
from sicktui.engine.context import Context
from sicktui.engine.reports.document import ReportForm, read_facts, render
from sicktui.model.settings import Limits
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.screens.update.package import PackagePicker
from sicktui.tui.screens.update.plan import PlanScreen

SENSORS = 16
_WAVES = Limits(
    requests_per_second=50.0, max_failures="20%", jobs=6, canary="models", wave="tag", approve=True, soak=1.0
)


async def waves() -> None:
    """From the plan to the report."""
    with opened(limits=_WAVES) as context:
        specs = [structs.replace(spec, flash_seconds=4.0) for spec in [*sensors()][:SENSORS]]
        async with Fleet(specs, time_scale=2.0) as simulated:
            furnish(context, simulated)
            async with shown(context) as pilot:
                await tour(pilot, context)


async def tour(pilot: Pilot[None], context: Context) -> None:
    """All are planned, the canaries updated; then a person continues the run."""
    app, dashboard = pilot.app, board_of(pilot)
    await until(pilot, lambda: len(dashboard.observations) == len(dashboard.targets) > 0)
    await pilot.press("a", "u")
    await until(pilot, lambda: isinstance(app.screen, PackagePicker))
    await pilot.pause(0.5)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, PlanScreen) and shows(pilot, "wave 2"))
    await pilot.pause(0.5)
    picture(pilot, "waves")
    await pilot.press("u")
    await until(pilot, lambda: isinstance(app.screen, Confirm))
    await pilot.press("y")
    await until(pilot, lambda: dashboard.shown_run in dashboard.runs)
    run = dashboard.shown_run or ""
    await until(pilot, lambda: dashboard.runs[run].waiting is not None)
    app.clear_notifications()
    await pilot.pause(1.0)
    picture(pilot, "approval")
    await pilot.press(";")
    await until(pilot, lambda: isinstance(app.screen, Confirm))
    await pilot.press("y")
    await finished(pilot)
    (FOLDER / "report.html").write_bytes(render(read_facts(context, run), ReportForm.HTML))
