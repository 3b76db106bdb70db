"""The panes by keys and by clicks, on runs that are seeded and not run."""

from msgspec import structs

from sicktui.model.device import Profile
from sicktui.model.run.view import RunView
from sicktui.tui.rows.fleet.order import SortOrder
from sicktui.tui.screens.help import HelpScreen
from sicktui.tui.screens.run.verdicts import VerdictScreen
from sicktui.tui.widgets.hint_bar import HintBar
from tests.support.dashboard import DashboardHarness, lines_of, until
from tests.tui.test_tui_board import UPLOADING, view_of


def view(run: str, device: str) -> RunView:
    """A live run with one device."""
    return structs.replace(view_of(*(structs.replace(event, device=device) for event in UPLOADING)), run=run)


async def test_runs_are_selected_and_headings_sort(harness: DashboardHarness) -> None:
    harness.profiles(*(Profile(name=name, address=f"127.0.0.1:{i + 8}") for i, name in enumerate("abc")))
    async with harness.dashboard((120, 40)) as (pilot, main):
        dashboard, table = main.dashboard, main.renderer.devices
        for run, device in (("r1", "a"), ("r2", "b")):
            dashboard.advanced(run, view(run, device))
        main.renderer.render()
        await until(pilot, lambda: len(main.renderer.run.lines) == 2 and main.renderer.run.size.height == 2)
        await pilot.press("1")
        assert dashboard.shown_run == "r1"
        for key, run in (("j", "r2"), ("j", "r2"), ("k", "r1"), ("G", "r2")):
            await pilot.press(key)
            await until(pilot, lambda run=run: dashboard.shown_run == run)  # type: ignore[misc]
            main.renderer.render()
            assert dashboard.shown_run == run, "drawing the list selects no other run"
            assert table.selected is not None
            assert table.selected.run == run
        assert [line[:2] for line in lines_of(pilot)[1:3]] == ["1 ", " ►"]
        await pilot.press("2", "g", "j")
        await until(pilot, lambda: dashboard.shown_run == "r1" and dashboard.selected == "a")
        await pilot.press("1", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen))
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)

        dashboard.followed.views.clear()
        main.renderer.render()
        await until(pilot, lambda: table.region.y == 1 and "Address" in lines_of(pilot)[2])
        headings = lines_of(pilot)[2]
        for expected, backwards in (
            (SortOrder.ADDRESS, False),
            (SortOrder.ADDRESS, True),
            (SortOrder.ADDRESS, False),
        ):
            await pilot.click("#devices", offset=(headings.index("Address") + 1, 1))
            now = (expected, backwards)
            await until(pilot, lambda now=now: (dashboard.order, dashboard.backwards) == now)  # type: ignore[misc]
        await pilot.click("#devices", offset=(headings.index("Name") + 1, 1))
        await until(pilot, lambda: (dashboard.order, dashboard.backwards) == (SortOrder.NAME, False))
        await pilot.click("#devices", offset=(10, 4))
        await until(pilot, lambda: dashboard.selected == "c")
        bar = main.query_one(HintBar).region
        lines = lines_of(pilot)[bar.y : bar.bottom]
        y = next(y for y, line in enumerate(lines) if "? help" in line)
        await pilot.click(HintBar, offset=(lines[y].index("? help") + 3, y))
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
