"""The login dialog comes by itself where a sensor denies access, and no password is tried twice unasked."""

from typing import Final

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.events import first_events
from sicktui.engine.targets import choose
from sicktui.model.enums import Action, Operation
from sicktui.model.run.plan import PlanItem
from sicktui.simulator import DeviceSpec, Fault
from sicktui.stores.secrets.credentials import Credentials
from sicktui.tui.screens.backups.restore import RestoreScreen
from sicktui.tui.screens.backups.version_picker import VersionPicker
from sicktui.tui.screens.passwords.login import Login
from sicktui.tui.screens.update.plan import PlanScreen
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until

OLD: Final = "the old one of both"
NEW: Final = "the new one of gate-1"
GATE: Final = DeviceSpec(name="gate-1", version="2.3.0.0R", serial="1001", model="picoScan150", password=NEW)
DOCK: Final = DeviceSpec(name="dock-1", version="2.3.0.0R", serial="1002", model="picoScan150", password=OLD)


@pytest.fixture
def credentials(harness: DashboardHarness) -> Credentials:
    """Of a desk on which both sensors had the same password, until somebody changed that of the gate."""
    made = Credentials(given=None, keyring=None)
    for device in ("gate-1", "dock-1"):
        made.remember(device, "Service", OLD)
    harness.context.credentials = made
    return made


def tries(harness: DashboardHarness) -> list[int]:
    """How often each sensor was asked whether a password is right."""
    assert harness.fleet is not None
    return [
        len([request for request in device.requests if request.path.endswith("checkCredentials")])
        for device in harness.fleet.devices
    ]


async def enter(pilot: Pilot[None], text: str) -> None:
    """Wait for the login dialog and type into it."""
    await until(pilot, lambda: isinstance(pilot.app.screen, Login))
    box = pilot.app.focused
    assert isinstance(box, Input)
    box.value = text
    await pilot.press("enter")


async def plan(pilot: Pilot[None]) -> None:
    """Choose both sensors and the package."""
    await until(pilot, lambda: "2 online" in text_of(pilot))
    await pilot.press("a", "u")
    await until(pilot, lambda: ".spk" in text_of(pilot))
    await pilot.press("enter")


