"""The main screen as flows see it: ways to ask and to tell, and what there is to work with."""

import asyncio
from collections.abc import Mapping
from typing import TypeVar

from textual.notifications import SeverityLevel
from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.device import Profile, Target
from sicktui.model.enums import Level
from sicktui.tui.appearance import Face
from sicktui.tui.main.device_list import ListLook
from sicktui.tui.main.notifier import News
from sicktui.tui.main.renderer import Painter
from sicktui.tui.main.run_tracker import Tracker
from sicktui.tui.main.sensor_poller import Watchers
from sicktui.tui.main.status_line import store_phrases
from sicktui.tui.messages import LeaveAsked
from sicktui.tui.rows.backup_marks import BackupLook
from sicktui.tui.state.dashboard import Board

AnswerT = TypeVar("AnswerT")


class MainStage:
    """Hands each wish of a flow to the part of the main screen that it concerns."""

    def __init__(
        self,
        screen: "Screen[None]",
        context: Context,
        face: Face,
        *,
        board: Board,
        painter: Painter,
        news: News,
        tracker: Tracker,
        watchers: Watchers,
        backups: BackupLook,
        listing: ListLook,
        asked: asyncio.Event,
    ) -> None:
        self.context = context
        self.face = face
        self.board = board
        self._screen = screen
        self._painter = painter
        self._news = news
        self._tracker = tracker
        self._watchers = watchers
        self._backups = backups
        self._listing = listing
        self.asked = asked
        """Cleared while a flow has begun that has not asked anything yet."""

    # Asking and telling

    async def ask(self, screen: Screen[AnswerT]) -> AnswerT | None:
        """Show a screen and wait for its answer."""
        self.asked.set()
        return await self._screen.app.push_screen_wait(screen)

    def say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a short note; an error stays in the log as well."""
        self._news.say(text, severity)

    def warn(self, text: str) -> None:
        """Put a warning into the log."""
        self._news.log(text, None, Level.WARNING)

    def leave(self, farewell: str) -> None:
        """End the app; ``farewell`` is said on the terminal afterwards."""
        self._screen.post_message(LeaveAsked(farewell))

    # What there is

    def targets(self, devices: tuple[str, ...]) -> list[Target]:
        """The devices of these names."""
        return [self.board.targets[name] for name in devices if name in self.board.targets]

    def profile(self, device: str) -> Profile | None:
        """The profile of a device."""
        return self.board.profiles.get(device)

    def profiles(self) -> Mapping[str, Profile]:
        """The profiles of all devices."""
        return self.board.profiles

    # What has changed

    def follow(self, run: str) -> None:
        """Follow a run, and show it."""
        self.board.shown_run = run
        self._tracker.follow(run)
        self._painter.stale = True

    def look_afresh(self, device: str) -> None:
        """Look at a sensor as if for the first time."""
        self._watchers.renew(device)

    def look_now(self) -> None:
        """Read the list again, and look at every sensor and at the backups."""
        self._listing.look_afresh()
        self._watchers.look_now()
        self._backups.look()

    def look_at_backups(self) -> None:
        """Look at the backups that are kept."""
        self._backups.look()

    async def reload_devices(self) -> None:
        """Read the device list again and show it."""
        await self._listing.reload()

    async def learn_stores(self) -> None:
        """Find out where passwords are kept; the OS keyring may take a moment."""
        report = await asyncio.to_thread(self.context.credentials.describe)
        self._painter.stores = store_phrases(report)
        self._painter.stale = True
