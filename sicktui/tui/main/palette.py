"""The command palette: every command by its name, from the command table."""

from collections.abc import Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from sicktui.tui.appearance import Appearance
from sicktui.tui.commands import COMMANDS
from sicktui.tui.commands.command import Command


class DashboardCommands(Provider):
    """Lists the commands; choosing one runs it."""

    def _run(self, command: Command) -> Callable[[], object]:
        return partial(self.screen.run_action, f"command('{command.id}')")

    @property
    def _appearance(self) -> Appearance:
        appearance: Appearance = self.screen.appearance  # type: ignore[attr-defined]  # only the main screen has this provider
        return appearance

    def _text(self, command: Command) -> str:
        return f"{command.title}  ({self._appearance.keys.of(command)})"

    async def discover(self) -> Hits:
        """All commands, before anything is typed."""
        for command in COMMANDS:
            yield DiscoveryHit(self._text(command), self._run(command), help=command.help)

    async def search(self, query: str) -> Hits:
        """Commands whose title or help matches."""
        matcher = self.matcher(query)
        for command in COMMANDS:
            score = max(matcher.match(command.title), matcher.match(command.help) / 2)
            if score > 0:
                yield Hit(
                    score, matcher.highlight(self._text(command)), self._run(command), help=command.help
                )