async def test_a_sensor_that_denies_access_in_the_middle_of_a_plan(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    await harness.sensors(GATE, DOCK)
    harness.shelve()
    async with harness.dashboard() as (pilot, _):
        await plan(pilot)
        await until(pilot, lambda: "Service on" in text_of(pilot))
        shown = " ".join(text_of(pilot).split())
        assert "rejected the stored password" in shown
        assert "Service on gate-1" in shown
        assert "dock-1 " not in shown.split("Service on")[1].split("password")[0]
        await enter(pilot, NEW)
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 2" in text_of(pilot))
    assert credentials.password("gate-1", "Service") == NEW


async def test_a_refused_password_is_tried_once_however_often_the_plan_is_made(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    await harness.sensors(GATE, DOCK)
    harness.shelve()
    async with harness.dashboard() as (pilot, _):
        await plan(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        for _ in range(3):
            await pilot.press("f")
            await until(pilot, lambda: "update 1" in text_of(pilot) and "refuse 1" in text_of(pilot))
        await pilot.press("R")
        await until(pilot, lambda: "update 1" in text_of(pilot) and "refuse 1" in text_of(pilot))
        assert isinstance(pilot.app.screen, PlanScreen), "who left the dialog is not asked again"
        assert tries(harness) == [1, 5]
        await pilot.press("j", "k", "l")
        await enter(pilot, "another wrong one")
        await until(pilot, lambda: "Wrong password, not stored: gate-1" in text_of(pilot))
        assert tries(harness)[0] == 2, "what a person types is tried, once"
        assert "has refused 2 logins in a row" in flat_of(pilot)
        await enter(pilot, NEW)
        await until(pilot, lambda: "update 2" in text_of(pilot))
    assert credentials.password("gate-1", "Service") == NEW


async def test_a_sensor_that_denies_access_to_a_backup(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    await harness.sensors(GATE, DOCK)
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        await pilot.press("enter")
        await enter(pilot, NEW)
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        await until(pilot, lambda: "2 succeeded" in notes_of(pilot))
    assert tries(harness)[0] == 3, "the old one once; the new one when it was typed, and for the new plan"
    assert credentials.password("gate-1", "Service") == NEW


async def test_who_leaves_the_dialog_backs_the_others_up(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    await harness.sensors(GATE, DOCK)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await pilot.press("escape")
        await until(pilot, lambda: "1 succeeded, 1 failed" in notes_of(pilot))
        await pilot.pause(0.3)
        assert not isinstance(pilot.app.screen, Login), "who has left it is not asked again for the same"
    assert tries(harness)[0] == 1


async def test_a_sensor_that_denies_access_in_the_middle_of_a_run(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    """Somebody changes the password between the plan and the run."""
    changed = Fault(name="password_changed", at="POST CreateSessionToken", value="changed meanwhile")
    await harness.sensors(
        DeviceSpec(name="gate-1", version="2.3.0.0R", password=OLD, faults=(changed,)),
    )
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "denied access" in text_of(pilot))
        assert isinstance(pilot.app.screen, Login)
        await enter(pilot, "changed meanwhile")
        await until(pilot, lambda: "1 password stored in" in notes_of(pilot))
    assert credentials.password("gate-1", "Service") == "changed meanwhile"


async def test_a_sensor_that_denies_access_to_a_run_that_is_resumed(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    await harness.sensors(GATE)
    targets = choose(["gate-1"], harness.context.devices(), harness.context.settings)
    items = [PlanItem(target=targets[0], action=Action.UPDATE, reason=None, message="Back it up.")]
    spec = new_spec(harness.context, Operation.BACKUP, items)
    harness.context.journal.create_run(spec, first_events(spec))  # and its process died at once
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: "interrupted" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "Resume the run?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "rejected the stored password" in text_of(pilot))
        await enter(pilot, NEW)
        await until(pilot, lambda: "finished: 1 succeeded" in notes_of(pilot))
    assert tries(harness) == [2]


async def test_a_sensor_that_denies_access_to_a_restore(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    await harness.sensors(GATE)
    credentials.remember("gate-1", "Service", NEW)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("b")
        await until(pilot, lambda: "Back up parameters" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "finished: 1 succeeded" in notes_of(pilot))
        credentials.remember("gate-1", "Service", OLD)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersionPicker))
        await until(pilot, lambda: "bytes" in text_of(pilot) or "KB" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "rejected the stored password" in text_of(pilot))
        await enter(pilot, NEW)
        await until(pilot, lambda: isinstance(pilot.app.screen, RestoreScreen))
        await until(pilot, lambda: "the password was accepted" in text_of(pilot))
    assert credentials.password("gate-1", "Service") == NEW


async def test_a_sensor_that_denies_access_to_find_me(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("f")
        await until(pilot, lambda: "rejected the stored password" in text_of(pilot))
        assert tries(harness) == [0], "it was refused once already"
        await enter(pilot, NEW)
        await until(pilot, lambda: "Blinking for" in notes_of(pilot))
    assert tries(harness) == [1]


@pytest.mark.parametrize("key", ["ctrl+c", "super+c", "ctrl+x"])
async def test_what_is_shown_as_dots_is_not_copied(harness: DashboardHarness, key: str) -> None:
    """A copy goes to the terminal (OSC 52), and with it into recordings of the session, in clear text."""
    harness.context.credentials = Credentials(given=NEW, keyring=None)
    await harness.sensors(GATE)
    async with harness.dashboard() as (pilot, _):
        for opening in ("l", "b"):
            await until(pilot, lambda: "1 online" in text_of(pilot))
            await pilot.press(opening)
            await until(pilot, lambda: isinstance(pilot.app.focused, Input))
            await pilot.press(*"geheim", "shift+home")
            box = pilot.app.focused
            assert isinstance(box, Input)
            assert box.selected_text == "geheim"
            await pilot.press(key)
            assert pilot.app.clipboard == ""
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(pilot.app.focused, Input))


async def test_a_password_that_could_not_be_tested_is_said_to_be_untested(
    harness: DashboardHarness, credentials: Credentials
) -> None:
    """An older sensor has nothing to test it with, so a wrong one is stored like a right one."""
    yard = DeviceSpec(name="yard-1", serial="1003", generation="auth-article", password=NEW)
    await harness.sensors(GATE, yard)
    credentials.forget("gate-1", "Service")
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "l")
        await enter(pilot, NEW)
        await until(pilot, lambda: "2 passwords stored in: memory" in notes_of(pilot))
        assert "Not tested: yard-1." in notes_of(pilot)
