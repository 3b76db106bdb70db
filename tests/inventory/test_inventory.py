"""The inventory of a site: what is known of each device, the overview of the fleet, and its faces."""

import csv
import json
import tomllib
from pathlib import Path

from msgspec import structs

from sicktui.engine.inventory.changes import ChangeKind, changes, summary
from sicktui.engine.inventory.entries import InventoryEntry, entries
from sicktui.engine.inventory.overview import ShelfState, newest_for, overview, totals
from sicktui.model.device import Identity, Profile
from sicktui.model.firmware.package import PackageType
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.config.devices import DeviceList
from sicktui.stores.memory.last_seen import SeenSensor
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.tui.screens.sensors.overview import OverviewScreen
from tests.support.dashboard import DashboardHarness, flat_of, text_of, until
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.program import ProgramHarness

PICO = Identity(name="picoScan", version="2.3.0.0R", serial="1", device_type="picoScan150")
LRS = Identity(name="LRS4000", version="1.9.1.0R", serial="2", device_type="LRS4581R")


def entry(name: str, identity: Identity | None) -> InventoryEntry:
    seen = None
    if identity is not None:
        moment = "2026-11-21T09:00:00.000Z"
        seen = SeenSensor(identity=identity, address="10.0.0.1", at=moment, since=moment)
    return InventoryEntry(profile=Profile(name=name, address="10.0.0.1"), seen=seen)


def package(name: str, version: str, *, approved: bool = False, models: tuple[str, ...] = ()) -> ShelfEntry:
    return ShelfEntry(
        sha256=name.encode().hex().ljust(64, "0")[:64],
        name=name,
        type=PackageType.SIGNED,
        size=1,
        version=version,
        added="2026-11-21T09:00:00.000Z",
        added_by="me",
        approved=approved,
        models=models,
    )


SHELF = (
    package("picoScan_2.2.9.0R.spk.signed", "2.2.9.0R"),
    package("picoScan_2.4.0.0R.spk.signed", "2.4.0.0R", approved=True),
    package("firmware.spk.signed", "9.9.9.0R"),
    package("multiScan100_2.4.4.0R.spk.signed", "2.4.4.0R"),
    package("picoScan_new.spk.signed", "no version"),
)


def test_the_fleet_by_family_model_and_firmware() -> None:
    new = structs.replace(PICO, version="2.4.0.0R")
    newer = structs.replace(PICO, version="V2.10.0.0R")
    odd = structs.replace(PICO, version="?")
    found = [entry("a", PICO), entry("b", LRS), entry("c", PICO), entry("d", new), entry("e", None)]
    found += [entry("f", newer), entry("g", odd)]
    groups = overview(found, SHELF)
    assert [(g.family, g.firmware, g.devices, g.state) for g in groups] == [
        ("LRS4000", "1.9.1.0R", ("b",), ShelfState.NO_PACKAGE),
        ("picoScan100", "V2.10.0.0R", ("f",), ShelfState.NEWER),
        ("picoScan100", "2.4.0.0R", ("d",), ShelfState.CURRENT),
        ("picoScan100", "2.3.0.0R", ("a", "c"), ShelfState.OUTDATED),
        ("picoScan100", "?", ("g",), ShelfState.UNKNOWN),
        ("", "", ("e",), ShelfState.UNKNOWN),
    ]
    assert totals(groups) == {
        ShelfState.OUTDATED: 2,
        ShelfState.CURRENT: 1,
        ShelfState.NEWER: 1,
        ShelfState.NO_PACKAGE: 1,
        ShelfState.UNKNOWN: 2,
    }


def test_a_package_for_another_model_makes_nothing_outdated() -> None:
    only = package("picoScan_2.5.0.0R.spk.signed", "2.5.0.0R", models=("picoScan120",))
    newest = newest_for(PICO, (*SHELF, only))
    assert newest is not None
    assert newest.version == "2.4.0.0R"
    small = structs.replace(PICO, device_type="picoScan120")
    assert newest_for(small, (*SHELF, only)) == only
    assert newest_for(None, SHELF) is None


def test_what_an_import_changes() -> None:
    old = Profile(name="a", address="b", tags=("x",), timing={"settle": 2.0}, note="\x1b[31m")
    before = DeviceList(profiles={"a": old, "same": Profile(name="same", address="c")})
    after = structs.replace(
        before,
        profiles={
            **before.profiles,
            "a": structs.replace(old, address="d", tags=(), timing=None),
            "new": Profile(name="new", address="e", serial="7"),
        },
    )
    found = changes(before, after, ["a", "same", "new"])
    assert [change.kind for change in found] == [
        ChangeKind.CHANGED,
        ChangeKind.UNCHANGED,
        ChangeKind.ADDED,
    ]
    assert found[0].words == "address b -> d, tags @x -> -, timing settle=2 -> -"
    assert found[2].words == "e, serial 7"
    assert summary(found) == "1 device added, 1 changed, 1 unchanged"


