"""Makes the pictures of the README from the real program on simulated sensors.

Run it with ``python screenshots/make.py``; it writes ``screenshots/*.svg`` and takes about a minute.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from msgspec import structs
from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context, open_context
from sicktui.engine.parameters.snapshot import snapshot_now
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.events import first_events
from sicktui.engine.run.execution import Runner
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.targets import choose
from sicktui.model.clock import Clock, SystemClock
from sicktui.model.device import Profile
from sicktui.model.enums import Operation
from sicktui.model.settings import DiscoverySettings, Limits, Settings, SourceSettings, Timing
from sicktui.simulator import demo_package, make_package
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.fleet.standard import standard_fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui.app import Dashboard
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.screens.backups.history import HistoryScreen
from sicktui.tui.screens.backups.replace import ReplaceScreen
from sicktui.tui.screens.sensors.address import AddressForm
from sicktui.tui.screens.sensors.diff import DiffScreen
from sicktui.tui.screens.sensors.snapshots import SnapshotPicker
from sicktui.tui.screens.update.offers import OffersScreen
from sicktui.tui.screens.update.package import PackagePicker
from sicktui.tui.screens.update.plan import PlanScreen
from sicktui.tui.screens.update.shelf import ShelfScreen
from sicktui.tui.state.asked import Asked
from sicktui.tui.state.dashboard import DashboardState

FOLDER = Path(__file__).parent
SIZE = (120, 36)
PASSWORD = "servicelevel"  # noqa: S105 - the published factory password of every simulated sensor
FORGOTTEN = -40.0
"""Days: since then nobody has backed the dock up."""
TIMING = Timing(poll_interval=0.5, autostart_wait=1.0, reconnect_interval=0.5, settle=1.0)


class ShiftedClock(SystemClock):
    """The PC's clock with another date: a history needs a past."""

    def __init__(self) -> None:
        self.days = 0.0

    def now(self) -> datetime:
        """So many days from now."""
        return super().now() + timedelta(days=self.days)


async def main() -> None:
    """Six tours of the dashboard, with a picture at each station."""
    # Whoever makes the pictures, on whatever PC, they show the same operator.
    with patch("getpass.getuser", return_value="anna"), patch("platform.node", return_value="plant-pc"):
        await updating()
        await keeping()
        await offering()
        await commissioning()
        await searching()
        await conflicting()


@contextmanager
def opened(clock: Clock | None = None, **settings: object) -> Iterator[Context]:
    """A home of its own, and these settings beside the usual ones."""
    usual = Settings(timing=TIMING, limits=Limits(requests_per_second=50.0, max_failures=100))
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
async def shown(context: Context) -> AsyncIterator[Pilot[None]]:
    """The dashboard, in the size of the pictures."""
    async with Dashboard(context, Appearance()).run_test(size=SIZE, notifications=True) as pilot:
        yield pilot


async def updating() -> None:
    """An update, from the idle dashboard to the verdicts."""
    with opened() as context:
        async with Fleet(standard_fleet(6, demo=True), time_scale=2.0) as fleet:
            furnish(context, fleet)
            async with shown(context) as pilot:
                await tour(pilot)


def furnish(context: Context, fleet: Fleet) -> None:
    """The device list and the shelf of the demo."""
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
    dashboard = screen.dashboard
    await until(pilot, lambda: len(dashboard.observations) == len(dashboard.targets) > 0)
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
    await until(pilot, lambda: dashboard.shown_run in dashboard.runs)
    run = dashboard.shown_run or ""
    await pilot.press("j", "j")
    await until(
        pilot, lambda: [job.update_state for job in dashboard.runs[run].devices.values()].count(1) >= 1
    )
    app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "update")
    await until(pilot, lambda: dashboard.runs[run].finished)
    await pilot.pause(1.0)
    app.clear_notifications()
    await pilot.pause(1.0)
    picture(pilot, "verdicts")


async def keeping() -> None:
    """Backups: history, diff, and a new sensor in the place of an old one."""
    clock = ShiftedClock()
    with opened(clock) as context:
        async with Fleet(standard_fleet(6), time_scale=4.0) as fleet:
            furnish(context, fleet)
            await give_a_past(context, fleet, clock)
            async with shown(context) as pilot:
                await until(pilot, lambda: len(board_of(pilot).observations) == len(fleet.devices))
                await pilot.pause(1.0)
                await picture_history(pilot, fleet)
                await picture_diff(pilot)
                await picture_replacement(pilot, context, fleet)


async def give_a_past(context: Context, fleet: Fleet, clock: ShiftedClock) -> None:
    """Backups and snapshots of the last weeks."""
    gate, dock = fleet.devices[0], fleet.devices[2]
    story: tuple[tuple[float, dict[str, object]], ...] = (
        (-64.0, {}),
        (-41.0, {"ScanDataFormat": 4}),
        (-26.5, {}),
        (-12.2, {"LocationName": "north gate", "ScanDataEthSettings": {"Port": 2116}}),
        (-0.9, {"ScanDataEnable": True}),
    )
    for days, changes in story:
        clock.days = days
        for name, value in changes.items():
            gate.parameters.write(name, value)
        gate.parameters.save()
        await back_up(context, gate.name)
        if days == story[0][0]:
            [target] = choose([gate.name], context.devices(), context.settings)
            await snapshot_now(context, target)
            flip_a_bit(context)
        if days < FORGOTTEN:
            await back_up(context, dock.name)
    clock.days = 0.0


