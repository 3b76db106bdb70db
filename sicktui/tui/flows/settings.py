"""Changes the theme and the settings."""

from sicktui.tui.flows.services import Services
from sicktui.tui.screens.settings import SettingsScreen
from sicktui.tui.screens.theme import ThemePicker


async def choose_theme(services: Services) -> None:
    """Try the themes and keep one."""
    await services.ask(ThemePicker(services.appearance, services.context))


async def change_settings(services: Services) -> None:
    """Look at the settings and change them; what is used from now on is used by the list as well."""
    await services.ask(SettingsScreen(services.appearance, services.context, services.show_settings))
    await services.reload_devices()