def test_the_commands_on_real_sensors(
    program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path
) -> None:
    made = start_fleet(
        sensor("one", serial="1001", model="picoScan150"),
        sensor("two", generation="lrs4000-1.9.1", version="1.9.1.0R", serial="0002002"),
    )
    for name, address in zip(("gate-1", "gate-2"), made.addresses, strict=True):
        program.here("devices", "add", name, address, fast=False)
    program.here("devices", "add", "spare", "127.0.0.1:9", fast=False)
    program.here("status")
    assert program.here("backup", "gate-1", "--yes").code == 0
    program.here("firmware", "add", program.package(), fast=False)

    shown = program.here("devices", "overview")
    assert shown.code == 0
    assert "picoScan150" in shown.out
    assert "outdated" in shown.out
    assert "not seen yet" in shown.out
    assert "3 devices: 1 outdated, 1 no package, 1 unknown." in shown.out
    lines = program.here("devices", "overview", "--json").lines
    assert {line["kind"] for line in lines} == {"overview"}
    [pico] = [line for line in lines if line["model"] == "picoScan150"]
    assert (pico["devices"], pico["state"], pico["version"]) == (["gate-1"], "outdated", "2.3.0.0R")
    assert pico["newest"] == "2.4.0.0R"

    assert program.here("update", "gate-1", "--package", program.package(), "--yes").code == 0
    [pico] = [
        line for line in program.here("devices", "overview", "--json").lines if line["model"] == "picoScan150"
    ]
    assert (pico["state"], pico["version"]) == ("current", "2.4.0.0R"), "the run remembers what it has seen"

    for suffix in ("csv", "json", "toml"):
        assert program.here("devices", "export", str(tmp_path / f"out.{suffix}")).code == 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second, spare = csv.DictReader(file)
    assert first["seen_serial"] == "1001"
    assert first["serial"] == "", "no pin is made of what was seen"
    assert first["mac"].startswith("00:06:77:")
    assert first["order_number"]
    assert first["last_backup"].startswith("20")
    assert first["last_seen"].startswith("20")
    assert (second["seen_serial"], second["last_backup"]) == ("0002002", "")
    assert not any(spare[key] for key in ("seen_model", "seen_serial", "firmware", "last_seen"))
    [one, *_] = json.loads((tmp_path / "out.json").read_text())["devices"]
    assert one["seen"]["firmware"] == "2.4.0.0R"
    assert tomllib.loads((tmp_path / "out.toml").read_text())["seen"]["gate-2"]["seen_model"]


def test_an_import_shows_what_it_changes_and_can_only_look(program: ProgramHarness, tmp_path: Path) -> None:
    program.here("devices", "add", "gate-1", "10.0.0.1", "--tag", "hall-3", fast=False)
    before = (program.home / "config" / "devices.toml").read_bytes()
    file = tmp_path / "list.csv"
    file.write_bytes(
        "sep=;\r\nName;IP;Note\r\ngate-1;10.0.0.9;K\u00e4se\r\ngate-2;10.0.0.2;\r\n".encode("cp1252")
    )
    looked = program.here("devices", "import", str(file), "--dry-run")
    assert looked.code == 0
    assert "gate-1: changed: address 10.0.0.1 -> 10.0.0.9, note - -> Käse" in looked.out
    assert "gate-2: added: 10.0.0.2" in looked.out
    assert "1 device added, 1 changed. Nothing was saved." in looked.out
    assert (program.home / "config" / "devices.toml").read_bytes() == before
    lines = program.here("devices", "import", str(file), "--replace", "--yes", "--json").lines
    assert [(line["device"], line["change"]) for line in lines] == [
        ("gate-1", "changed"),
        ("gate-2", "added"),
    ]
    assert lines[0]["tags"] == ["hall-3"]


def test_every_problem_of_an_import_is_printed(program: ProgramHarness, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name;address;serial\n" + "".join(f"x{n};b;2E+07\n" for n in range(40)))
    result = program.here("devices", "import", str(file), "--json")
    assert result.code == 2
    for row in range(2, 42):
        assert f"row {row}: the serial number" in result.err
    assert "and 30 more" in result.err


async def test_a_profile_that_pins_another_sensor_has_nothing_seen(harness: DashboardHarness) -> None:
    fleet = await harness.start(DeviceSpec(name="one", serial="1001"))
    harness.profile("gate-1", fleet.devices[0])
    harness.context.last_seen.note(harness.target("gate-1"), structs.replace(PICO, serial="1001"))
    assert entries(harness.context)[0].columns()["seen_serial"] == "1001"
    harness.profile("gate-1", fleet.devices[0], serial="2002")
    assert entries(harness.context)[0].columns()["seen_serial"] == ""


async def test_the_screen(harness: DashboardHarness) -> None:
    fleet = await harness.sensors(DeviceSpec(name="gate-1", version="2.3.0.0R", model="picoScan150"))
    harness.profiles(
        *(Profile(name=f"gate-{n}", address=fleet.devices[0].address) for n in (1, 2)),
        Profile(name="spare", address="127.0.0.1:9"),
    )
    harness.shelve("2.4.0.0R")
    for name in ("gate-1", "gate-2"):
        harness.context.last_seen.note(harness.target(name), structs.replace(PICO, serial=name))
    async with harness.dashboard((80, 24)) as (pilot, _):
        await until(pilot, lambda: "spare" in text_of(pilot))
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, OverviewScreen))
        await until(pilot, lambda: "2 outdated" in text_of(pilot) and "1 unknown" in text_of(pilot))
        shown = flat_of(pilot)
        for words in ("picoScan150", "2.3.0.0R", "2.4.0.0R, not approved", "devices: gate-1, gate-2"):
            assert words in shown
        await pilot.press("j")
        await until(pilot, lambda: "devices: spare" in flat_of(pilot))
        await pilot.press("i")
        await until(pilot, lambda: not isinstance(pilot.app.screen, OverviewScreen))