def flip_a_bit(context: Context) -> None:
    """What a bad disk does: the verification is to find it."""
    [record] = context.backups.list()
    path = context.backups.path(record)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


async def back_up(context: Context, name: str) -> None:
    """Back a sensor up in this process, on the clock of the pictures."""
    targets = choose([name], context.devices(), context.settings)
    spec = new_spec(context, Operation.BACKUP, await plan_backup(context, targets))
    context.journal.create_run(spec, first_events(spec))
    secrets = RunSecrets(passwords={name: PASSWORD})
    await Runner(context.home, context.journal, spec, secrets, context.clock, resumed=False).run()


async def picture_history(pilot: Pilot[None], fleet: Fleet) -> None:
    """The versions of the gate's sensor, verified."""
    await pilot.press(*"jjj")  # the list is sorted by name: lrs, multiscan, two at the dock, two at the gate
    while board_of(pilot).selected != fleet.devices[0].name:
        await pilot.press("j")
        await pilot.pause(0.1)
    await pilot.press("h")
    await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
    await pilot.pause(0.5)
    await pilot.press("V")
    await pilot.pause(2.0)
    await pilot.press(">")
    await pilot.pause(0.5)
    picture(pilot, "history")
    await pilot.press("q")


async def picture_diff(pilot: Pilot[None]) -> None:
    """What has changed since the first snapshot."""
    await pilot.pause(0.5)
    await pilot.press("d")
    await until(pilot, lambda: isinstance(pilot.app.screen, SnapshotPicker))
    await pilot.press(">", "k", "enter")  # the oldest but one is the full one
    await until(pilot, lambda: isinstance(pilot.app.screen, DiffScreen))
    await pilot.pause(0.5)
    picture(pilot, "diff")
    await pilot.press("q")


async def offering() -> None:
    """A folder with a newer package."""
    with tempfile.TemporaryDirectory(prefix="sicktui-share-") as folder:
        source = SourceSettings(kind="folder", path=str(share_in(Path(folder))))
        with opened(sources={"plant share": source}) as context:
            async with Fleet(standard_fleet(6), time_scale=4.0) as fleet:
                furnish(context, fleet)
                async with shown(context) as pilot:
                    await until(pilot, lambda: len(board_of(pilot).observations) == len(fleet.devices))
                    await picture_offers(pilot, context)


def share_in(folder: Path) -> Path:
    """A folder that somebody has dropped a package into."""
    share = folder / "share"
    share.mkdir()
    package = share / "picoScan150_2.5.0.0R.spk.signed"
    make_package(package, "picoScan", "2.5.0.0R", size=12_600_000, signed=True)
    return share


async def picture_offers(pilot: Pilot[None], context: Context) -> None:
    """What an offer would change, and the package on the shelf, not approved."""
    await pilot.press("N")
    await until(pilot, lambda: isinstance(pilot.app.screen, OffersScreen))
    await pilot.press("c")
    await until(pilot, lambda: len(context.offers.offers()) > 0)
    await pilot.pause(0.5)
    picture(pilot, "offers")
    await pilot.press("f")
    await until(pilot, lambda: len(context.shelf.entries()) > 1)
    await pilot.pause(0.5)
    await pilot.press("q", "F")
    await until(pilot, lambda: isinstance(pilot.app.screen, ShelfScreen))
    pilot.app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "shelf")
    await pilot.press("q")


async def picture_replacement(pilot: Pilot[None], context: Context, fleet: Fleet) -> None:
    """A new sensor at the old address, from the guide to the verdict."""
    old = fleet.devices[0]
    spec = DeviceSpec(name="new", generation="picoscan-2.3.3", model="picoScan150", serial="26110309")
    await old.power_off()
    async with Fleet([spec], time_scale=4.0) as spare:
        new = spare.devices[0]
        devices = context.devices()
        profile = structs.replace(devices.profiles[old.name], address=new.address, serial=old.serial)
        save_devices(context.home.devices_file, devices.replace(old.name, profile))
        dashboard = board_of(pilot)
        await pilot.press("R")
        await until(pilot, lambda: dashboard.targets[old.name].address == new.address)
        await until(
            pilot,
            lambda: (
                old.name in dashboard.observations
                and dashboard.observations[old.name].observation.other is not None
            ),
        )
        await pilot.press("E")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReplaceScreen))
        await pilot.pause(3.0)
        pilot.app.clear_notifications()
        await pilot.pause(0.5)
        picture(pilot, "replacement")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: dashboard.shown_run in dashboard.runs and not dashboard.live_runs)
        await pilot.pause(1.5)
        pilot.app.clear_notifications()
        await pilot.pause(0.5)
        picture(pilot, "replaced")


