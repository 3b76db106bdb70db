"""What a flow works with: the engine's context, the appearance, and ways to ask and to notify."""

from collections.abc import Awaitable, Mapping
from typing import Protocol, TypeVar

from textual.notifications import SeverityLevel
from textual.screen import Screen

from sicktui.engine.context import Context
from sicktui.model.device import Profile, Target
from sicktui.model.health.records import DeviceHealth
from sicktui.model.run.plan import RunSpec
from sicktui.tui.appearance import Appearance
from sicktui.tui.state.dashboard import DashboardState

AnswerT = TypeVar("AnswerT")
ResultT = TypeVar("ResultT")


class Services(Protocol):
    """The main screen, as far as flows need it."""

    @property
    def context(self) -> Context:
        """The engine's context."""
        ...

    @property
    def appearance(self) -> Appearance:
        """How the dashboard looks."""
        ...

    @property
    def dashboard(self) -> DashboardState:
        """What the dashboard knows."""
        ...

    async def ask(self, screen: Screen[AnswerT]) -> AnswerT | None:
        """Show a screen and wait for its answer; ``None`` if it was left."""
        ...

    async def work(self, words: str, doing: Awaitable[ResultT], *, stops: bool = True) -> ResultT:
        """Await something that comes before the next dialog, such as reading sensors.

        If it takes a while, one line in the place of that dialog names it, and the keys typed meanwhile wait
        for the dialog.

        Args:
            words: what is being done, for example ``Reading 6 sensors``.
            doing: the work.
            stops: whether Esc stops it. A write to a sensor is never interrupted.

        Raises:
            Stopped: Esc was pressed.
        """
        ...

    def notify(self, text: str, severity: SeverityLevel = "information") -> None:
        """Show a short note."""
        ...

    def warn(self, text: str) -> None:
        """Put a warning into the log."""
        ...

    def targets(self, devices: tuple[str, ...]) -> list[Target]:
        """The devices of these names, those that are still in the list."""
        ...

    def profile(self, device: str) -> Profile | None:
        """The profile of a device."""
        ...

    def profiles(self) -> Mapping[str, Profile]:
        """The profiles of all devices by their names."""
        ...

    def leave(self, farewell: str, then: str = "") -> None:
        """End the dashboard; ``farewell`` is printed on the terminal afterwards.

        ``then`` is a command of sicktui that is run after that.
        """
        ...

    def show_starting(self, spec: RunSpec) -> None:
        """Show a run as starting, before its first event."""
        ...

    def show_not_started(self, spec: RunSpec) -> None:
        """Show that it could not be started: the run before it again."""
        ...

    def follow(self, run: str) -> None:
        """Follow a run, and show it."""
        ...

    def show_settings(self, keys: tuple[str, ...]) -> None:
        """Show the dashboard with a setting that has changed."""
        ...

    def reread_sensor(self, device: str) -> None:
        """Read a sensor as if for the first time: its name has changed."""
        ...

    def health_read(self, found: DeviceHealth) -> None:
        """Show what was found of a sensor's health."""
        ...

    def refresh_backups(self) -> None:
        """Check the stored backups and show their marks."""
        ...

    def refresh_offers(self) -> None:
        """Count the offers that wait, and show it."""
        ...

    async def reload_devices(self) -> None:
        """Read the device list again and show it."""
        ...

    async def refresh_stores(self) -> None:
        """Check again where passwords are stored, and show it."""
        ...


def backup_key(services: Services, device: str) -> str | None:
    """What a device's backups are stored under: the sensor's serial number or MAC address, if known."""
    last = services.dashboard.observations.get(device)
    if last is not None and last.identity is not None:
        return last.identity.label or None
    profile = services.profile(device)
    return profile.serial if profile else None
