"""The dashboard on simulated sensors, and what a test reads from its screen."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from msgspec import structs
from textual.message import Message
from textual.notifications import Notify
from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.engine.context import Context, open_context
from sicktui.model.device import Profile
from sicktui.model.settings import Limits
from sicktui.simulator.fleet.fleet import Device, Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui import app as app_module
from sicktui.tui.app import Dashboard
from sicktui.tui.appearance import Appearance
from sicktui.tui.main import flow_table  # noqa: F401 - imported once, not in a test that measures
from sicktui.tui.main.screen import MainScreen
from tests.support.harness import FAST, Harness, fast_context
from tests.support.waiting import LIMIT

TIMING: Final = structs.replace(
    FAST,
    poll_interval=0.5,  # each poll costs CPU time that the test itself needs
    flash_timeout=30.0,
    reconnect_interval=0.1,
    # Time is real here: a sensor that a busy machine starves must not count as silent.
    request_timeout=15.0,
    stall_timeout=15.0,
    backup_timeout=15.0,
)
LIMITS: Final = Limits(requests_per_second=1000.0, max_failures=100)


class NotingDashboard(Dashboard):
    """The dashboard, with all notes that it showed: on a busy machine one may be gone before a test looks."""

    CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

    def __init__(self, context: Context, appearance: Appearance) -> None:
        super().__init__(context, appearance)
        self.noted: list[str] = []

    def post_message(self, message: Message) -> bool:
        """As usual, but remember a note."""
        if isinstance(message, Notify):
            self.noted.append(message.notification.message)
        return super().post_message(message)


class DashboardHarness(Harness):
    """Simulated sensors in the device list, and the dashboard on top of them."""

    async def sensors(self, *specs: DeviceSpec, time_scale: float = 30.0) -> Fleet:
        """Start simulated sensors, and make them the device list."""
        fleet = await self.start(*specs, time_scale=time_scale)
        self.profiles(*(Profile(name=d.name, address=d.address) for d in fleet.devices))
        return fleet

    def profiles(self, *profiles: Profile) -> None:
        """Write a device list."""
        self.context.home.create()
        devices = DeviceList(digest=self.context.devices().digest)
        for profile in profiles:
            devices = devices.add(profile)
        save_devices(self.context.home.devices_file, devices)

    def shelve(self, version: str = "2.4.0.0R", *, family: str = "picoScan", size: int = 200_000) -> None:
        """Put a package on the shelf."""
        self.context.shelf.add(Path(self.package(version, family=family, size=size).path))

    async def backed_up(self, word: Device | str, passphrase: str = "") -> BackupRecord:
        """The record of a backup that must succeed; without a passphrase, unless one is given."""
        return await super().backed_up(word, passphrase)

    def app(self, appearance: Appearance | None = None) -> Dashboard:
        """The dashboard, not yet running."""
        return NotingDashboard(self.context, appearance or Appearance())

    @asynccontextmanager
    async def dashboard(
        self, size: tuple[int, int] = (120, 40), appearance: Appearance | None = None
    ) -> AsyncIterator[tuple[Pilot[None], MainScreen]]:
        """The running dashboard and its main screen."""
        app = self.app(appearance)
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            yield pilot, main_of(pilot)


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[DashboardHarness]:
    """A dashboard with fast settings and a known password; no sensors yet."""
    context = fast_context(tmp_path, timing=TIMING, limits=LIMITS)
    async with AsyncExitStack() as stack:
        yield DashboardHarness(context, tmp_path, stack)
    context.close()


def main_of(pilot: Pilot[None]) -> MainScreen:
    """The main screen, even below other screens."""
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, MainScreen))


async def until(pilot: Pilot[None], true: Callable[[], object], *, seconds: float = LIMIT) -> None:
    """Wait until something holds, with no screen half built; fail with the screen's text if it never does."""

    def holds() -> bool:
        return all(screen.is_mounted for screen in pilot.app.screen_stack) and bool(true())

    if holds():
        return
    waited, pause = 0.0, 0.05
    while waited < seconds:
        # Not the pilot's pause: it asks every widget of the screen whether it has anything left to do.
        await asyncio.sleep(pause)
        waited += pause
        pause = min(0.2, 0.05 + waited / 20)
        pilot.app.screen._on_timer_update()
        if holds():
            await pilot.pause(0)
            if holds():
                return
    pytest.fail("it never came true; the screen shows:\n" + text_of(pilot))


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Put a text into the field that has the keys."""
    box = pilot.app.focused
    assert isinstance(box, Input)
    box.value = text
    await pilot.pause()


def without_password(harness: DashboardHarness) -> None:
    """Start without any known password."""
    fresh = open_context(home=harness.context.home.config.parent, environ={}, use_keyring=False)
    harness.context.credentials = fresh.credentials


def flat_of(pilot: Pilot[None]) -> str:
    """What the screen shows as one line without its frames: a wrapped sentence is whole again."""
    return " ".join(text_of(pilot).translate(str.maketrans("│▌▐▄▅▆▇█▁▂▃", " " * 11)).split())


def notes_of(pilot: Pilot[None]) -> str:
    """The short notes that were shown so far, unwrapped."""
    assert isinstance(pilot.app, NotingDashboard)
    return "\n".join(pilot.app.noted)


def text_of(pilot: Pilot[None]) -> str:
    """What the screen shows, line by line, as a terminal would have it."""
    return "\n".join(lines_of(pilot))


def lines_of(pilot: Pilot[None]) -> Sequence[str]:
    """The lines of the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]
