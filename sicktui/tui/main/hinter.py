"""Shows in the hint bar what can be done here and now."""

from typing import Any, Final

from textual.screen import Screen
from textual.widgets import Input

from sicktui.tui.appearance import Appearance
from sicktui.tui.commands.hints import filter_hints, hints, search_hints
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.widgets.hint_bar import HintBar

TALL: Final = 20
"""From this height on the hints have two lines. The height alone decides, so that nothing jumps."""


class Hinter:
    """Draws the hint bar for the part that has the focus.

    Args:
        screen: the main screen, mounted.
        dashboard: what the dashboard knows.
        appearance: how it looks.
    """

    def __init__(self, screen: "Screen[Any]", dashboard: DashboardState, appearance: Appearance) -> None:
        self._screen = screen
        self._dashboard = dashboard
        self._keys = appearance.keys
        self._bar = screen.query_one("#hints", HintBar)

    def render(self) -> None:
        """Draw the hints; those that are shown already cost nothing."""
        dashboard, focused = self._dashboard, self._screen.focused
        if isinstance(focused, Input) and focused.id == "sought":
            first, last = search_hints(dashboard.log.sought, len(dashboard.log.found()))
        elif isinstance(focused, Input):
            first, last = filter_hints(focused.value, dashboard.filter_mistake, dashboard.tags)
        else:
            first, last = hints(dashboard.command_context(), self._keys)
        self._bar.show_hints(first, last, lines=2 if self._screen.size.height >= TALL else 1)
