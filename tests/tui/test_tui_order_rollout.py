"""A rollout is ordered in the dashboard: marks, package, plan, options, question, troubles."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from msgspec import structs
from textual.pilot import Pilot

from sicktui.fleet.desk import Desk
from sicktui.fleet.records import Inventory, PcDevice, PcPackage
from sicktui.model.device import Profile
from sicktui.model.enums import Operation
from sicktui.model.settings import FleetSettings
from sicktui.tui.appearance import Appearance
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.main.workers import fleet_watch
from sicktui.tui.rows.rollouts.packages import FleetPackage
from sicktui.tui.screens.rollouts import plan as plan_module
from sicktui.tui.screens.rollouts.options import RolloutRequest
from sicktui.tui.screens.update.plan_options import UpdateRequest
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until
from tests.support.fleet_desk import FakeDesk, pc

SHA = "ab" * 32
ResultT = TypeVar("ResultT")


@pytest.fixture
def desk(harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDesk]:
    """A fleet of three PCs; this one is hall-1."""
    fleet = FleetSettings(pc="hall-1", url="postgresql://operator@127.0.0.1/sicktui")
    limits = structs.replace(harness.context.settings.limits, max_failures=2, window="22:00-05:00")
    harness.context.settings = structs.replace(harness.context.settings, fleet=fleet, limits=limits)
    harness.profiles(Profile(name="own", address="127.0.0.1:9"))
    made = FakeDesk()
    monkeypatch.setattr(fleet_watch.FleetWatch, "_open", lambda _: made)
    monkeypatch.setattr(fleet_watch, "READ_EVERY", 0.05)
    monkeypatch.setattr(plan_module, "READ_EVERY", 0.05)
    yield made
    made.hangs.set()


async def mark(pilot: Pilot[None], main: MainScreen, *devices: str) -> None:
    """Mark lines of the list by key."""
    await until(pilot, lambda: "hall-2/belt" in text_of(pilot))
    for device in devices:
        main.renderer.devices.select(device)
        await until(pilot, lambda: main.dashboard.selected == device)  # noqa: B023
        await pilot.press("space")
        await until(pilot, lambda: device in main.dashboard.marks)  # noqa: B023


async def to_plan(pilot: Pilot[None], sha256: str = SHA) -> None:
    """From the list to the plan, with a package by its SHA-256."""
    await pilot.press("u")
    await until(pilot, lambda: "Which package?" in text_of(pilot))
    await until(pilot, lambda: pilot.app.focused is pilot.app.screen.query_one("#path"))
    field: Any = pilot.app.focused
    field.value = sha256
    await pilot.press("enter")
    await until(pilot, lambda: "Plan update" in text_of(pilot) or "Plan refuse" in text_of(pilot))


async def confirm(pilot: Pilot[None]) -> None:
    await pilot.press("u")
    await until(pilot, lambda: "Order the rollout?" in text_of(pilot))
    await pilot.press("y")


async def test_marked_devices_of_all_pcs_are_ordered_with_the_options_and_shown(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    async with harness.dashboard() as (pilot, main):
        await mark(pilot, main, "own", "hall-2/belt", "hall-3/arm")
        await to_plan(pilot)
        flat = flat_of(pilot)
        assert "update 3 on 3 PCs" in flat
        assert f"SHA-256 {SHA[:12]}" in flat
        await pilot.press("j", "j")
        await until(pilot, lambda: "hall-3/arm: Its shelf does not have the package" in flat_of(pilot))
        assert "On hall-3: sicktui firmware add FILE" in flat_of(pilot)
        assert "Check on hall-3 that 'sicktui fleet worker' runs" in flat_of(pilot)
        await pilot.press("c", "b", "d", "m")
        await until(pilot, lambda: "first 1 alone" in text_of(pilot) and "the canaries" in text_of(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "allow a downgrade: no" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "Order the rollout?" in text_of(pilot))
        asked = flat_of(pilot)
        assert "The firmware of 3 sensors on 3 PCs will be updated: hall-1/own, hall-2/belt" in asked
        assert "NOT backed up first" in asked
        assert "The first one is updated alone" in asked
        assert "hall-3/arm: hall-3 is silent: its order waits" in asked
        await pilot.press("enter")  # is no yes
        await pilot.press("y")
        await until(pilot, lambda: "ordered for 3 sensors on 3 PCs" in notes_of(pilot))
        [draft] = desk.ordered
        assert [item.device for item in draft.spec.items] == ["hall-1/own", "hall-2/belt", "hall-3/arm"]
        ask, pace = draft.spec.ask, draft.spec.pace
        assert (ask.operation, ask.package, ask.backup) == (Operation.UPDATE, SHA, False)
        assert (ask.allow_downgrade, ask.jobs) == (False, None)
        assert (pace.canary, pace.max_failures) == (1, 3)
        await until(pilot, lambda: f"Update {draft.spec.rollout}" in text_of(pilot))


async def test_all_options_are_entered_in_a_form(harness: DashboardHarness, desk: FakeDesk) -> None:
    async with harness.dashboard() as (pilot, main):
        await mark(pilot, main, "hall-2/belt", "hall-3/arm")
        await to_plan(pilot)
        await pilot.press("o")
        await until(pilot, lambda: "Rollout options" in text_of(pilot))
        values = {"version": "2.4.0.0R", "wave": "1", "soak": "600", "each": "0", "deadline": "900"}
        for name, value in values.items():
            pilot.app.screen.query_one(f"#{name}").value = value  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: "On each PC: enter a whole number, 1 or more." in flat_of(pilot))
        pilot.app.screen.query_one("#each").value = "4"  # type: ignore[attr-defined]
        pilot.app.screen.query_one("#approve").value = True  # type: ignore[attr-defined]
        await pilot.press("enter")
        told = (
            "4 at once on each PC, 15 min 00 s for an order, waves of 1, 10 min 00 s between waves, approval"
        )
        await until(pilot, lambda: told in flat_of(pilot))
        await until(pilot, lambda: "2.3.0.0R → 2.4.0.0R" in text_of(pilot))
        assert "22:00" not in text_of(pilot), "a window is that of each PC"
        await confirm(pilot)
        await until(pilot, lambda: desk.ordered)
        spec = desk.ordered[0].spec
        assert (spec.ask.expect_version, spec.ask.jobs, spec.deadline) == ("2.4.0.0R", 4, 900.0)
        assert (spec.pace.wave, spec.pace.soak, spec.pace.approve) == (1, 600.0, True)


async def test_a_package_of_the_pcs_shelves_is_chosen_by_key(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    known = PcPackage(sha256=SHA, version="2.4.0.0R", approved=True)
    belt = Inventory(devices=(PcDevice(name="belt", model="picoScan150"),), packages=(known,))
    desk.pcs[1] = pc("hall-2", inventory=belt)
    harness.shelve()
    async with harness.dashboard() as (pilot, main):
        await mark(pilot, main, "hall-2/belt", "hall-3/arm")
        await pilot.press("u")
        await until(pilot, lambda: "not on this PC" in text_of(pilot))
        text = text_of(pilot)
        assert "on 0 of 2, approved on 0" in text  # the one of this shelf
        assert "on 1 of 2, approved on 1" in text
        await pilot.press("j", "enter")
        await until(pilot, lambda: "Plan update" in text_of(pilot))
        assert "version 2.4.0.0R" in text_of(pilot)
        await confirm(pilot)
        await until(pilot, lambda: desk.ordered)
        assert (desk.ordered[0].spec.ask.package, desk.ordered[0].spec.ask.expect_version) == (
            SHA,
            "2.4.0.0R",
        )


async def test_a_backup_of_other_pcs_is_a_rollout_too(harness: DashboardHarness, desk: FakeDesk) -> None:
    async with harness.dashboard((80, 24)) as (pilot, main):
        await mark(pilot, main, "hall-2/belt")
        await pilot.press("b")
        await until(pilot, lambda: "back up 1 on 1 PC" in text_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "A backup has none of these options" in notes_of(pilot))
        await confirm(pilot)
        await until(pilot, lambda: desk.ordered)
        spec = desk.ordered[0].spec
        assert (spec.ask.operation, spec.ask.package) == (Operation.BACKUP, None)


async def test_a_downgrade_that_the_vendor_rules_out_is_typed(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    async with harness.dashboard() as (pilot, main):
        await mark(pilot, main, "hall-2/belt")
        await to_plan(pilot)
        await pilot.press("d")
        await until(pilot, lambda: "allow a downgrade: yes" in text_of(pilot))
        await until(pilot, lambda: "Plan update 1" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "type downgrade to start" in text_of(pilot))
        await pilot.press("y", "enter")
        await until(pilot, lambda: "Type downgrade to start" in flat_of(pilot))
        assert desk.ordered == []
        field: Any = pilot.app.focused
        field.value = "downgrade"
        await pilot.press("enter")
        await until(pilot, lambda: desk.ordered)


async def test_an_answer_that_was_lost_is_no_second_rollout(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    desk.loses = 2
    async with harness.dashboard() as (pilot, main):
        await mark(pilot, main, "hall-2/belt")
        await to_plan(pilot)
        for number in (1, 2):
            await confirm(pilot)
            await until(pilot, lambda: notes_of(pilot).count("may have been ordered") == number)  # noqa: B023
            await until(pilot, lambda: "Plan update 1" in text_of(pilot))
        await pilot.press("f")  # another wish is another rollout
        await until(pilot, lambda: "update if current: yes" in text_of(pilot))
        await until(pilot, lambda: "Plan update 1" in text_of(pilot))
        await confirm(pilot)
        await until(pilot, lambda: "ordered for 1 sensor" in notes_of(pilot))
        first, second, other = (draft.spec.rollout for draft in desk.ordered)
        assert first == second != other


class LateDesk(FakeDesk):
    """Its first answer comes after the second one, although nobody waits for it any more."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.late = asyncio.Event()

    async def ask(self, work: Callable[[Desk], ResultT]) -> ResultT:
        self.asked += 1
        if self.asked == 1:
            # As asyncio.wait_for does in Python 3.11 where the answer is there at the same moment.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            await self.late.wait()
        return work(self)


