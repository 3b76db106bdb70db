"""Dialogs on the real stores and simulated sensors."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from msgspec import structs
from textual.widgets import Input

from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.follow import interrupted
from sicktui.model.device import Profile, Target
from sicktui.model.enums import Action, Operation, RunState, Verdict
from sicktui.model.run.event import RunChanged
from sicktui.model.run.plan import PlanItem
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.passphrases import Passphrases
from sicktui.stores.config.devices import save_devices
from sicktui.tui.appearance import Appearance
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.file_error import FileErrorDialog
from sicktui.tui.screens.backups.backup import BackupForm
from sicktui.tui.screens.help import HelpScreen
from sicktui.tui.screens.passwords.login import Login, Password
from sicktui.tui.screens.runs import RunList
from sicktui.tui.screens.sensors.device_form import DeviceForm
from sicktui.tui.screens.update.package import PackagePicker
from sicktui.tui.screens.update.plan import PlanScreen
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
DOCK = DeviceSpec(name="dock-1", version="2.5.0.0R", serial="1002", model="picoScan150")


async def test_a_device_is_added_changed_and_removed(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    harness.profiles()
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DeviceForm))
        await pilot.press(*"all", "enter")
        await until(pilot, lambda: "already means something else" in text_of(pilot))
        await type_in(pilot, "new-1")
        await pilot.press("tab")
        await type_in(pilot, "http://x/")
        await pilot.press("enter")
        await until(pilot, lambda: "Write 192.168.0.1, 192.168.0.1:8080" in text_of(pilot))
        await type_in(pilot, fleet.devices[0].address)
        await pilot.press("enter")
        await until(pilot, lambda: "1 online" in text_of(pilot) and "new-1" in text_of(pilot))
        assert harness.context.devices().profiles["new-1"].address == fleet.devices[0].address

        await pilot.press("e")
        await until(pilot, lambda: "Change new-1" in text_of(pilot))
        await type_in(pilot, "gate-9")
        for _ in range(4):
            await pilot.press("tab")
        await type_in(pilot, "hall-3 line-2")
        await pilot.press("enter")
        await until(pilot, lambda: "gate-9" in harness.context.devices().profiles)
        assert harness.context.devices().profiles["gate-9"].tags == ("hall-3", "line-2")

        await until(pilot, lambda: "► " in text_of(pilot) and "Change" not in text_of(pilot))
        await until(pilot, lambda: "►   gate-9" in text_of(pilot))
        await pilot.press("-")
        await until(pilot, lambda: "Remove from the list?" in text_of(pilot))
        await pilot.press("-", "enter")
        assert harness.context.devices().profiles, "only y removes"
        await pilot.press("y")
        await until(pilot, lambda: not harness.context.devices().profiles)
        await until(pilot, lambda: "The device list is empty" in text_of(pilot))


async def test_an_edit_writes_nothing_back_that_somebody_else_changed(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9", serial="7"))

    def elsewhere(**changed: str) -> None:
        devices = harness.context.devices()
        profile = structs.replace(devices.profiles["gate-1"], **changed)
        save_devices(harness.context.home.devices_file, devices.replace("gate-1", profile))

    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        await pilot.press("e")
        await until(pilot, lambda: "Change gate-1" in text_of(pilot))
        elsewhere(address="127.0.0.1:8", serial="8")
        pilot.app.screen.query_one("#note", Input).value = "behind the door"
        await pilot.press("enter")
        await until(pilot, lambda: "Changed meanwhile" in text_of(pilot))
        assert "serial 7 -> 8" in text_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: "Change gate-1" in text_of(pilot))
        assert pilot.app.screen.query_one("#serial", Input).value == "8"
        await pilot.press("enter")
        await until(pilot, lambda: "gate-1 changed." in notes_of(pilot))
    saved = harness.context.devices().profiles["gate-1"]
    assert (saved.address, saved.serial, saved.note) == ("127.0.0.1:8", "8", "behind the door")


async def test_a_change_of_the_list_by_another_session_is_seen(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        harness.profiles(
            *harness.context.devices().profiles.values(), Profile(name="other", address="127.0.0.1:9")
        )
        await until(pilot, lambda: "2 devices" in text_of(pilot))


async def test_a_list_that_becomes_corrupt_opens_nothing_above_another_screen(
    harness: DashboardHarness,
) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "gate-1" in text_of(pilot))
        await pilot.press("?")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        harness.context.home.devices_file.write_text("[[[", encoding="utf-8")
        await main.services.device_list.read()
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("q")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, FileErrorDialog) and "devices.toml" in text_of(pilot)
        )


async def test_a_corrupt_list_is_named_and_left_alone(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))
    file = harness.context.home.devices_file
    good = file.read_bytes()
    file.write_text('[devices.gate-1]\naddress = "127.0.0.1:9"\nadress = "x"\n', encoding="utf-8")
    bad = file.read_bytes()
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: isinstance(pilot.app.screen, FileErrorDialog))
        shown = " ".join(text_of(pilot).split())
        assert "devices.toml" in shown
        assert "adress" in shown
        assert "line 3" in shown or ":3" in shown
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, FileErrorDialog))
        assert file.read_bytes() == bad
        file.write_bytes(good)
        await pilot.press("r")
        await until(
            pilot, lambda: not isinstance(pilot.app.screen, FileErrorDialog) and "gate-1" in text_of(pilot)
        )


async def test_a_wrong_password_is_not_kept_and_a_right_one_is(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    without_password(harness)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        assert "memory" in text_of(pilot)
        await pilot.press("a", "l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await pilot.press(*"wrong")
        assert "wrong" not in text_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Wrong password, not stored" in text_of(pilot))
        assert isinstance(pilot.app.screen, Login), "it stays at its field"
        assert harness.context.credentials.password("gate-1", "Service") is None
        tries = [r for d in fleet.devices for r in d.requests if "checkCredentials" in r.path]
        assert len(tries) == 1, "a wrong one is tried on one sensor, not on all"
        await type_in(pilot, PASSWORD)
        await pilot.press("enter")
        await until(pilot, lambda: harness.context.credentials.password("dock-1", "Service") == PASSWORD)
        assert PASSWORD not in repr(Password(PASSWORD, for_all=True))
        await until(pilot, lambda: "stored in: memory" in notes_of(pilot))
        await pilot.press("O")
        await until(pilot, lambda: "Forget passwords?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: harness.context.credentials.password("dock-1", "Service") is None)


async def test_an_update_asks_for_the_password_and_the_plan_gives_reasons(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DOCK)
    harness.shelve()
    without_password(harness)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "u")
        await until(pilot, lambda: isinstance(pilot.app.screen, PackagePicker) and ".spk" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await type_in(pilot, PASSWORD)
        await pilot.press("tab", "space", "enter")  # not for all
        await until(pilot, lambda: isinstance(pilot.app.screen, Login) and "dock-1" in text_of(pilot))
        await pilot.press("escape")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 1, refuse 1" in text_of(pilot)
        )
        await pilot.press("j", "l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Login))
        await type_in(pilot, PASSWORD)
        await pilot.press("enter")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 1, refuse 1" in text_of(pilot)
        )
        await pilot.press("d")
        await until(pilot, lambda: "update 2" in text_of(pilot))
        await pilot.press("b", "c", "m")
        await until(pilot, lambda: "canary: first 1 alone" in text_of(pilot))
        assert "backup first: no" in text_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Their parameters are NOT backed up first." in text_of(pilot))
        await pilot.press("escape", "q")
        await until(pilot, lambda: "Devices" in text_of(pilot))
        assert harness.context.journal.runs() == [], "nothing was started"


async def test_a_package_by_its_path(harness: DashboardHarness, tmp_path: Path) -> None:
    await harness.sensors(GATE)
    harness.shelve(size=3000)
    [entry] = harness.context.shelf.entries()
    inner = Path(harness.context.shelf.package(entry).path)
    with ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.write(inner, "picoScan_2.4.0.0R.spk.signed")
    harness.context.shelf.remove(entry.sha256)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "The shelf is empty" in text_of(pilot))
        await type_in(pilot, "/no/such [/file].spk")
        await pilot.press("enter")
        await until(pilot, lambda: "There is no file" in text_of(pilot))
        await type_in(pilot, f'"{tmp_path / "download.zip"}"')
        await pilot.press("enter")
        await until(pilot, lambda: "Unpack it and use the package?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen) and "update 1" in text_of(pilot))


async def test_a_backup_is_taken(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, BackupForm))
        await pilot.press("tab", "tab", "enter")
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, BackupForm))
        await type_in(pilot, "secret phrase")
        await pilot.press("tab")
        await type_in(pilot, "secret phrase")
        await pilot.press("enter")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        run = main.dashboard.shown_run or ""
        await until(pilot, lambda: main.dashboard.runs[run].counts()[Verdict.SUCCEEDED] == 1)
        assert len(harness.context.backups.list()) == 1
        await until(pilot, lambda: "Backup " in text_of(pilot) and "√√√√ 4/4" in text_of(pilot))


async def test_a_backup_says_whether_a_stored_passphrase_is_used(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DOCK)
    known = Passphrases(harness.context.credentials)
    known.remember("gate-1", "of the gate")
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("a", "b")
        await until(pilot, lambda: "Empty: uses the passphrase stored for 1 sensor." in text_of(pilot))
        assert "The other devices have no passphrase" in text_of(pilot)
        await type_in(pilot, "x" * 257)
        await pilot.press("enter")
        await until(pilot, lambda: "at most 256 characters" in flat_of(pilot))
        await type_in(pilot, "")
        await pilot.press("enter")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        run = main.dashboard.shown_run or ""
        await until(pilot, lambda: main.dashboard.runs[run].finished)
    kept = {record.device: record for record in harness.context.backups.list()}
    assert known.opening(kept["gate-1"], "gate-1") == "of the gate"
    assert kept["dock-1"].passphrase_fingerprint is None


def leave_an_interrupted_run(harness: DashboardHarness) -> str:
    """A run in the journal that no process works on."""
    context = harness.context
    [profile] = context.devices().profiles.values()
    timing = context.settings.timing
    target = Target(
        device=profile.name,
        address=profile.address,
        user="Service",
        auth="auto",
        scheme="http",
        timing=timing,
    )
    item = PlanItem(target=target, action=Action.UPDATE, reason=None, message="")
    spec = new_spec(context, Operation.BACKUP, [item])
    began = RunChanged(
        ts=spec.created,
        run=spec.run,
        operation=spec.operation,
        state=RunState.RUNNING,
        pid=1,
        started=spec.created,
    )
    context.journal.create_run(spec, [began])
    return spec.run


async def test_an_interrupted_run_is_announced_and_resumed(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    run = leave_an_interrupted_run(harness)
    assert [row.run for row in interrupted(harness.context)] == [run]
    async with harness.dashboard() as (pilot, main):
        await until(pilot, lambda: "1 run was interrupted" in notes_of(pilot))
        await pilot.press("&")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, RunList) and "? interrupted" in text_of(pilot)
        )
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "1 sensor without a verdict: gate-1" in flat_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is main)
        assert [row.run for row in interrupted(harness.context)] == [run]
        await pilot.press("&")
        await until(pilot, lambda: "? interrupted" in text_of(pilot))
        await pilot.press("r", "y")
        await until(pilot, lambda: run in main.dashboard.runs and main.dashboard.runs[run].finished)
        assert main.dashboard.runs[run].counts()[Verdict.SUCCEEDED] == 1
        await pilot.press("&")
        await until(pilot, lambda: "√ finished" in text_of(pilot) and "1 succeeded" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "No device of run" in notes_of(pilot))
        await pilot.press("&")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunList) and "√ finished" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Backup " in text_of(pilot))


async def test_a_damaged_journal_is_said_and_does_not_end_the_dashboard(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    harness.context.home.create()
    harness.context.home.journal_file.write_bytes(b"this is no database" * 100)
    async with harness.dashboard() as (pilot, _):
        await until(pilot, lambda: "journal" in notes_of(pilot).lower())
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("&")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, RunList) and "journal" in text_of(pilot).lower()
        )


@pytest.mark.parametrize("key", ["u", "b", "l", "-", "v", "c", "/"])
async def test_a_command_of_no_use_says_why(harness: DashboardHarness, key: str) -> None:
    async with harness.dashboard() as (pilot, main):
        await pilot.press(key)
        await until(pilot, lambda: notes_of(pilot))
        assert pilot.app.screen is main


async def test_remapped_keys_work_and_are_shown(harness: DashboardHarness) -> None:
    appearance = Appearance(keys=KeyMap({"add": "f6", "help": "f2"}))
    async with harness.dashboard((200, 40), appearance) as (pilot, main):
        await until(pilot, lambda: "f6 new" in text_of(pilot))
        await pilot.press("n")
        await pilot.pause()
        assert pilot.app.screen is main
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(pilot.app.screen, DeviceForm))
        await pilot.press("escape", "f2")
        await until(pilot, lambda: "Help" in text_of(pilot))
