"""The command palette: every command by its name, from the command table."""

from collections.abc import Callable, Iterable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from sicktui.tui.appearance import Appearance
from sicktui.tui.commands import BY_ID, COMMANDS
from sicktui.tui.commands.command import Command
from sicktui.tui.state.dashboard import DashboardState


class DashboardCommands(Provider):
    """Lists the commands, those used last first; choosing one runs it.

    A command that cannot be used now has the reason in place of its help.
    """

    def _run(self, command: Command) -> Callable[[], object]:
        return partial(self.screen.run_action, f"command('{command.id}')")

    @property
    def _appearance(self) -> Appearance:
        appearance: Appearance = self.screen.appearance  # type: ignore[attr-defined]  # only the main screen has this provider
        return appearance

    @property
    def _dashboard(self) -> DashboardState:
        dashboard: DashboardState = self.screen.dashboard  # type: ignore[attr-defined]  # as above
        return dashboard

    def _text(self, command: Command) -> str:
        return f"{command.title}  ({self._appearance.keys.of(command.id)})"

    def _help(self, command: Command) -> str:
        reason = command.unavailable_because(self._dashboard.command_context())
        return f"Not now: {reason}" if reason else command.help

    async def discover(self) -> Hits:
        """All commands, before anything is typed."""
        for command in recent_first(self._dashboard.recent):
            yield DiscoveryHit(self._text(command), self._run(command), help=self._help(command))

    async def search(self, query: str) -> Hits:
        """Commands whose title or help matches."""
        matcher = self.matcher(query)
        for command in recent_first(self._dashboard.recent):
            score = max(matcher.match(command.title), matcher.match(command.help) / 2)
            if score > 0:
                text = matcher.highlight(self._text(command))
                yield Hit(score, text, self._run(command), help=self._help(command))


def recent_first(recent: Iterable[str]) -> list[Command]:
    """The commands that were used last, then the others in the order of the table."""
    used = [BY_ID[name] for name in recent]
    return [*used, *(command for command in COMMANDS if command not in used)]
