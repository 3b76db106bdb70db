"""The diff screen: a sensor with what it was, and two sensors."""

from msgspec import structs
from textual.pilot import Pilot

from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.engine.targets import choose
from sicktui.model.snapshot import Snapshot
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.rows.parameters.snapshots import SnapshotRow, in_order, pair_of
from sicktui.tui.screens.backups.history import HistoryScreen
from sicktui.tui.screens.sensors.diff import DiffScreen
from sicktui.tui.screens.sensors.snapshots import SnapshotPicker, SnapshotReader
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until

GATE = DeviceSpec(name="gate-1", serial="1001", model="picoScan150", location="north")
DOCK = DeviceSpec(name="dock-1", serial="1002", model="picoScan150", location="[/oops]\x1b[31m")
MISSING = ("LEDEnable", "MCSenseLevel", "EncSetting", "TSCRole", "rosFrameId", "rosDomainId")
"""What one sensor of these tests does not have."""
HALL = DeviceSpec(name="hall-1", serial="1003", generation="multiscan-2.4.2")


async def snapshot(harness: DashboardHarness, name: str) -> None:
    [target] = choose([name], harness.context.devices(), harness.context.settings)
    await snapshot_now(harness.context, target)


async def compared(pilot: Pilot[None]) -> str:
    await until(pilot, lambda: isinstance(pilot.app.screen, DiffScreen) and "Before" in text_of(pilot))
    return flat_of(pilot)


async def test_a_sensor_is_compared_with_what_it_was(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(structs.replace(GATE, hidden=MISSING))
    await snapshot(harness, "gate-1")
    fleet.devices[0].parameters.write("ScanDataFormat", 4)
    fleet.devices[0].parameters.write("EtherIPAddress", [10, 0, 0, 9])
    async with harness.dashboard((80, 26)) as (pilot, _):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, SnapshotPicker))
        await pilot.press("enter")
        shown = await compared(pilot)
        assert "2 differences" in shown
        assert "ScanDataFormat ▲ differs 2 4" in shown
        assert "EtherIPAddress ● network 192.168.0.1 10.0.0.9" in shown
        assert "this sensor has no such variable (press n to list them)" in shown
        lines = len(shown)
        await pilot.press("n")
        await until(pilot, lambda: "· unread" in text_of(pilot))
        assert len(flat_of(pilot)) > lines
        await pilot.press("w", "J", "J")
        await until(pilot, lambda: "passwords and user levels" in flat_of(pilot))
        assert "q back" in text_of(pilot)
        await pilot.press("q")
        await until(pilot, lambda: "Devices 1" in text_of(pilot))


def test_the_two_sides_that_are_meant_come_in_order() -> None:
    def side(device: str, taken: str = "", *, own: bool = True) -> SnapshotRow:
        stored = Snapshot(
            id=f"{device}-{taken}",
            device=device,
            serial=None,
            name="picoScan",
            version="",
            taken=taken,
            scope="full",
        )
        return SnapshotRow(
            device=device, own=own, snapshot=stored if taken else None, kind="snapshot" if taken else "sensor"
        )

    others = [side("b", own=False), side("b", "2026-03", own=False)]
    rows = in_order([*others, side("a", "2026-01"), side("a", "2026-02"), side("a")])
    assert [(row.device, row.moment) for row in rows] == [
        ("a", "~"),
        ("a", "2026-02"),
        ("a", "2026-01"),
        ("b", "~"),
        ("b", "2026-03"),
    ]
    now, newer, older, other, stored = rows
    assert pair_of(rows, [], newer) == (newer, now)
    assert pair_of(rows, [], now) is None
    assert pair_of(rows, [older.key], newer) == (older, newer)
    assert pair_of(rows, [newer.key, older.key], now) == (older, newer)
    assert pair_of(rows, [now.key], other) == (now, other)
    assert pair_of(rows, [stored.key], now) == (stored, now)


async def test_the_first_snapshot_has_nothing_to_be_compared_with(harness: DashboardHarness) -> None:
    await harness.sensors(GATE)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "First snapshot of gate-1" in notes_of(pilot))
        assert pilot.app.screen is main
        assert len(harness.context.snapshots.list("1001")) == 1


async def test_two_kept_snapshots_are_compared_without_the_sensor(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    await snapshot(harness, "gate-1")
    await snapshot(harness, "dock-1")
    fleet.devices[0].parameters.write("LocationName", "[bold]south")
    await snapshot(harness, "gate-1")
    await fleet.devices[0].stop()
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 offline" in text_of(pilot) and "1 online" in text_of(pilot))
        await pilot.press("j", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, SnapshotPicker))
        await pilot.press("space", "space")
        await until(pilot, lambda: text_of(pilot).count("■ ") == 2)
        await pilot.press("enter")
        shown = await compared(pilot)
        assert "LocationName ▲ differs 'north' '[bold]south'" in shown
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, SnapshotPicker))
        await until(pilot, lambda: text_of(pilot).count(" snapshot") == 2)
        await pilot.press("space", "o")
        await until(pilot, lambda: text_of(pilot).count(" snapshot") == 3)
        await pilot.press("G", "enter")  # what is stored of the other sensor
        shown = await compared(pilot)
        assert "dock-1 (1002" in shown
        assert "gate-1 (1001" in shown


async def test_two_marked_sensors_are_compared(harness: DashboardHarness) -> None:
    await harness.sensors(GATE, DOCK, HALL)
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "3 online" in text_of(pilot))
        await pilot.press("a", "d")
        await until(pilot, lambda: "Mark two to compare them" in notes_of(pilot))
        await pilot.press("a", "space", "j", "space", "d")
        shown = await compared(pilot)
        assert "Before gate-1 (1001" in shown
        assert "After dock-1 (1002" in shown
        assert "LocationName ▲ differs 'north' '[/oops]·[31m'" in shown
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)


async def test_a_sensor_that_does_not_answer_is_named_with_the_reason(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE, DOCK)
    await fleet.devices[1].stop()
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        await pilot.press("a", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, SnapshotReader))
        await until(pilot, lambda: "cannot be reached" in flat_of(pilot) and "√ read" in text_of(pilot))
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)


async def test_a_backup_is_compared_with_now_from_the_history(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(GATE)
    record = await harness.backed_up("gate-1")
    fleet.devices[0].parameters.write("LocationName", "east")
    newer = await harness.backed_up("gate-1")
    fleet.devices[0].parameters.write("LocationName", "south")
    async with harness.dashboard((120, 40)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("h")
        await until(pilot, lambda: newer.id in text_of(pilot))
        await pilot.press("G")
        await until(pilot, lambda: record.id in text_of(pilot))
        await pilot.press("d")
        shown = await compared(pilot)
        assert "LocationName ▲ differs 'north' 'south'" in shown
        await pilot.press("q")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, HistoryScreen) and record.id in text_of(pilot)
        )
        await pilot.press("g", "space", "space", "d")
        shown = await compared(pilot)
        assert "LocationName ▲ differs 'north' 'east'" in shown, "the earlier one first"
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("B")
        await until(pilot, lambda: newer.id in text_of(pilot) and "All backups" in text_of(pilot))
        await pilot.press("d")
        shown = await compared(pilot)
        assert "LocationName ▲ differs 'east' 'south'" in shown
