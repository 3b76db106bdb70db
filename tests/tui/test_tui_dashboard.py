"""The dashboard as a whole, on simulated sensors over real HTTP."""

import asyncio
import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot

from sicktui.model.enums import RunState, Verdict
from sicktui.simulator.spec import DeviceSpec, Fault
from sicktui.stores.journal.journal import Journal
from sicktui.tui.app import Dashboard
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.screens.help import HelpScreen
from sicktui.tui.screens.run.verdicts import VerdictScreen
from sicktui.tui.screens.sensors.details import Details
from sicktui.tui.screens.update.package import PackagePicker
from sicktui.tui.screens.update.plan import PlanScreen
from tests.support.dashboard import DashboardHarness, main_of, notes_of, text_of, until
from tests.support.waiting import LIMIT

GATE = DeviceSpec(name="gate-1", version="2.3.0.0R", serial="1001", model="picoScan150")
DOCK = DeviceSpec(name="dock-1", version="2.2.0.0R", serial="1002", model="picoScan120")
SLOW = DeviceSpec(name="slow-1", version="2.3.0.0R", serial="1004", flash_seconds=1e6)


async def test_an_empty_list_says_how_to_begin(harness: DashboardHarness) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "The device list is empty" in text_of(pilot))
        assert "add a device" in text_of(pilot)
        assert "sicktui demo" in text_of(pilot)


async def test_sensors_are_shown_with_what_they_say(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DOCK)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        shown = text_of(pilot)
        for word in ("gate-1", "dock-1", "2.3.0.0R", "picoScan150", "Initial", "1001", "online"):
            assert word in shown


async def test_a_sensor_that_goes_away_is_shown_offline_and_logged(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await fleet.devices[0].stop()
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        assert "2.3.0.0R" in text_of(pilot), "what is known of it stays"
        await until(pilot, lambda: any(line.device == "gate-1" for line in main.dashboard.log.lines))


async def test_a_journal_that_opens_slowly_holds_nothing_up(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[threading.Thread] = []
    may_open = threading.Event()

    def slowly(path: Path) -> Journal:
        opened.append(threading.current_thread())
        may_open.wait(LIMIT)
        return Journal(path)

    monkeypatch.setattr("sicktui.stores.journal.journal.Journal", slowly)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: opened and "The device list is empty" in text_of(pilot))
        asked = asyncio.create_task(asyncio.to_thread(lambda: harness.context.journal))
        await pilot.press("?")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        may_open.set()
        journal = await asked
    assert threading.main_thread() not in opened
    assert journal is harness.context.journal, "opened once, whoever asks for it meanwhile"
    assert len(opened) == 1


async def test_what_a_sensor_says_is_never_markup(harness: DashboardHarness) -> None:
    wild = DeviceSpec(name="[red]oops[b]", location="[/oops]\x1b[31mboo[/]", serial="[b]7")
    await harness.sensors(wild)
    async with harness.dashboard((160, 40)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        assert "[red]oops[b]" in text_of(pilot)
        assert "[/oops]·[31mboo[/]" in text_of(pilot)
        main.services.notify("note: [/oops] [red]")
        await until(pilot, lambda: "note: [/oops] [red]" in text_of(pilot))  # drawn, and not parsed
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, Details) and "[b]7" in text_of(pilot))
        await pilot.press("q", "-")
        await until(
            pilot, lambda: "Remove from the list?" in text_of(pilot) and "  [red]oops[b]" in text_of(pilot)
        )


async def test_an_update_from_the_mark_to_the_verdicts(harness: DashboardHarness) -> None:
    fails = DeviceSpec(name="bad-1", serial="1003", version="2.3.0.0R", faults=(Fault(name="update_error"),))
    await harness.sensors(GATE, DOCK, fails)
    harness.shelve()
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "3 online" in text_of(pilot))
        await pilot.press("a", "u")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, PackagePicker) and "picoScan_2.4" in text_of(pilot)
        )
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 3" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("u", "enter", "space")
        assert isinstance(pilot.app.screen, Confirm), "only y confirms"
        await pilot.press("y")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        run = main.dashboard.shown_run or ""
        await until(pilot, lambda: main.dashboard.runs[run].state is RunState.FINISHED)
        counts = main.dashboard.runs[run].counts()
        assert (counts[Verdict.SUCCEEDED], counts[Verdict.FAILED]) == (2, 1)
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen) and "bad-1" in text_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: "2 succeeded" in text_of(pilot) and "update_error" in text_of(pilot))
        await until(pilot, lambda: text_of(pilot).count("2.4.0.0R") >= 4)  # list and panel


async def test_a_run_goes_on_without_the_dashboard_and_is_found_again(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(SLOW)
    harness.settings(flash_timeout=600.0)
    harness.shelve()
    async with harness.dashboard() as (pilot, main):
        run = await start_update(pilot)
        await until(pilot, lambda: "flash" in text_of(pilot))
        await until(pilot, lambda: "slow-1" in main.dashboard.owners)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert f"sicktui runs attach {run}" in text_of(pilot)
        await pilot.press("y")
        await pilot.pause()
        assert isinstance(pilot.app, Dashboard)
        assert f"Run {run} continues" in pilot.app.farewell
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: main.dashboard.live_runs == [run])
        await until(pilot, lambda: "1 run active" in text_of(pilot) and "► flash" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: f"in use by run {run}" in notes_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "Cancel the run?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "cancelling, waiting for slow-1 (flash)" in text_of(pilot))
        fleet.devices[0].updater.end_flash()
        await until(pilot, lambda: main.dashboard.live_runs == [])


async def start_update(pilot: Pilot[None]) -> str:
    """Press through an update of all devices; returns the run."""
    main = main_of(pilot)
    await until(pilot, lambda: "online" in text_of(pilot))
    await pilot.press("a", "u")
    await until(pilot, lambda: isinstance(pilot.app.screen, PackagePicker) and ".spk" in text_of(pilot))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 1" in text_of(pilot))
    await pilot.press("u")
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
    await pilot.press("y")
    await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
    return main.dashboard.shown_run or ""


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_nothing_sticks_out_at_any_size(harness: DashboardHarness, size: tuple[int, int]) -> None:
    await harness.sensors(GATE, DOCK)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: len(text_of(pilot).splitlines()) == size[1])
        lines = text_of(pilot).splitlines()
        assert all(len(line) <= size[0] for line in lines)
        assert "q quit" in lines[-1]
        assert "gate-1" in text_of(pilot)
