"""Completes what is typed in the filter."""

from textual.suggester import Suggester

from sicktui.model.filter.choices import completed
from sicktui.tui.state.dashboard import DashboardState


class FilterSuggester(Suggester):
    """Suggests fields, states and the tags of the list; the right arrow takes the suggestion.

    Args:
        dashboard: what the dashboard knows.
    """

    def __init__(self, dashboard: DashboardState) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._dashboard = dashboard

    async def get_suggestion(self, value: str) -> str | None:
        """The text with its last part completed."""
        return completed(value, self._dashboard.tags)
