"""Makes the pictures of the README from the real program on simulated sensors.

Run it with ``python screenshots/make.py``; it writes ``screenshots/*.svg`` and takes about a minute.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from sicktui.engine.context import Context, open_context
from sicktui.model.device import Profile
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.simulator import demo_package
from sicktui.simulator.fleet import Fleet
from sicktui.simulator.standard import standard_fleet
from sicktui.stores.profiles import DeviceList, save_devices
from sicktui.tui.app import Dashboard
from sicktui.tui.face import Face
from sicktui.tui.screens.confirm import Confirm
from sicktui.tui.screens.main import MainScreen
from sicktui.tui.screens.package import PackagePicker
from sicktui.tui.screens.plan import PlanScreen

FOLDER = Path(__file__).parent
SIZE = (120, 36)
PASSWORD = "servicelevel"  # noqa: S105 - the published factory password of every simulated sensor
TIMING = Timing(poll_interval=0.5, autostart_wait=1.0, reconnect_interval=0.5, settle=1.0)


async def main() -> None:
    """One run of the dashboard, with a picture at each station."""
    with tempfile.TemporaryDirectory(prefix="sicktui-pictures-") as folder:
        context = open_context(home=Path(folder), password=PASSWORD, environ={}, use_keyring=False)
        context.settings = Settings(timing=TIMING, limits=Limits(requests_per_second=50.0, max_failures=100))
        try:
            async with Fleet(standard_fleet(6, demo=True), time_scale=2.0) as fleet:
                furnish(context, fleet)
                app = Dashboard(context, Face())
                async with app.run_test(size=SIZE, notifications=True) as pilot:
                    await tour(pilot)
        finally:
            context.close()


def furnish(context: Context, fleet: Fleet) -> None:
    """The device list and the shelf of the demo."""
    context.home.create()
    devices = DeviceList()
    for device in fleet.devices:
        place = device.name.split("-")[1]
        devices = devices.add(Profile(name=device.name, address=device.address, tags=(place,)))
    save_devices(context.home.devices_file, devices)
    context.shelf.approve(context.shelf.add(demo_package(context.home.data)).sha256)


async def tour(pilot: Pilot[None]) -> None:
    """From the idle dashboard to the verdicts."""
    app = pilot.app
    screen = app.screen_stack[-1]
    if not isinstance(screen, MainScreen):
        sys.exit("the dashboard did not come up")
    board = screen.board
    await until(pilot, lambda: len(board.sights) == len(board.targets) > 0)
    await pilot.pause(1.0)
    picture(pilot, "idle")
    await pilot.press("?")
    await pilot.pause(0.3)
    picture(pilot, "help")
    await pilot.press("q", "a", "u")
    await until(pilot, lambda: isinstance(app.screen, PackagePicker))
    await pilot.pause(0.5)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, PlanScreen))
    await pilot.pause(3.0)
    await pilot.press("j", "j", "j")
    await pilot.pause(0.3)
    picture(pilot, "plan")
    await pilot.press("u")
    await until(pilot, lambda: isinstance(app.screen, Confirm))
    await pilot.press("y")
    await until(pilot, lambda: board.shown_run in board.runs)
    run = board.shown_run or ""
    await pilot.press("j", "j")
    await until(pilot, lambda: [job.update_state for job in board.runs[run].devices.values()].count(1) >= 1)
    app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "update")
    await until(pilot, lambda: board.runs[run].finished)
    await pilot.pause(1.0)
    app.clear_notifications()
    await pilot.pause(1.0)
    picture(pilot, "verdicts")


async def until(pilot: Pilot[None], true: Callable[[], bool], seconds: float = 90.0) -> None:
    """Wait until something holds."""
    for _ in range(int(seconds / 0.1)):
        if true():
            return
        await pilot.pause(0.1)
    sys.exit("the tour got stuck")


def picture(pilot: Pilot[None], name: str) -> None:
    """Save what the screen shows."""
    path = FOLDER / f"{name}.svg"
    path.write_text(pilot.app.export_screenshot(title="sicktui"), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    asyncio.run(main())
