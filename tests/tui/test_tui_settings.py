"""Themes and settings, tried and kept."""

from sicktui.stores.config.settings import load_settings
from sicktui.tui.appearance import Appearance
from sicktui.tui.screens.settings import ChoicePicker, SettingsScreen
from sicktui.tui.screens.theme import ThemePicker
from tests.support.dashboard import DashboardHarness, text_of, type_in, until


async def test_themes_and_settings_are_tried_kept_and_refused(harness: DashboardHarness) -> None:
    file = harness.context.home.config_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("# mine\n[limits]\njobs = 3 # few\n")
    harness.context.reload_settings()
    async with harness.dashboard((100, 30), Appearance(palette="256")) as (pilot, _):
        app = pilot.app
        assert app.theme == "dark"
        await pilot.press("%")
        await until(pilot, lambda: isinstance(app.screen, ThemePicker) and "light" in text_of(pilot))
        await pilot.press("j")
        await until(pilot, lambda: app.theme == "light")
        await pilot.press("q")
        await until(pilot, lambda: app.theme == "dark")
        assert file.read_text() == "# mine\n[limits]\njobs = 3 # few\n"

        await pilot.press("%")
        await until(pilot, lambda: isinstance(app.screen, ThemePicker) and "light" in text_of(pilot))
        await pilot.press(">", "enter")
        await until(pilot, lambda: not isinstance(app.screen, ThemePicker))
        assert app.theme == load_settings(file).dashboard.theme == "terminal"
        assert app.native_ansi_color
        assert file.read_text().startswith("# mine\n[limits]\njobs = 3 # few\n")

        await pilot.press("=")
        await until(pilot, lambda: "limits.jobs" in text_of(pilot))
        screen = app.screen
        assert isinstance(screen, SettingsScreen)
        screen.table.select(("limits", "jobs"))
        await pilot.press("enter")
        await until(pilot, lambda: "whole number, 1 or more" in text_of(pilot))
        await pilot.press("backspace")
        await type_in(pilot, "0")
        await pilot.press("enter")
        await until(pilot, lambda: "limits.jobs must be a whole number" in text_of(pilot))
        await pilot.press("backspace")
        await type_in(pilot, "5")
        await pilot.press("enter")
        await until(pilot, lambda: harness.context.settings.limits.jobs == 5)
        assert "jobs = 5 # few" in file.read_text()

        screen.table.select(("dashboard", "density"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChoicePicker) and "comfortable" in text_of(pilot))
        assert "more room around dialogs" in text_of(pilot)
        await pilot.press("k", "enter")
        await until(pilot, lambda: app.has_class("-comfortable"))
        await pilot.press("x")
        await until(pilot, lambda: not app.has_class("-comfortable"))
        assert "density" not in file.read_text()

        file.write_text("[limits]\njobs = 0\n")
        await pilot.press("R")
        await until(pilot, lambda: "line 2" in text_of(pilot))
        assert harness.context.settings.limits.jobs == 5, "the settings of before stay in use"
