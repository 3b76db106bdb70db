"""Finds out in a worker which devices lack a password, before an action asks for it."""

import asyncio
from collections.abc import Collection

from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.stores.secrets.coverage import password_states
from sicktui.tui.messages import PasswordsRead
from sicktui.tui.state.dashboard import DashboardState


class PasswordWatch:
    """Asks the stores; a new request restarts it.

    Args:
        screen: owns the worker and receives the messages.
        context: for the stores.
        listed: the device list.
    """

    def __init__(self, screen: "Screen[None]", context: Context, listed: DashboardState) -> None:
        self._screen = screen
        self._context = context
        self._listed = listed
        self._tags: set[str] = set()
        """The tags that a device has had since the start: their shared passwords may still be stored."""

    def refresh(self) -> None:
        """Read them now."""
        self._screen.run_worker(
            self._read(), group="passwords", name="read passwords", exclusive=True, exit_on_error=False
        )

    async def _read(self) -> None:
        listed = self._listed
        tags = set(listed.tags)
        accounts = [(target.device, target.user) for target in listed.targets.values()]
        states = await asyncio.to_thread(password_states, self._context.credentials, accounts)
        gone = self._tags - tags
        users = {target.user for target in listed.targets.values()} | {self._context.settings.device.user}
        orphans = await asyncio.to_thread(self._still_stored, gone, users)
        self._tags = (self._tags | tags) - orphans  # each is reported once
        self._screen.post_message(PasswordsRead(states, sorted(orphans)))

    def _still_stored(self, tags: Collection[str], users: Collection[str]) -> set[str]:
        """The tags with a shared password in a store."""
        own = self._context.credentials.own_password
        return {tag for tag in tags if any(own(f"@{tag}", user) is not None for user in users)}
