"""``q`` closes what is on top, and quits from the bottom, with a question where something would be lost."""

from types import SimpleNamespace
from typing import cast

from sicktui.model.device import Profile
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.flows.leave import what_leaving_means
from sicktui.tui.flows.services import Services
from sicktui.tui.screens.leave import LeaveQuestion
from tests.support.dashboard import DashboardHarness, text_of, until, without_password


async def test_q_closes_a_layer_and_asks_before_it_loses_anything(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="a", address="127.0.0.1:9"), Profile(name="b", address="127.0.0.1:8"))
    without_password(harness)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 offline" in text_of(pilot))
        await pilot.press("/", *"0.1:8", "enter")
        await until(pilot, lambda: "1 of 2" in text_of(pilot))
        await pilot.press("z")
        await until(pilot, lambda: main.renderer.zoomed)
        await pilot.press("q")
        await until(pilot, lambda: "1 of 2" not in text_of(pilot))
        assert main.renderer.zoomed
        await pilot.press("q")
        await until(pilot, lambda: not main.renderer.zoomed)

        await pilot.press("a", "q")
        await until(pilot, lambda: "2 devices are marked" in text_of(pilot))
        await pilot.press("n", "_")
        harness.context.credentials.remember("a", "Service", "secret")
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "1 password is kept in memory only" in text_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is main)

        live = ["20261121-095427-k3f"]
        known = SimpleNamespace(dashboard=SimpleNamespace(live_runs=live), appearance=Appearance())
        services = cast("Services", known)
        pilot.app.push_screen(LeaveQuestion(Appearance(), lambda: what_leaving_means(services, [])))
        await until(pilot, lambda: "1 run is active: 20261121-095427-k3f" in text_of(pilot))
        live.clear()
        await until(pilot, lambda: "The last run has ended" in text_of(pilot))
        assert "095427" not in text_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_q_quits_at_once_where_nothing_is_lost(harness: DashboardHarness) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "The device list is empty" in text_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: not pilot.app.is_running)
