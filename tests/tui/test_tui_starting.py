"""A run that was confirmed is shown at once, before its runner has written anything."""

from sicktui.model.device import Profile, Target
from sicktui.model.enums import Action, Operation, RunState
from sicktui.model.run.event import RunChanged
from sicktui.model.run.plan import Operator, PlanItem, RunSpec
from sicktui.model.run.view import RunView, reduce
from sicktui.model.settings import Settings, Timing
from sicktui.tui.state.dashboard import DashboardState
from tests.support.clocks import ManualClock
from tests.support.dashboard import DashboardHarness


def spec(run: str, *devices: str) -> RunSpec:
    targets = [
        Target(device=name, address="a", user="Service", auth="auto", scheme="http", timing=Timing())
        for name in devices
    ]
    return RunSpec(
        run=run,
        operation=Operation.UPDATE,
        created="2026-11-21T00:00:00.000Z",
        settings=Settings(),
        operator=Operator(user="bob", host="pc7"),
        items=tuple(PlanItem(target=t, action=Action.UPDATE, reason=None, message="") for t in targets),
    )


def test_a_run_that_starts_stands_in_the_place_of_the_one_before() -> None:
    dashboard = DashboardState(ManualClock())
    dashboard.advanced("before", RunView(run="before", state=RunState.FINISHED))
    dashboard.start(spec("r2", "gate-2", "gate-1"))
    assert list(dashboard.followed.parts()) == ["gate-2", "gate-1"]
    assert [view.run for view in dashboard.followed.shown] == ["r2"], "what is over makes room at once"
    assert dashboard.live_runs == []

    began = RunChanged(operation=Operation.UPDATE, state=RunState.RUNNING, pid=1, started="", ts="", run="r2")
    dashboard.shown_run = "r2"
    dashboard.advanced("r2", reduce(RunView(), began))
    assert dashboard.starting is None
    assert dashboard.live_runs == ["r2"]
    assert dashboard.followed.shown[-1] is dashboard.runs["r2"]


def test_a_run_that_cannot_start_brings_the_finished_one_back() -> None:
    dashboard = DashboardState(ManualClock())
    dashboard.advanced("before", RunView(run="before", state=RunState.FINISHED))
    dashboard.start(spec("r2", "gate-1"))
    dashboard.not_started("r2")
    assert [view.run for view in dashboard.followed.shown] == ["before"]


def test_a_run_that_cannot_start_leaves_the_one_before_in_sight() -> None:
    dashboard = DashboardState(ManualClock())
    dashboard.advanced("before", RunView(run="before", state=RunState.FINISHED))
    dashboard.start(spec("r2", "gate-1"))
    dashboard.advanced("other", RunView(run="other"))
    assert dashboard.starting is not None, "another session's run is not this one"
    assert [view.run for view in dashboard.followed.shown] == ["other", "r2"]
    dashboard.not_started("r2")
    assert [view.run for view in dashboard.followed.shown] == ["other"]
    dashboard.not_started("r2")


async def test_the_cursor_is_in_a_run_that_starts(harness: DashboardHarness) -> None:
    harness.profiles(*(Profile(name=name, address="127.0.0.1:9") for name in ("dock-1", "gate-1", "gate-2")))
    async with harness.dashboard() as (_, main):
        assert main.dashboard.selected == "dock-1"
        main.services.show_starting(spec("r1", "gate-2", "dock-1"))
        assert main.dashboard.selected == "dock-1", "it is in this run already"
        main.services.show_starting(spec("r2", "gate-2", "gate-1"))
        assert main.dashboard.selected == main.renderer.devices.rows[0].name
        assert main.dashboard.selected in {"gate-1", "gate-2"}