async def commissioning() -> None:
    """Three sensors out of the box, from their list to the verdicts, and the address of one of them."""
    new = [
        DeviceSpec(name=f"new-{number}", port=48_400, shares_address=True, powered_seconds=0.0)
        for number in range(3)
    ]
    with opened() as context:
        async with Fleet(new, time_scale=1.0, autoip=48_401) as fleet:
            rows = [f"{device.mac};127.0.2.{n};gate-{n};hall-3" for n, device in enumerate(fleet.devices, 11)]
            table = context.home.data / "hall-3.csv"
            table.write_text("\n".join(("mac;address;name;tags", *rows)), encoding="utf-8")
            async with shown(context) as pilot:
                await picture_commissioning(pilot, table)


async def picture_commissioning(pilot: Pilot[None], table: Path) -> None:
    """The list at work, its verdicts, and the form of an address."""
    app = pilot.app
    await pilot.press("C")
    await until(pilot, lambda: isinstance(app.screen, ValuesForm))
    fields = {"file": str(table), "password": PASSWORD, "target": "127.0.0.1:48401", "port": "48400"}
    for name, text in fields.items():
        app.screen.query_one(f"#{name}", Input).value = text
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, Confirm))
    await pilot.press("y")
    # The first verdict, beside the others; on a fast PC all may be there at the next look.
    await until(pilot, lambda: isinstance(app.screen, Notice) or shows(pilot, "succeeded"))
    if not isinstance(app.screen, Notice):
        picture(pilot, "commissioning")
    await until(pilot, lambda: isinstance(app.screen, Notice))
    app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "commissioned")
    await pilot.press("q")
    await until(pilot, lambda: len(board_of(pilot).observations) == 3)  # noqa: PLR2004  the sensors of the list
    await pilot.press("A")
    await until(pilot, lambda: isinstance(app.screen, AddressForm))
    app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "address")


async def searching() -> None:
    """A sweep: new sensors, one that has moved, and another one than the list expects."""
    found = (("gate-south", "26110301"), ("", "26110302"), ("crane", "25420067"), ("dock", "26110303"))
    specs = [
        DeviceSpec(
            name=f"sensor-{number}",
            model="picoScan120" if number == 12 else "picoScan150",  # noqa: PLR2004  one of them
            serial=serial,
            port=48_500,
            parameters={"EtherIPAddress": [127, 0, 2, number], "LocationName": name},
        )
        for number, (name, serial) in enumerate(found, 11)
    ]
    crane = Profile(name="crane", address="127.0.2.9:48500", serial="25420067")
    dock = Profile(name="dock", address="127.0.2.14:48500", serial="25420068")
    with opened() as context:
        save_devices(context.home.devices_file, DeviceList().add(crane).add(dock))
        async with Fleet(specs, time_scale=4.0), shown(context) as pilot:
            await picture_search(pilot)


async def picture_search(pilot: Pilot[None]) -> None:
    """All new sensors marked, and the moved one selected."""
    app = pilot.app
    board_of(pilot).searched = Asked(ranges="127.0.2.0/28", ports="48500", quiet=True)
    await pilot.press("+")
    await until(pilot, lambda: shows(pilot, "2 new, 1 moved"))
    await pilot.press("a", "j", "j")
    app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "search")


async def conflicting() -> None:
    """Three sensors out of the box that a search hears at one address."""
    new = [
        DeviceSpec(name=f"new-{number}", serial=f"2611040{number}", port=48_600, shares_address=True)
        for number in range(1, 4)
    ]
    with opened(discovery=DiscoverySettings(port=48_601, wait=2.0)) as context:
        async with Fleet(new, autoip=48_601), shown(context) as pilot:
            await picture_conflict(pilot)


async def picture_conflict(pilot: Pilot[None]) -> None:
    """One of the sensors selected: what is odd, and what to press."""
    app = pilot.app
    board_of(pilot).searched = Asked(targets="127.0.0.1", ports="48600", quiet=True)
    await pilot.press("+")
    await until(pilot, lambda: shows(pilot, "Found 3 sensors"))
    app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "conflict")


def board_of(pilot: Pilot[None]) -> DashboardState:
    """What the dashboard knows."""
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, MainScreen)).dashboard


async def until(pilot: Pilot[None], true: Callable[[], bool], seconds: float = 90.0) -> None:
    """Wait until something holds."""
    for _ in range(int(seconds / 0.1)):
        if true():
            return
        await pilot.pause(0.1)
    sys.exit("the tour got stuck")


def shows(pilot: Pilot[None], words: str) -> bool:
    """Whether these words are on the screen."""
    return words in pilot.app.export_screenshot().replace("&#160;", " ")


def picture(pilot: Pilot[None], name: str) -> None:
    """Save what the screen shows."""
    path = FOLDER / f"{name}.svg"
    path.write_text(pilot.app.export_screenshot(title="sicktui"), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    asyncio.run(main())
