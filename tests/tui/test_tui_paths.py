"""Path fields: completed, looked for, dropped."""

from pathlib import Path

from textual.events import Paste
from textual.widgets import Input

from sicktui.tui.dialogs.browser import FileBrowser
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.screens.update.package import PackagePicker
from tests.support.dashboard import DashboardHarness, text_of, type_in, until


async def test_a_file_is_completed_looked_for_and_dropped(harness: DashboardHarness, tmp_path: Path) -> None:
    folder = tmp_path / "usb stick"
    (folder / "Vendor [b]").mkdir(parents=True)
    for name in ("a-list.csv", "b-list.csv", "other.txt"):
        (folder / name).write_text("name,address\n")
    (folder / "Vendor [b]" / "fw.zip").write_bytes(b"PK")
    async with harness.dashboard((80, 24)) as (pilot, _):
        app = pilot.app
        await pilot.press("I")
        await until(pilot, lambda: isinstance(app.screen, ValuesForm) and app.screen.query("#file"))
        field = app.screen.query_one("#file", Input)
        await type_in(pilot, f"{tmp_path}/usb")
        await pilot.press("tab")
        assert field.value == f"{folder}/"
        await pilot.press("tab")
        await until(pilot, lambda: "a-list.csv  b-list.csv" in text_of(pilot))
        assert "other.txt" not in text_of(pilot)
        await pilot.press("a", "tab")
        assert field.value == f"{folder}/a-list.csv"
        await pilot.press("tab")
        assert not field.has_focus, "nothing to complete: tab goes on"

        await pilot.press("shift+tab", "ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, FileBrowser) and "a-list.csv" in text_of(pilot))
        browser = app.screen
        assert isinstance(browser, FileBrowser)
        assert "other.txt" not in text_of(pilot)
        await pilot.press("a")
        await until(pilot, lambda: "other.txt" in text_of(pilot))
        await pilot.press("l")
        await until(pilot, lambda: "fw.zip" in text_of(pilot))
        await pilot.press("h")
        await until(pilot, lambda: "other.txt" in text_of(pilot))
        assert browser.table.selected is not None
        assert browser.table.selected.label == "Vendor [b]", "where it came from"
        browser.table.select("b-list.csv")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is not browser)
        assert field.value == f"{folder}/b-list.csv"
        await pilot.press("escape")

        harness.shelve()
        picker = PackagePicker(app.screen.appearance, harness.context)  # type: ignore[attr-defined]
        await app.push_screen(picker)
        await until(pilot, lambda: picker.table.rows and "2.4.0.0R" in text_of(pilot))
        app.post_message(Paste(f"'{folder / 'Vendor [b]' / 'fw.zip'}'\n"))
        await until(pilot, lambda: picker.query_one("#path", Input).value.endswith("fw.zip"))
        assert picker.query_one("#path", Input).value == str(folder / "Vendor [b]" / "fw.zip")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, FileBrowser) and "fw.zip" in text_of(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "Recent folders" in text_of(pilot))
        await pilot.press("q")
