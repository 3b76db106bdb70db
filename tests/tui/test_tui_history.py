"""The history screen, and the marks of the device list."""

from pathlib import Path

from msgspec import structs
from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.model.device import Profile
from sicktui.model.enums import Code, Operation, Verdict
from sicktui.model.run.event import VerdictReached
from sicktui.model.run.view import RunView, reduce
from sicktui.model.settings import BackupSettings
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.store import BackupRecord
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.messages import RunAdvanced
from sicktui.tui.screens.backups.history import HistoryScreen
from sicktui.tui.screens.backups.restore import RestoreScreen
from tests.support.clocks import ShiftedClock
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150", location="[/oops]")
DOCK = DeviceSpec(name="dock-1", serial="1002", model="picoScan120")
CROSS = UNICODE.failed


async def browse_history(pilot: Pilot[None]) -> None:
    await pilot.press("h")
    await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen) and "Backups of" in text_of(pilot))


def flip_a_bit(harness: DashboardHarness, record: BackupRecord) -> None:
    path = harness.context.backups.path(record)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


async def test_the_versions_are_shown_and_a_flipped_bit_is_found(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    first = await harness.backed_up("gate-1")
    fleet.devices[0].parameters.write("ScanDataFormat", 4)
    second = await harness.backed_up("gate-1", "a phrase")
    flip_a_bit(harness, first)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await pilot.press("j")
        await browse_history(pilot)
        await until(pilot, lambda: "Versions 2" in text_of(pilot))
        shown = text_of(pilot)
        for words in ("serial number 1001", "Made", "Age", "Size", "Firmware", "By", "86.2 kB", "2.3.3.0R"):
            assert words in shown
        assert second.id in shown, "the newest is selected"
        assert second.operator in shown
        assert "q back" in shown
        await pilot.press("v")
        await until(pilot, lambda: "Intact" in text_of(pilot))
        assert "No known passphrase opens it." in flat_of(pilot)
        await pilot.press("V")
        await until(pilot, lambda: f"{CROSS} damaged" in text_of(pilot) and "1 damaged one" in text_of(pilot))
        await pilot.press("j")
        await until(pilot, lambda: first.id in text_of(pilot))
        assert f"The backup {first.id} of gate-1 has changed since it was stored" in flat_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RestoreScreen))
        await until(pilot, lambda: f"{CROSS} file" in text_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: "Devices 2" in text_of(pilot))


async def test_one_is_exported_and_nothing_is_overwritten_unasked(
    harness: DashboardHarness, tmp_path: Path
) -> None:
    await harness.sensors(GATE)
    record = await harness.backed_up("gate-1")
    there = tmp_path / "copy.backup"
    there.write_text("mine", encoding="utf-8")
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await browse_history(pilot)
        await until(pilot, lambda: "86.2 kB" in text_of(pilot))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        pilot.app.screen.query_one(Input).value = str(there / "x.backup")
        await pilot.press("enter")
        await until(pilot, lambda: "cannot" in flat_of(pilot).lower() or "Could not" in flat_of(pilot))
        pilot.app.screen.query_one(Input).value = str(there)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert there.read_text(encoding="utf-8") == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "Written:" in notes_of(pilot))
    assert there.read_bytes() == harness.context.backups.path(record).read_bytes()
    assert there.with_name("copy.backup.json").is_file()


async def test_a_device_without_backups_says_how_to_make_one(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        await browse_history(pilot)
        await until(pilot, lambda: "No backup of this sensor on this PC" in text_of(pilot))
        await pilot.press("v", "x", "r", "d", "q")
        await until(pilot, lambda: "Devices 1" in text_of(pilot))


async def test_the_list_marks_what_needs_a_backup(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await until(pilot, lambda: text_of(pilot).count("▲ none") == 2)
        assert "no backup" in text_of(pilot), "the sentence says it in words"
        await harness.backed_up("gate-1")
        await pilot.press("R")
        await until(pilot, lambda: "√ <1m" in text_of(pilot) and text_of(pilot).count("▲ none") == 1)
        fleet.devices[0].parameters.write("LocationName", "elsewhere")
        await pilot.press("j", "d")
        await until(pilot, lambda: "Compare gate-1 with what?" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "1 difference" in text_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: "▲ diff" in text_of(pilot))
        assert "parameters changed since the last backup" in flat_of(pilot)
        await pilot.press("v")
        await until(pilot, lambda: "backup: parameters changed since" in flat_of(pilot))
        await pilot.press("q", "slash", *"changed since", "enter")
        await until(pilot, lambda: "1 of 2" in text_of(pilot))
        assert [row.name for row in main.renderer.devices.rows] == ["gate-1"]


async def test_an_old_backup_is_marked_by_the_setting(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    await harness.backed_up("gate-1")
    harness.context.clock = ShiftedClock(8)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "√ 8d" in text_of(pilot))
    harness.context.settings = structs.replace(harness.context.settings, backups=BackupSettings(old_after=7))
    async with harness.dashboard((120, 40)) as (pilot, _):
        await until(pilot, lambda: "▲ old 8d" in text_of(pilot))
        await until(pilot, lambda: "backup older than 7 days (8d)" in flat_of(pilot))


async def test_a_damaged_newest_backup_is_marked(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    flip_a_bit(harness, await harness.backed_up("gate-1"))
    async with harness.dashboard((120, 40)) as (pilot, _):
        await until(pilot, lambda: f"{CROSS} damaged" in text_of(pilot))
        await until(pilot, lambda: "the last backup is damaged" in flat_of(pilot))


YARD = DeviceSpec(name="yard-1", serial="1003", generation="lrs4000-1.9.1", model="LRS4581R")


async def test_a_sensor_without_backups_is_not_marked_as_one_that_lacks_its_backup(
    harness: DashboardHarness,
) -> None:
    await harness.sensors(DOCK, YARD)
    async with harness.dashboard((200, 40)) as (pilot, main):
        await until(pilot, lambda: "2 online" in text_of(pilot) and "not offered" in text_of(pilot))
        assert f"{UNICODE.warning} none" in text_of(pilot), "the other one lacks its backup"
        await pilot.press("s")  # trouble first
        await until(pilot, lambda: "trouble first" in text_of(pilot))
        assert [row.name for row in main.renderer.devices.rows] == ["dock-1", "yard-1"]
        await pilot.press("j")
        await until(pilot, lambda: "this sensor does not offer backups" in text_of(pilot))
        await browse_history(pilot)
        await until(pilot, lambda: "its API has no call for it" in flat_of(pilot))


async def test_a_sensor_that_was_asked_in_vain_is_known_to_have_none(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="odd-1", address="127.0.0.1:9"))
    async with harness.dashboard((200, 40)) as (pilot, main):
        await until(pilot, lambda: f"{UNICODE.warning} none" in text_of(pilot))
        verdict = VerdictReached(
            ts="2026-11-21T12:00:00.000Z",
            run="r1",
            device="odd-1",
            operation=Operation.BACKUP,
            verdict=Verdict.FAILED,
            code=Code.NOT_SUPPORTED,
            message="It makes no backups.",
            advice="",
            seconds=1.0,
        )
        view = reduce(RunView(run="r1"), verdict)
        main.post_message(RunAdvanced("r1", view, [verdict]))
        await until(pilot, lambda: "not offered" in text_of(pilot))
