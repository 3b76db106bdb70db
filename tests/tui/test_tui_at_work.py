"""Keys that are pressed while a command is at work: nothing that was agreed to is torn off."""

import asyncio
import sqlite3

import pytest
from msgspec import structs
from textual import events

from sicktui.simulator import Fault
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.app import Dashboard, run
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.progress import ProgressDialog
from sicktui.tui.screens.runs import RunList
from sicktui.tui.screens.sensors.device_form import DeviceForm
from sicktui.tui.screens.sensors.parameters import ParameterScreen
from tests.support.dashboard import DashboardHarness, notes_of, text_of, type_in, until
from tests.support.waiting import eventually

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150", location="before")


async def test_a_value_that_is_being_written_cannot_be_left(harness: DashboardHarness) -> None:
    harness.settings(request_timeout=20.0)
    fleet = await harness.sensors(GATE)
    [device] = fleet.devices
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("$")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen))
        pilot.app.screen.query_one("#table").select("LocationName")  # type: ignore[attr-defined]
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "after")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        device.add_fault(Fault(name="trickle", at="POST getChallenge", rate=8.0, times=1))
        for key in ("y", "q", "escape", "h", "g"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(
            pilot, lambda: any(isinstance(screen, ProgressDialog) for screen in pilot.app.screen_stack)
        )
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen))
        assert device.parameters.saved["LocationName"] == "after"
        await until(pilot, lambda: "Saved on the sensor." in notes_of(pilot))


async def test_a_key_that_is_held_runs_no_command_behind_the_box(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        done = asyncio.Event()
        box = ProgressDialog(main.appearance, "Writing", (), done.wait, stops=False)
        pilot.app.push_screen(box)
        await until(pilot, lambda: pilot.app.screen is box)
        for _ in range(8):
            pilot.app.post_message(events.Key("q", "q"))
            await pilot.pause(0.05)
            assert pilot.app.screen is box
            done.set()
        await until(pilot, lambda: pilot.app.screen is main)


async def test_reading_can_be_stopped(harness: DashboardHarness) -> None:
    harness.settings(request_timeout=20.0)
    fleet = await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("$")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen))
        fleet.devices[0].add_fault(Fault(name="hang", at="GET LocationName"))
        pilot.app.screen.query_one("#table").select("LocationName")  # type: ignore[attr-defined]
        await pilot.press("r")
        await until(pilot, lambda: "Reading LocationName of gate-1" in text_of(pilot))
        await pilot.press("q", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParameterScreen))
        await until(pilot, lambda: "Stopped." in notes_of(pilot))


async def test_a_command_waits_for_the_one_before(harness: DashboardHarness) -> None:
    """A backup that was agreed to starts, whatever is pressed while its plan is made."""
    harness.settings(request_timeout=20.0)
    fleet = await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        # Only the plan of the backup asks for it; a poll of the list could take a fault of any GET.
        fleet.devices[0].add_fault(Fault(name="trickle", at="POST getChallenge", rate=4.0, times=1))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is main)
        await until(pilot, lambda: "Reading 1 sensor" in text_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and main.dashboard.runs)
        await until(pilot, lambda: not main.dashboard.live_runs)


async def test_one_damaged_run_hides_no_other(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, structs.replace(GATE, name="dock-1", serial="1002"))
    await harness.backed_up("gate-1")
    with sqlite3.connect(harness.context.journal.path) as database:
        database.execute("UPDATE runs SET spec = 'no JSON'")
    database.close()
    await harness.backed_up("dock-1")
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "dock-1" in text_of(pilot))
        assert text_of(pilot).count("finished") >= 2


async def test_an_unexpected_error_reaches_the_command_line(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There it becomes a sentence, an entry of the log file without values of variables, and exit code 1."""

    def broken(app: Dashboard, **_: object) -> None:
        app._handle_exception(ValueError("boom"))

    monkeypatch.setattr(Dashboard, "run", broken)
    with pytest.raises(ValueError, match="boom"):
        run(harness.context)


async def test_the_dashboard_can_end_while_a_dialog_opens(harness: DashboardHarness) -> None:
    """A signal or a closed terminal may come at any moment: no traceback, and the exit code is its own."""
    async with harness.dashboard((80, 24)) as (pilot, _):
        pilot.app.push_screen(DeviceForm(Appearance(), None, ()))
        pilot.app.exit(return_code=129)
        await eventually(lambda: not pilot.app.is_running)
    assert isinstance(pilot.app, Dashboard)
    assert (pilot.app.failure, pilot.app.return_code) == (None, 129)
