"""The guide of a replacement: what it found, what it asks, what it does, what it leaves behind."""

from contextlib import AsyncExitStack

from msgspec import structs
from textual.widgets import Input

from sicktui.model.device import Profile
from sicktui.model.enums import Verdict
from sicktui.simulator.fleet.fleet import Device, Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.glyphs import UNICODE
from sicktui.tui.screens.backups.replace import ReplaceScreen
from sicktui.tui.screens.backups.version_picker import VersionPicker
from sicktui.tui.screens.sensors.details import Details
from tests.support.dashboard import DashboardHarness, flat_of, notes_of, text_of, until

OLD = DeviceSpec(
    name="gate-1",
    serial="1001",
    model="picoScan150",
    location="north gate",
    parameters={"ScanDataFormat": 4},
)
NEW = DeviceSpec(name="new", serial="9009", model="picoScan150", parameters={"EtherIPAddress": [10, 0, 0, 9]})
CROSS = UNICODE.failed


async def mounted(
    harness: DashboardHarness, stack: AsyncExitStack, spec: DeviceSpec, *, pinned: str | None
) -> Device:
    """Another sensor stands at the profile's place."""
    await harness.fleet.devices[0].power_off()
    fleet = await stack.enter_async_context(Fleet([spec], time_scale=30))
    harness.profiles(
        Profile(name="gate-1", address=fleet.devices[0].address, serial=pinned, note="by the door")
    )
    return fleet.devices[0]


async def test_a_replacement_from_the_finding_to_the_verdict(harness: DashboardHarness) -> None:
    await harness.sensors(OLD)
    record = await harness.backed_up("gate-1")
    async with AsyncExitStack() as stack, harness.dashboard((80, 24)) as (pilot, main):
        new = await mounted(harness, stack, NEW, pinned="1001")
        await pilot.press("R")
        await until(pilot, lambda: "1 other sensor" in text_of(pilot))
        await until(pilot, lambda: "other 9009" in text_of(pilot))
        await pilot.press("E")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReplaceScreen))
        await until(pilot, lambda: "4 What happens" in text_of(pilot) and "restored" in text_of(pilot))
        shown = flat_of(pilot)
        for words in (
            f"{new.address}: picoScan150, serial number 9009",
            "It replaces 1001, which the profile names.",
            record.id,
            "√ sensor picoScan150 9009 replaces 1001",
            "LocationName 'north gate'",
            f"gate-1 keeps its name and its address {new.address}",
        ):
            assert words in shown
        assert "q back" in text_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        question = flat_of(pilot)
        assert "the list names serial number 9009 instead of 1001" in question
        assert "Not copied: network settings, passwords" in question
        assert "PUT" not in {request.method for request in new.requests}, "nothing was written so far"
        await pilot.press("s", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, Details))
        await until(pilot, lambda: "√ restore succeeded" in text_of(pilot))
        for words in (  # the note that the run is finished may cover some of them for a while
            "serial number 9009 instead of 1001",
            "Not copied",
            "EtherIPAddress stays",
            "10.0.0.9 (the old sensor had 192.168.0.1)",
        ):
            await until(pilot, lambda: words in flat_of(pilot))  # noqa: B023
        await pilot.press("q")
        await until(pilot, lambda: main.dashboard.profiles["gate-1"].serial == "9009")
    profile = harness.context.devices().profiles["gate-1"]
    assert (profile.address, profile.note) == (new.address, "by the door")
    assert new.parameters.saved["LocationName"] == "north gate"
    assert new.parameters.saved["ScanDataFormat"] == 4
    assert new.parameters.saved["EtherIPAddress"] == [10, 0, 0, 9]


async def test_a_passphrase_and_another_version_are_asked_for_in_the_guide(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(OLD)
    first = await harness.backed_up("gate-1")
    fleet.devices[0].parameters.write("ScanDataFormat", 1)
    await harness.backed_up("gate-1", "another phrase")
    async with AsyncExitStack() as stack, harness.dashboard((80, 24)) as (pilot, main):
        new = await mounted(harness, stack, NEW, pinned=None)
        await pilot.press("R")
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("E")
        await until(pilot, lambda: "Passphrase of the backup" in text_of(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: f"{CROSS} passphrase" in text_of(pilot))
        assert "1001, which the backups of this name belong to" in flat_of(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Not ready yet" in notes_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersionPicker))
        await until(pilot, lambda: text_of(pilot).count("86.2 kB") == 2)
        await pilot.press("j", "enter")
        await until(pilot, lambda: first.id in text_of(pilot) and "restored" in text_of(pilot))
        await pilot.press("r", "s", "y")
        await until(pilot, lambda: main.dashboard.shown_run in main.dashboard.runs)
        run = main.dashboard.shown_run or ""
        await until(pilot, lambda: main.dashboard.runs[run].finished)
        assert main.dashboard.runs[run].counts()[Verdict.SUCCEEDED] == 1
    assert new.parameters.saved["ScanDataFormat"] == 4
    assert harness.context.devices().profiles["gate-1"].serial == "9009"


async def test_the_same_sensor_is_no_replacement(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(OLD)
    await harness.backed_up("gate-1")
    harness.profiles(Profile(name="gate-1", address=fleet.devices[0].address, serial="1001"))
    async with harness.dashboard((80, 24)) as (pilot, main):
        await until(pilot, lambda: "1 online" in text_of(pilot))
        await pilot.press("E")
        await until(
            pilot,
            lambda: "This is the sensor already in the profile; nothing has been replaced." in flat_of(pilot),
        )
        await pilot.press("r", "p", "y", "q")
        await until(pilot, lambda: pilot.app.screen is main)
        assert main.dashboard.runs == {}


async def test_what_does_not_fit_is_said(harness: DashboardHarness) -> None:
    await harness.sensors(OLD)
    await harness.backed_up("gate-1")
    async with AsyncExitStack() as stack, harness.dashboard((80, 24)) as (pilot, main):
        other = structs.replace(NEW, model="picoScan120")
        device = await mounted(harness, stack, other, pinned="1001")
        await pilot.press("R")
        await until(pilot, lambda: "1 other sensor" in text_of(pilot))
        await pilot.press("E")
        await until(pilot, lambda: f"{CROSS} model" in text_of(pilot))
        assert "The backup is from a picoScan150, but this sensor is a picoScan120." in flat_of(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "Not ready yet" in notes_of(pilot))
        await device.stop()
        await pilot.press("R")
        await until(pilot, lambda: f"{CROSS} 1 The sensor" in text_of(pilot))
        assert f"give it the address {device.address}, and press R" in flat_of(pilot)
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is main)


async def test_an_unknown_predecessor_is_said_and_a_file_can_be_chosen(harness: DashboardHarness) -> None:
    await harness.sensors(OLD)
    record = await harness.backed_up("gate-1")
    path = harness.folder / "from-elsewhere.backup"
    path.write_bytes(harness.context.backups.path(record).read_bytes())
    async with AsyncExitStack() as stack, harness.dashboard((80, 24)) as (pilot, _):
        new = await mounted(harness, stack, NEW, pinned=None)
        harness.profiles(Profile(name="hall-9", address=new.address))
        await pilot.press("R")
        await until(pilot, lambda: "hall-9" in text_of(pilot) and "1 online" in text_of(pilot))
        await pilot.press("E")
        await until(pilot, lambda: "No other sensor is known under this name" in flat_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersionPicker))
        pilot.app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: "restored" in text_of(pilot))
        assert "replaces 1001" in flat_of(pilot)
