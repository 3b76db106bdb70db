"""What every tour needs: a home, sensors, the dashboard, waiting, a picture."""

import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import structs
from textual.pilot import Pilot

from sicktui.engine.context import Context, open_context
from sicktui.model.clock import Clock, SystemClock
from sicktui.model.device import Profile
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.simulator import demo_package
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui.app import Dashboard
from sicktui.tui.appearance import Appearance
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.state.dashboard import DashboardState

FOLDER = Path(__file__).parent
FRAMES = Path(tempfile.gettempdir()) / "sicktui-film"
"""The frames of the film, until it is made."""
SIZE = (120, 36)
PASSWORD = "servicelevel"  # noqa: S105 - the published factory password of every simulated sensor
TIMING = Timing(poll_interval=0.5, autostart_wait=1.0, reconnect_interval=0.5, settle=1.0)


class ShiftedClock(SystemClock):
    """The PC's clock with another date: a history needs a past."""

    def __init__(self) -> None:
        self.days = 0.0

    def now(self) -> datetime:
        """So many days from now."""
        return super().now() + timedelta(days=self.days)


@contextmanager
def opened(clock: Clock | None = None, *, jobs: int = 8, **settings: object) -> Iterator[Context]:
    """A home of its own, and these settings beside the usual ones."""
    usual = Settings(timing=TIMING, limits=Limits(requests_per_second=50.0, max_failures=100, jobs=jobs))
    with tempfile.TemporaryDirectory(prefix="sicktui-pictures-") as folder:
        context = open_context(
            home=Path(folder), password=PASSWORD, environ={}, use_keyring=False, clock=clock
        )
        context.settings = structs.replace(usual, **settings)
        try:
            context.home.create()
            yield context
        finally:
            context.close()


@asynccontextmanager
async def shown(context: Context, size: tuple[int, int] = SIZE) -> AsyncIterator[Pilot[None]]:
    """The dashboard, in the size of the pictures."""
    async with Dashboard(context, Appearance()).run_test(size=size, notifications=True) as pilot:
        yield pilot


def furnish(context: Context, fleet: Fleet) -> None:
    """The device list and the shelf of the demo."""
    devices = DeviceList()
    for device in fleet.devices:
        place = device.name.split("-")[1]
        devices = devices.add(Profile(name=device.name, address=device.address, tags=(place,)))
    save_devices(context.home.devices_file, devices)
    context.shelf.approve(context.shelf.add(demo_package(context.home.data)).sha256)


def board_of(pilot: Pilot[None]) -> DashboardState:
    """What the dashboard knows."""
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, MainScreen)).dashboard


async def until(pilot: Pilot[None], true: Callable[[], bool], seconds: float = 90.0) -> None:
    """Wait until something holds."""
    for _ in range(int(seconds / 0.1)):
        if true():
            return
        await pilot.pause(0.1)
    where = type(pilot.app.screen).__name__
    picture(pilot, "stuck")
    sys.exit(f"the tour got stuck at {where}: screenshots/stuck.svg shows where")


def shows(pilot: Pilot[None], words: str) -> bool:
    """Whether these words are on the screen."""
    return words in pilot.app.export_screenshot().replace("&#160;", " ")


def picture(pilot: Pilot[None], name: str) -> None:
    """Save what the screen shows."""
    path = FOLDER / f"{name}.svg"
    path.write_text(pilot.app.export_screenshot(title="sicktui"), encoding="utf-8")
    print(path)
