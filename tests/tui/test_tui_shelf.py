"""The shelf of firmware packages: add, approve, remove."""

import threading
from pathlib import Path
from zipfile import ZipFile

import pytest
from textual.pilot import Pilot

from sicktui.simulator.device.files.package import make_package
from sicktui.stores.packages.shelf import Shelf, ShelfEntry
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.screens.update.shelf import ShelfScreen
from tests.support.dashboard import DashboardHarness, flat_of, text_of, type_in, until
from tests.support.waiting import LIMIT


async def look(pilot: Pilot[None]) -> None:
    await pilot.press("F")
    await until(pilot, lambda: isinstance(pilot.app.screen, ShelfScreen) and "on the shelf" in text_of(pilot))


async def test_a_package_is_added_approved_and_removed(harness: DashboardHarness, tmp_path: Path) -> None:
    path = tmp_path / "odd [oops].spk.signed"
    make_package(path, "picoScan", "2.4.0.0R", size=3000, signed=True)
    shelf = harness.context.shelf
    async with harness.dashboard((80, 24)) as (pilot, _):
        await look(pilot)
        assert "The shelf is empty" in text_of(pilot)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, str(tmp_path / "nothing.spk"))
        await pilot.press("enter")
        await until(pilot, lambda: "There is no file" in flat_of(pilot))
        await type_in(pilot, f'"{path}"')
        await pilot.press("tab")
        await type_in(pilot, "2.4.0.0R")
        await pilot.press("enter")
        await until(pilot, lambda: "1 package" in text_of(pilot) and "odd [oops]" in text_of(pilot))
        [entry] = shelf.entries()
        assert entry.version == "2.4.0.0R"
        await until(pilot, lambda: entry.sha256[:50] in flat_of(pilot))

        await pilot.press("a")
        await until(pilot, lambda: "Approve the package?" in text_of(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ShelfScreen))
        assert not shelf.approved(entry.sha256), "only enter approves"
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await pilot.press("enter")
        await until(pilot, lambda: shelf.approved(entry.sha256) and "1 approved" in text_of(pilot))
        assert shelf.entries()[0].models == ()

        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "tested in hall 3 [oops]")
        await pilot.press("tab")
        await type_in(pilot, "picoScan150, multiScan100")
        await pilot.press("enter")
        await until(pilot, lambda: shelf.entries()[0].models == ("picoScan150", "multiScan100"))
        await until(pilot, lambda: "for: picoScan150, multiScan100" in flat_of(pilot))
        assert shelf.entries()[0].note == "tested in hall 3 [oops]"

        await pilot.press("x")
        await until(pilot, lambda: "Remove it from the shelf?" in text_of(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "The shelf is empty" in text_of(pilot))
        assert shelf.entries() == []


async def test_what_a_source_has_brought_is_approved_with_a_note(
    harness: DashboardHarness, tmp_path: Path
) -> None:
    path = tmp_path / "picoScan150_2.4.0.0R.spk.signed"
    make_package(path, "picoScan", "2.4.0.0R", size=3000, signed=True)
    shelf = harness.context.shelf
    entry = shelf.add(path, source="plant share")
    async with harness.dashboard((80, 24)) as (pilot, _):
        await look(pilot)
        await pilot.press("a")
        await until(pilot, lambda: "Fetched from plant share." in flat_of(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ShelfScreen))
        assert not shelf.approved(entry.sha256), "not without a note"
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
        await type_in(pilot, "ticket 4711")
        await pilot.press("enter")
        await until(pilot, lambda: shelf.approved(entry.sha256))
        assert shelf.entries()[0].note == "ticket 4711"


async def test_a_zip_is_unpacked_only_if_that_is_agreed_to(harness: DashboardHarness, tmp_path: Path) -> None:
    inner = tmp_path / "picoScan_2.4.0.0R.spk.signed"
    make_package(inner, "picoScan", "2.4.0.0R", size=3000, signed=True)
    with ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.write(inner, inner.name)
    async with harness.dashboard((80, 24)) as (pilot, _):
        await look(pilot)
        for answer, there in (("n", 0), ("y", 1)):
            await pilot.press("n")
            await until(pilot, lambda: isinstance(pilot.app.screen, ValuesForm))
            await type_in(pilot, str(tmp_path / "download.zip"))
            await pilot.press("enter")
            await until(pilot, lambda: "Unpack it and add the package?" in text_of(pilot))
            await pilot.press(answer)
            await until(pilot, lambda: isinstance(pilot.app.screen, ShelfScreen))
            await until(pilot, lambda there=there: len(harness.context.shelf.entries()) == there)  # type: ignore[misc]


async def test_a_damaged_shelf_is_named(harness: DashboardHarness) -> None:
    harness.shelve(size=3000)
    (harness.context.shelf.folder / "index.json").write_text("{", encoding="utf-8")
    async with harness.dashboard((80, 24)) as (pilot, _):
        await look(pilot)
        await until(pilot, lambda: "is damaged" in flat_of(pilot))


async def test_a_shelf_that_is_not_read_yet_is_not_said_to_be_empty(
    harness: DashboardHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, entries = threading.Event(), Shelf.entries

    def slow(shelf: Shelf) -> list[ShelfEntry]:
        read.wait(LIMIT)
        return entries(shelf)

    monkeypatch.setattr(Shelf, "entries", slow)
    async with harness.dashboard() as (pilot, _):
        await pilot.press("F")
        try:
            await until(pilot, lambda: "reading..." in text_of(pilot))
            assert "empty" not in text_of(pilot)
        finally:
            read.set()
        await until(pilot, lambda: "The shelf is empty" in text_of(pilot))
        assert "reading..." not in text_of(pilot)
