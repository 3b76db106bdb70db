"""The main screen as flows use it."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from msgspec import Struct
from textual.notifications import SeverityLevel
from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.device import Profile, Target
from sicktui.model.enums import Level
from sicktui.model.health.records import DeviceHealth
from sicktui.model.run.plan import RunSpec
from sicktui.tui.appearance import Appearance
from sicktui.tui.main.notifier import Notifier
from sicktui.tui.main.renderer import Renderer
from sicktui.tui.main.status_line import store_labels
from sicktui.tui.main.workers.backup_watch import BackupWatch
from sicktui.tui.main.workers.device_list import DeviceListWatcher
from sicktui.tui.main.workers.health_watch import HealthWatch
from sicktui.tui.main.workers.offer_watch import OfferWatch
from sicktui.tui.main.workers.password_watch import PasswordWatch
from sicktui.tui.main.workers.run_tracker import RunTracker
from sicktui.tui.main.workers.sensor_poller import SensorPoller
from sicktui.tui.messages import LeaveAsked
from sicktui.tui.state.dashboard import DashboardState
from sicktui.tui.state.pending import Pending
from sicktui.tui.themes import theme_for

AnswerT = TypeVar("AnswerT")
ResultT = TypeVar("ResultT")


class MainServices(Struct, frozen=True, kw_only=True, eq=False):
    """Passes each request of a flow to the part of the main screen that handles it."""

    screen: "Screen[None]"
    context: Context
    appearance: Appearance
    dashboard: DashboardState
    renderer: Renderer
    notifier: Notifier
    tracker: RunTracker
    poller: SensorPoller
    health: HealthWatch
    backups: BackupWatch
    offers: OfferWatch
    passwords: PasswordWatch
    device_list: DeviceListWatcher
    pending: Pending

    # Questions and notes

    async def ask(self, screen: Screen[AnswerT]) -> AnswerT | None:
        """Show a screen and wait for its answer."""
        self.pending.opens()
        try:
            return await self.screen.app.push_screen_wait(screen)
        finally:
            self.pending.closed()

    async def work(self, words: str, doing: Awaitable[ResultT], *, stops: bool = True) -> ResultT:
        """Await something, with one line in the place of the next dialog."""
        return await self.pending.during(words, doing, stops=stops)

    def notify(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a short note; an error is logged as well."""
        if severity == "error":
            self.pending.fails()
        self.notifier.notify(text, severity)

    def warn(self, text: str) -> None:
        """Put a warning into the log."""
        self.notifier.log(text, None, Level.WARNING)

    def leave(self, farewell: str, then: str = "") -> None:
        """End the app; ``farewell`` is printed on the terminal afterwards, and ``then`` is run."""
        self.screen.post_message(LeaveAsked(farewell, then))

    # Devices

    def targets(self, devices: tuple[str, ...]) -> list[Target]:
        """The devices of these names."""
        return [self.dashboard.targets[name] for name in devices if name in self.dashboard.targets]

    def profile(self, device: str) -> Profile | None:
        """The profile of a device."""
        return self.dashboard.profiles.get(device)

    def profiles(self) -> Mapping[str, Profile]:
        """The profiles of all devices."""
        return self.dashboard.profiles

    # Changes

    def show_starting(self, spec: RunSpec) -> None:
        """Show a run as starting, with the cursor in it."""
        self.dashboard.start(spec)
        self.renderer.render()
        self.renderer.enter(spec)

    def show_not_started(self, spec: RunSpec) -> None:
        """Show the run before it again."""
        self.dashboard.not_started(spec.run)
        self.renderer.dirty = True

    def follow(self, run: str) -> None:
        """Follow a run, and show it."""
        self.dashboard.shown_run = run
        self.tracker.follow(run)
        self.renderer.dirty = True

    def show_settings(self, keys: tuple[str, ...]) -> None:
        """Show the theme and the density of the settings."""
        chosen = self.context.settings.dashboard
        if keys == ("dashboard", "theme"):
            self.screen.app.theme = theme_for(chosen.theme, self.appearance.palette)
        self.screen.app.set_class(chosen.density == "comfortable", "-comfortable")

    def reread_sensor(self, device: str) -> None:
        """Poll a sensor as if for the first time."""
        self.poller.renew(device)

    def health_read(self, found: DeviceHealth) -> None:
        """A view has read the health of a sensor."""
        self.health.take(found)

    def refresh(self) -> None:
        """Read the device list and the backups again, and poll every sensor now."""
        self.device_list.reload()
        self.poller.poll_now()
        self.health.restart()
        self.backups.refresh()
        self.passwords.refresh()

    def refresh_backups(self) -> None:
        """Read the backups again."""
        self.backups.refresh()

    def refresh_offers(self) -> None:
        """Count the offers that wait."""
        self.offers.count()

    async def reload_devices(self) -> None:
        """Read the device list again and show it."""
        await self.device_list.read()

    def find_stores(self) -> None:
        """Find out in a worker where passwords are stored."""
        self.screen.run_worker(
            self.refresh_stores(), group="stores", name="credential stores", exit_on_error=False
        )

    async def refresh_stores(self) -> None:
        """Find out where passwords are stored; the OS keyring may take a moment."""
        report = await asyncio.to_thread(self.context.credentials.describe)
        self.renderer.stores = store_labels(report)
        self.renderer.dirty = True
