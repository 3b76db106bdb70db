"""All backups of this PC: verify, export, import, and deleting old ones after a look at what would go."""

from pathlib import Path

from textual.pilot import Pilot

from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.store import BackupRecord
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.screens.backups.backups import BackupsScreen
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, type_in, until

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150")
DOCK = DeviceSpec(name="dock-1", serial="1002", model="picoScan120")


async def two_of_the_gate_and_one_of_the_dock(
    harness: DashboardHarness,
) -> tuple[BackupRecord, BackupRecord, BackupRecord]:
    fleet = await harness.sensors(GATE, DOCK)
    first = await harness.backed_up("gate-1")
    fleet.devices[0].parameters.write("ScanDataFormat", 4)
    return first, await harness.backed_up("gate-1"), await harness.backed_up("dock-1")


async def look(pilot: Pilot[None], number: int) -> None:
    if not isinstance(pilot.app.screen, BackupsScreen):
        await pilot.press("B")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, BackupsScreen) and f"Versions {number}" in text_of(pilot)
    )


async def test_prune_shows_first_and_deletes_only_what_was_agreed_to(harness: DashboardHarness) -> None:
    first, second, dock = await two_of_the_gate_and_one_of_the_dock(harness)
    kept = harness.context.backups
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await look(pilot, 3)
        assert "3 backups of 2 sensors" in text_of(pilot)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await pilot.press("enter")
        await until(pilot, lambda: "Enter a number to keep" in flat_of(pilot))
        await type_in(pilot, "0")
        await pilot.press("enter")
        await until(pilot, lambda: "Keep: enter a whole number, 1 or more." in flat_of(pilot))
        await type_in(pilot, "1")
        await pilot.press("tab")
        await type_in(pilot, "9" * 12)
        await pilot.press("enter")
        await until(pilot, lambda: "Nothing would be deleted." in text_of(pilot))
        await pilot.press("q")
        await look(pilot, 3)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "1")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "1 backup will be deleted" in text_of(pilot)
        shown = flat_of(pilot)
        assert first.id in shown
        assert second.id not in shown
        assert "2 backups kept, including the last good one of 2 sensors" in shown
        await pilot.press("p", "enter", "n")
        await look(pilot, 3)
        assert len(kept.list()) == 3, "nothing goes without y"
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "1")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await look(pilot, 2)
        assert {record.id for record in kept.list()} == {second.id, dock.id}
        assert "1 backup deleted" in notes_of(pilot)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await pilot.press("tab")
        await type_in(pilot, "365")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice))
        assert "Nothing would be deleted" in text_of(pilot)


async def test_backups_of_all_sensors_are_verified_and_exported(
    harness: DashboardHarness, tmp_path: Path
) -> None:
    first, _, _ = await two_of_the_gate_and_one_of_the_dock(harness)
    path = harness.context.backups.path(first)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    async with harness.dashboard((120, 40)) as (pilot, _):
        await until(pilot, lambda: "2 online" in text_of(pilot))
        await look(pilot, 3)
        await pilot.press("V")
        await until(pilot, lambda: "1 damaged one" in text_of(pilot) and text_of(pilot).count("intact") >= 2)
        await pilot.press("x")
        await until(pilot, lambda: "Export the backup" in text_of(pilot))
        await type_in(pilot, str(tmp_path / "out.backup"))
        await pilot.press("enter")
        await until(pilot, (tmp_path / "out.backup.json").exists)


async def test_a_backup_is_imported_with_metadata_and_without(
    harness: DashboardHarness, tmp_path: Path
) -> None:
    await harness.sensors(GATE)
    record = await harness.backed_up("gate-1")
    bare = tmp_path / "bare.backup"
    bare.write_bytes(harness.context.backups.path(record).read_bytes())
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await look(pilot, 1)
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        for bad in (str(tmp_path / "no [/such]"), "~nobody-of-that-name/x", "x" * 300):
            await type_in(pilot, bad)
            await pilot.press("enter")
            await until(pilot, lambda: "cannot be read" in flat_of(pilot))
        await type_in(pilot, str(bare))
        await pilot.press("enter")
        await until(pilot, lambda: "Which sensor is it from?" in text_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "Enter the serial number of the sensor" in flat_of(pilot))
        await type_in(pilot, "9009")
        await pilot.press("tab")
        await type_in(pilot, "old gate")
        await pilot.press("enter")
        await look(pilot, 2)
        assert "old gate" in text_of(pilot)
        assert [r.serial for r in harness.context.backups.list("9009")] == ["9009"]
        await pilot.press("escape")
