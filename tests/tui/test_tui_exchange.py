"""The device list from and to other programs, and all that a profile can say."""

from pathlib import Path

from sicktui.model.device import Profile
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.screens.sensors.device_form import DeviceForm
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


async def test_devices_are_imported_and_replaced_only_if_agreed(
    harness: DashboardHarness, tmp_path: Path
) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9", note="mine"))
    file = tmp_path / "list.csv"
    file.write_text("name,address\ngate-1,127.0.0.1:8\ngate-2,127.0.0.1:7\n", encoding="utf-8")

    def known() -> dict[str, str]:
        return {name: profile.address for name, profile in harness.context.devices().profiles.items()}

    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("I")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, str(file))
        await pilot.press("enter")
        await until(pilot, lambda: "Already in the list" in flat_of(pilot))
        assert known() == {"gate-1": "127.0.0.1:9"}
        await pilot.press("tab", "space", "enter")
        await until(pilot, lambda: "Import them?" in text_of(pilot))
        shown = flat_of(pilot)
        assert "1 device added, 1 changed." in shown
        assert "changed gate-1: address 127.0.0.1:9 -> 127.0.0.1:8" in shown
        assert "added gate-2: 127.0.0.1:7" in shown
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        assert known() == {"gate-1": "127.0.0.1:9"}
        await pilot.press("enter")
        await until(pilot, lambda: "Import them?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "2 devices" in text_of(pilot))
        assert known() == {"gate-1": "127.0.0.1:8", "gate-2": "127.0.0.1:7"}


async def test_every_problem_of_a_file_is_shown(harness: DashboardHarness, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name;address\n" + "".join(f"all;b{n}\n" for n in range(14)), encoding="utf-8")
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("I")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, str(file))
        await pilot.press("enter")
        await until(pilot, lambda: "The file cannot be imported" in text_of(pilot))
        assert "row 2: The device name 'all'" in flat_of(pilot)
        await pilot.press(*["j"] * 12)
        await until(pilot, lambda: "row 15:" in text_of(pilot))
    assert harness.context.devices().profiles == {}


async def test_the_list_is_exported_and_no_file_replaced_unasked(
    harness: DashboardHarness, tmp_path: Path
) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9", tags=("hall-3",)))
    there = tmp_path / "there.csv"
    there.write_text("mine", encoding="utf-8")
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("X")
        await until(pilot, lambda: "Export the devices" in text_of(pilot))
        await type_in(pilot, str(there))
        await pilot.press("enter")
        await until(pilot, lambda: "Replace the file?" in text_of(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "Export the devices" in text_of(pilot))
        assert there.read_text(encoding="utf-8") == "mine"
        await type_in(pilot, str(tmp_path / "new.csv"))
        await pilot.press("enter")
        await until(pilot, lambda: "1 device written to" in notes_of(pilot))
    assert "gate-1,127.0.0.1:9" in (tmp_path / "new.csv").read_text(encoding="utf-8-sig")


async def test_everything_that_a_profile_can_say_has_a_field(harness: DashboardHarness) -> None:
    async with harness.dashboard((80, 24)) as (pilot, _):
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DeviceForm))
        texts = {
            "name": "gate-1",
            "address": "127.0.0.1:9",
            "user": "Maintenance",
            "auth": "challenge",
            "tags": "hall-3",
            "note": "north",
            "scheme": "ftp",
            "ca_file": "/etc/plant/ca.pem",
            "fingerprint": "AB:CD",
            "serial": "1001",
            "model": "PICS150-1",
            "timing": "flash_timeout=600 settle",
        }
        for name, text in texts.items():
            pilot.app.screen.query_one(f"#{name}").focus()
            await pilot.pause()
            await type_in(pilot, text)
        await pilot.press("enter")
        await until(pilot, lambda: "'ftp' is not a scheme" in text_of(pilot))
        await type_in(pilot, "https")
        await pilot.press("enter")
        await until(pilot, lambda: "'settle' is not a timing" in text_of(pilot))
        await type_in(pilot, "flash_timeout=600 setle=1")
        await pilot.press("enter")
        await until(pilot, lambda: "not a SHA-256" in flat_of(pilot))
        await type_in(pilot, "ab" * 32)
        await pilot.press("enter")
        await until(pilot, lambda: "setle" in flat_of(pilot) and "The keys are" in flat_of(pilot))
        await type_in(pilot, "flash_timeout=600")
        await pilot.press("enter")
        await until(pilot, lambda: "gate-1" in harness.context.devices().profiles)
        assert harness.context.devices().profiles["gate-1"] == Profile(
            name="gate-1",
            address="127.0.0.1:9",
            user="Maintenance",
            auth="challenge",
            scheme="https",
            ca_file="/etc/plant/ca.pem",
            fingerprint="ab" * 32,
            tags=("hall-3",),
            serial="1001",
            model="PICS150-1",
            note="north",
            timing={"flash_timeout": 600.0},
        )
        await until(pilot, lambda: "1 device" in text_of(pilot))
        await pilot.press("e")
        await until(pilot, lambda: "Change gate-1" in text_of(pilot))
        pilot.app.screen.query_one("#timing").focus()
        await pilot.pause()
        await type_in(pilot, "")
        await pilot.press("enter")
        await until(pilot, lambda: harness.context.devices().profiles["gate-1"].timing is None)
        assert harness.context.devices().profiles["gate-1"].serial == "1001", "what was not touched stays"


async def test_a_device_that_is_removed_leaves_no_password(harness: DashboardHarness) -> None:
    harness.profiles(Profile(name="gate-1", address="127.0.0.1:9"))
    without_password(harness)
    harness.context.credentials.remember("gate-1", "Service", PASSWORD)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "1 offline" in text_of(pilot))
        await pilot.press("-")
        await until(pilot, lambda: "Its stored password is deleted" in flat_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "1 device removed" in notes_of(pilot))
        assert harness.context.credentials.password("gate-1", "Service") is None
