"""The fleet in the dashboard: devices of other PCs, rollouts beside runs, approve and cancel by key."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot

from sicktui.model.device import Profile
from sicktui.model.settings import FleetSettings
from sicktui.tui.main.workers import fleet_watch
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until
from tests.support.fleet_desk import ROLLOUT, FakeDesk


@pytest.fixture
def desk(harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDesk]:
    """A fleet of three PCs; this one is hall-1."""
    fleet = FleetSettings(pc="hall-1", url="postgresql://operator@127.0.0.1/sicktui")
    harness.context.settings = structs.replace(harness.context.settings, fleet=fleet)
    harness.profiles(Profile(name="own", address="127.0.0.1:9"))
    made = FakeDesk()
    monkeypatch.setattr(fleet_watch.FleetWatch, "_open", lambda _: made)
    monkeypatch.setattr(fleet_watch, "READ_EVERY", 0.05)
    yield made
    made.hangs.set()


async def open_list(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: "hall-2/belt" in text_of(pilot))
    await pilot.press("ampersand")
    await until(pilot, lambda: ROLLOUT in text_of(pilot))


async def test_devices_of_other_pcs_are_in_the_list_and_most_commands_name_what_to_do_on_their_pc(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "hall-2/belt" in text_of(pilot))
        text = text_of(pilot)
        assert "hall-3/arm" in text
        assert "silent 5m" in text
        assert "2 on other PCs" in text
        assert "1 rollout waits for approval" in text
        main.renderer.devices.select("hall-2/belt")
        await until(pilot, lambda: main.dashboard.selected == "hall-2/belt")
        assert "reached by hall-2 alone" in flat_of(pilot)
        for key, words in (("e", "devices edit belt"), ("r", "restore belt --backup latest")):
            await pilot.press(key)
            await until(pilot, lambda: f"On hall-2: sicktui {words}" in notes_of(pilot))  # noqa: B023
        await pilot.press("v")
        await until(pilot, lambda: "PC: hall-2" in text_of(pilot))
        assert "Updates and backups of it are rollouts (u)." in flat_of(pilot)


async def test_a_rollout_is_shown_approved_and_cancelled_by_key(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    async with harness.dashboard() as (pilot, _):
        await open_list(pilot)
        assert "waiting" in text_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "wave 1 of 3" in text_of(pilot))
        flat = flat_of(pilot)
        assert "run by anna@office-7" in flat
        assert "hall-3: silent for 5 min" in flat
        await pilot.press("semicolon")
        await until(pilot, lambda: "Approve the rollout?" in text_of(pilot))
        assert "2 sensors on 2 PCs will follow" in flat_of(pilot)
        await pilot.press("y")
        await until(pilot, lambda: desk.acts == [("approve", ROLLOUT)])
        await until(pilot, lambda: "wave 1 of 3" in text_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "Cancel the rollout?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: desk.acts[-1] == ("cancel", ROLLOUT))


async def test_a_rollout_that_waits_is_approved_from_the_main_screen(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "hall-2/belt" in text_of(pilot))
        await pilot.press("semicolon")
        await until(pilot, lambda: "Approve the rollout?" in text_of(pilot))
        await pilot.press("n")
        await pilot.press("ampersand")
        await until(pilot, lambda: ROLLOUT in text_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "Cancel the rollout?" in text_of(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "Cancel the rollout?" not in text_of(pilot))
        assert desk.acts == []


async def test_its_report_is_written(harness: DashboardHarness, desk: FakeDesk, tmp_path: Path) -> None:
    async with harness.dashboard() as (pilot, _):
        await open_list(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "Write a report" in text_of(pilot))
        field: Any = pilot.app.focused
        field.value = str(tmp_path / "plant.md")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "plant.md").exists)
        assert "hall-1/own" in (tmp_path / "plant.md").read_text()


async def test_a_rollout_that_goes_on_or_ends_is_in_the_log(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 rollout waits for approval" in text_of(pilot))
        progress = desk.rollout.progress
        assert progress is not None
        desk.rollout = structs.replace(
            desk.rollout, progress=structs.replace(progress, state="running", waits_for=None, message="")
        )
        await until(pilot, lambda: f"Rollout {ROLLOUT}: running" in flat_of(pilot))
        assert "1 rollout active" in text_of(pilot)
        desk.rollout = structs.replace(
            desk.rollout, progress=structs.replace(progress, state="finished", waits_for=None)
        )
        await until(pilot, lambda: f"Rollout {ROLLOUT}: finished: 1 succeeded" in flat_of(pilot))


async def test_what_was_known_stays_when_the_database_is_gone(
    harness: DashboardHarness, desk: FakeDesk
) -> None:
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "hall-2/belt" in text_of(pilot))
        desk.gone = True
        await until(pilot, lambda: "fleet not read" in text_of(pilot))
        assert "hall-2/belt" in text_of(pilot)
        desk.gone = False
        await until(pilot, lambda: "fleet not read" not in text_of(pilot))


async def test_a_database_that_never_answers_holds_up_neither_the_screen_nor_the_end(
    harness: DashboardHarness, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_watch, "LIMIT", 0.05)
    desk.hangs.clear()
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "fleet not read" in text_of(pilot))
        await pilot.press("ampersand")
        await until(pilot, lambda: "No runs on this PC yet" in text_of(pilot))
        assert main.dashboard.elsewhere.rows == []
    assert sum(thread.name == "fleet" for thread in threading.enumerate()) <= 4