async def test_an_answer_to_other_options_is_no_plan(harness: DashboardHarness) -> None:
    desk = LateDesk()
    async with harness.dashboard() as (pilot, _):
        screen = plan_module.RolloutPlanScreen(
            Appearance(),
            harness.context,
            desk,
            devices=("hall-2/belt",),
            operation=Operation.UPDATE,
            package=FleetPackage(sha256=SHA),
            request=RolloutRequest(update=UpdateRequest()),
        )
        answers: list[Any] = []
        pilot.app.push_screen(screen, answers.append)
        await until(pilot, lambda: desk.asked == 1)
        await pilot.press("b")
        await until(pilot, lambda: "Plan update 1" in text_of(pilot))
        desk.late.set()
        await pilot.pause(0.2)
        await pilot.press("u")
        await until(pilot, lambda: "NOT backed up first" in flat_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: answers)
        assert answers[0].draft.spec.ask.backup is False


async def test_what_may_not_be_or_cannot_be_ordered_is_said(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    desk.forbids = True
    desk.pcs[2] = pc("hall-3", "arm", protocol="orders-0")
    async with harness.dashboard() as (pilot, main):
        await mark(pilot, main, "hall-3/arm")
        await to_plan(pilot)
        assert "hall-3 has the protocol orders-0" in flat_of(pilot)
        assert "Update sicktui on hall-3." in flat_of(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "Nothing can be ordered" in notes_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: main.is_active)
        await mark(pilot, main, "hall-2/belt")
        await to_plan(pilot)
        assert "update 1, refuse 1 on 2 PCs" in text_of(pilot)
        await confirm(pilot)
        await until(pilot, lambda: "The rollout was not ordered." in notes_of(pilot))
        await until(pilot, lambda: "Plan update 1" in text_of(pilot))

        desk.gone = True
        await until(pilot, lambda: "The fleet's database is away." in flat_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "The fleet's database is away." in notes_of(pilot))
        assert "Order the rollout?" not in text_of(pilot)
        desk.gone = False
        await until(pilot, lambda: "Plan update 1" in text_of(pilot))


async def test_devices_of_a_pc_that_is_not_of_the_fleet_are_in_no_rollout(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    desk.here = ""
    async with harness.dashboard() as (pilot, main):
        await mark(pilot, main, "own", "hall-2/belt")
        await pilot.press("u")
        await until(pilot, lambda: "this PC is not one of the fleet (fleet.pc)" in notes_of(pilot))
        assert main.is_active
