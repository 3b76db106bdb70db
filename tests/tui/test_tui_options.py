"""Options that the commands have, in the dialogs of the dashboard."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs
from textual.widgets import Input

from sicktui.engine.update.plan import plan_update
from sicktui.model.enums import Action
from sicktui.model.run.plan import PlanItem, UpdateOptions
from sicktui.model.settings import Limits
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.drawing.spans import text_of as plain
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.rows.plan import PLAN_COLUMNS, PlanRow
from sicktui.tui.screens.backups.backup import BackupForm, BackupRequest
from sicktui.tui.screens.doctor import DoctorScreen
from sicktui.tui.screens.passwords.login import Login
from sicktui.tui.screens.sensors.diff import DiffScreen
from sicktui.tui.screens.sensors.snapshots import SnapshotPicker
from sicktui.tui.screens.update import plan as plan_module
from sicktui.tui.screens.update.plan import PlanScreen
from sicktui.tui.screens.update.plan_options import UpdateRequest
from sicktui.tui.screens.update.plan_question import spread_lines
from tests.support.dashboard import (
    DashboardHarness,
    flat_of,
    notes_of,
    text_of,
    type_in,
    until,
    without_password,
)
from tests.support.harness import PASSWORD

GATE = DeviceSpec(name="gate-1", version="2.3.0.0R", serial="1001", model="picoScan150")
DOCK = DeviceSpec(name="dock-1", version="2.3.0.0R", serial="1002", model="picoScan150")


async def test_every_option_of_an_update_and_the_run_goes_by_it(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DOCK)
    harness.shelve()
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "u")
        await until(pilot, lambda: ".spk" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 2" in text_of(pilot))
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "latest")
        await pilot.press("enter")
        await until(pilot, lambda: "Not a valid version." in flat_of(pilot))
        await type_in(pilot, "2.4.0.1R")
        await pilot.press("tab")
        await type_in(pilot, "0")
        await pilot.press("enter")
        await until(pilot, lambda: "In parallel: enter a whole number, 1 or more." in flat_of(pilot))
        await type_in(pilot, "3")
        for text in ("models", "25%", "few"):
            await pilot.press("tab")
            await type_in(pilot, text)
        await pilot.press("enter")
        await until(pilot, lambda: "Wave: enter a whole number" in flat_of(pilot))
        for text in ("segment", "0.5"):
            await type_in(pilot, text)
            await pilot.press("tab")
        await type_in(pilot, "9 to 5")
        await pilot.press("enter")
        await until(pilot, lambda: "Window: enter two different times" in flat_of(pilot))
        now = datetime.now().astimezone()
        window = f"{now - timedelta(hours=2):%H:%M}-{now + timedelta(hours=2):%H:%M}"
        await type_in(pilot, window)
        await pilot.press("tab")
        await type_in(pilot, "600")
        await pilot.press("tab")
        await pilot.press("space", "enter")  # no backup first
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 2" in text_of(pilot))
        shown = flat_of(pilot)
        for words in (
            "backup first: no",
            "canary: one per model",
            "stop at failures: 25%",
            f"3 in parallel, waves by segment, 0.5 s between waves, starts only {window}, waits 10 min",
            "2.4.0.1R expected",
            "version 2.4.0.1R",
        ):
            assert words in shown
        await pilot.press("u")
        await until(pilot, lambda: "Start the update?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        spec = harness.context.journal.spec(main.dashboard.shown_run or "")
        limits = spec.settings.limits
        assert (limits.jobs, limits.canary, limits.max_failures) == (3, "models", "25%")
        assert (limits.wave, limits.soak, limits.approve) == ("segment", 0.5, False)
        assert spec.options.expect_version == "2.4.0.1R"
        assert not spec.options.backup
        await until(pilot, lambda: not main.dashboard.live_runs)


async def test_how_many_backups_are_taken_at_once(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DOCK)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "b")
        await until(pilot, lambda: isinstance(pilot.app.screen, BackupForm))
        await pilot.press(*"a phrase", "tab", "tab")
        await type_in(pilot, "none")
        await pilot.press("enter")
        await until(pilot, lambda: "The two passphrases differ." in text_of(pilot))
        await pilot.press(*"a phrase", "enter")
        await until(pilot, lambda: "In parallel: enter a whole number" in text_of(pilot))
        pilot.app.screen.query_one("#jobs", Input).value = "2"
        await pilot.press("enter")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        spec = harness.context.journal.spec(main.dashboard.shown_run or "")
        assert spec.settings.limits.jobs == 2
        await until(pilot, lambda: not main.dashboard.live_runs)
    assert "phrase" not in repr(BackupRequest("a phrase", 2))


async def test_a_password_is_kept_untested_if_that_is_wished(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    without_password(harness)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await type_in(pilot, "of tomorrow")
        await pilot.press("tab", "space", "enter")
        await until(pilot, lambda: harness.context.credentials.password("gate-1", "Service") == "of tomorrow")
        assert not [r for r in fleet.devices[0].requests if "checkCredentials" in r.path]


async def test_sensors_blink_for_as_long_as_is_said(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("T")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "65536")
        await pilot.press("enter")
        await until(pilot, lambda: "At most 65535 seconds" in text_of(pilot))
        await type_in(pilot, "300")
        await pilot.press("enter")
        await until(pilot, lambda: "Blinking for 300 s: gate-1" in notes_of(pilot))


async def test_a_quick_comparison_reads_the_essential_few(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "First snapshot" in notes_of(pilot))
        [device] = fleet.devices
        before = len(device.requests)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, SnapshotPicker))
        await pilot.press("e")
        await until(pilot, lambda: "only the few parameters" in flat_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: len(harness.context.snapshots.list()) == 2)
        assert harness.context.snapshots.list()[0].scope == "essential"
        assert len(device.requests) > before


async def test_two_sensors_are_compared_quickly_if_that_is_wished(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DOCK)
    limits = structs.replace(harness.context.settings.limits, requests_per_second=8.0)
    harness.context.settings = structs.replace(harness.context.settings, limits=limits)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "d")
        await until(pilot, lambda: "Reading all readable parameters" in text_of(pilot))
        await pilot.press("e")
        await until(pilot, lambda: "Reading the essential parameters" in text_of(pilot))
        await until(pilot, lambda: isinstance(pilot.app.screen, DiffScreen))
        assert {snapshot.scope for snapshot in harness.context.snapshots.list()} == {"essential"}


async def test_the_doctor_names_what_is_wrong_and_the_remedy(harness: DashboardHarness) -> None:
    harness.shelve(size=3000)
    (harness.context.shelf.folder / "index.json").write_text("[/oops", encoding="utf-8")
    without_password(harness)
    async with harness.dashboard((80, 40)) as (pilot, _):
        await pilot.press("D")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await until(pilot, lambda: "1 problem" in text_of(pilot))
        shown = flat_of(pilot)
        assert "is damaged" in shown
        assert "Move that file away and add the packages again" in shown
        assert "Create one with V (vault), then use l (login)" in shown
        (harness.context.shelf.folder / "index.json").unlink()
        await pilot.press("R")
        await until(pilot, lambda: "0 problems" in text_of(pilot))
        await pilot.press("D")
        await until(pilot, lambda: not isinstance(pilot.app.screen, DoctorScreen))
    assert PASSWORD not in shown


async def test_a_downgrade_of_a_picoscan_wants_the_word(harness: DashboardHarness) -> None:
    await harness.sensors(structs.replace(GATE, version="2.5.0.0R"))
    harness.shelve()
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: ".spk" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "refuse 1" in text_of(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "update 1" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert "cannot be downgraded" in flat_of(pilot)
        for word in ("y", "update"):
            await type_in(pilot, word)
            await pilot.press("enter")
            await until(pilot, lambda: "Type downgrade to start" in flat_of(pilot))
        assert not main.dashboard.runs
        await type_in(pilot, "downgrade")
        await pilot.press("enter")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        await until(pilot, lambda: not main.dashboard.live_runs)


def test_the_plan_shows_a_warning_before_a_note() -> None:
    row = PlanRow(
        device="gate-1",
        name="gate-1",
        action=Action.UPDATE,
        versions=("2.3.0.0R", "2.4.0.0R"),
        message="Update from 2.3.0.0R to 2.4.0.0R. Its clock is set by hand.",
        warnings=("The password cannot be tested.",),
    )
    why = next(column for column in PLAN_COLUMNS if column.id == "why")
    assert plain(why.cell(row, UNICODE, 80)) == "The password cannot be tested. Its clock is set by hand."


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(), []),
        (Limits(canary=1), ["The first one is updated alone; the others follow only if it succeeds."]),
        (Limits(approve=True), []),
        (Limits(wave=2, approve=True), ["After the first wave, the run waits until you continue it."]),
        (
            Limits(canary=2, approve=True),
            [
                "The first 2 are updated alone; the others follow only if they succeed.",
                "After the canaries, the run waits until you continue it.",
            ],
        ),
    ],
)
def test_the_question_of_an_update_names_what_the_run_waits_for(limits: Limits, words: list[str]) -> None:
    assert [plain(line) for line in spread_lines(UpdateRequest.of(limits, UpdateOptions()))] == words


async def test_the_question_of_an_update_names_what_is_left_out_and_why(harness: DashboardHarness) -> None:
    hall = DeviceSpec(name="hall-1", serial="1003", generation="multiscan-2.4.2")
    await harness.sensors(GATE, hall, structs.replace(DOCK, version="2.4.0.0R"))
    harness.shelve()
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "3 online" in text_of(pilot))
        await pilot.press("a", "u")
        await until(pilot, lambda: ".spk" in text_of(pilot))
        await pilot.press("enter")
        plan = "update 1, skip 1, refuse 1"
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and plan in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "Start the update?" in text_of(pilot))
        shown = flat_of(pilot)
        assert "Not updated:" in shown
        assert f"{UNICODE.failed} hall-1: " in shown
        assert "this sensor is a multiScan" in shown
        assert f"{UNICODE.skipped} dock-1: " in shown


async def test_a_plan_that_is_not_read_yet_says_in_its_title_what_it_waits_for(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.sensors(GATE)
    harness.shelve()
    answer = asyncio.Event()

    async def slow(*args: Any, **keywords: Any) -> Sequence[PlanItem]:
        await answer.wait()
        return await plan_update(*args, **keywords)

    monkeypatch.setattr(plan_module, "plan_update", slow)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: ".spk" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        await pilot.press("u", "u")
        await until(pilot, lambda: "reading 1  wait until all sensors are read" in text_of(pilot))
        answer.set()
        await until(pilot, lambda: "update 1" in text_of(pilot))
        assert "wait until" not in text_of(pilot)
        assert notes_of(pilot) == ""
        assert isinstance(pilot.app.screen, PlanScreen), "the question needs a key of its own"
