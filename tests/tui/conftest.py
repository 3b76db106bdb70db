"""Fixtures of the dashboard's tests: a home, simulated sensors, and the app on top of both."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from msgspec import structs
from textual.pilot import Pilot
from textual.widgets import Input

from sicktui.engine.backup.plan import plan_backup
from sicktui.engine.context import Context, open_context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.events import first_events
from sicktui.engine.run.handshake import RunSecrets
from sicktui.engine.run.runner import Runner
from sicktui.engine.targets import choose
from sicktui.model.device import Profile
from sicktui.model.enums import Operation
from sicktui.model.settings import Limits, Settings, Timing
from sicktui.simulator.device.package import make_package
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.backups.store import BackupRecord
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui.app import Dashboard
from sicktui.tui.appearance import Appearance
from sicktui.tui.main.screen import MainScreen

PASSWORD = "servicelevel"
FAST = Timing(
    poll_interval=0.1,
    autostart_wait=0.0,
    flash_timeout=30.0,
    reconnect_timeout=3.0,
    reconnect_interval=0.1,
    settle=0.1,
    request_timeout=2.0,
    stall_timeout=2.0,
    backup_timeout=3.0,
)


class Desk:
    """A technician's place: a home of its own, sensors, and the dashboard."""

    def __init__(self, context: Context, folder: Path, stack: AsyncExitStack) -> None:
        self.context = context
        self.folder = folder
        self._stack = stack
        self.fleet: Fleet | None = None

    async def sensors(self, *specs: DeviceSpec, time_scale: float = 30.0) -> Fleet:
        """Start simulated sensors, and put them into the device list."""
        self.fleet = await self._stack.enter_async_context(Fleet(list(specs), time_scale=time_scale))
        self.profiles(*(Profile(name=d.name, address=d.address) for d in self.fleet.devices))
        return self.fleet

    def profiles(self, *profiles: Profile) -> None:
        """Write a device list."""
        self.context.home.create()
        devices = DeviceList(digest=self.context.devices().digest)
        for profile in profiles:
            devices = devices.add(profile)
        save_devices(self.context.home.devices_file, devices)

    def settings(self, **timing: float) -> None:
        """Change timings for what follows."""
        settings = self.context.settings
        self.context.settings = structs.replace(settings, timing=structs.replace(settings.timing, **timing))

    def shelve(self, version: str = "2.4.0.0R", *, family: str = "picoScan", size: int = 200_000) -> None:
        """Put a package on the shelf."""
        path = self.folder / f"{family}_{version}.spk.signed"
        make_package(path, family, version, size=size, signed=True)
        self.context.shelf.add(path)

    async def backed_up(self, name: str, passphrase: str = "") -> BackupRecord:
        """Back a device up in this process; its record."""
        targets = choose([name], self.context.devices(), self.context.settings)
        spec = new_spec(self.context, Operation.BACKUP, await plan_backup(self.context, targets))
        self.context.journal.create_run(spec, first_events(spec))
        secrets = RunSecrets(passwords={name: PASSWORD}, passphrase=passphrase)
        context = self.context
        await Runner(context.home, context.journal, spec, secrets, context.clock, resumed=False).run()
        return next(record for record in context.backups.list() if record.run == spec.run)

    def app(self, appearance: Appearance | None = None) -> Dashboard:
        """The dashboard, not yet running."""
        return Dashboard(self.context, appearance or Appearance())

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
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk with fast settings and a given password."""
    context = open_context(home=tmp_path / "home", password=PASSWORD, environ={}, use_keyring=False)
    context.settings = Settings(timing=FAST, limits=Limits(requests_per_second=1000.0, max_failures=100))
    async with AsyncExitStack() as stack:
        yield Desk(context, tmp_path, stack)
    context.close()


def main_of(pilot: Pilot[None]) -> MainScreen:
    """The main screen, whatever lies on top of it."""
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, MainScreen))


async def until(pilot: Pilot[None], true: Callable[[], object], *, seconds: float = 15.0) -> None:
    """Wait until something holds; fail with the screen's text if it never does."""
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        await pilot.pause(0.05)
    pytest.fail("it never came true; the screen shows:\n" + text_of(pilot))


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Put a text into the field that has the keys."""
    box = pilot.app.focused
    assert isinstance(box, Input)
    box.value = text
    await pilot.pause()


def without_password(desk: Desk) -> None:
    """Nobody has told any password yet."""
    fresh = open_context(home=desk.context.home.config.parent, environ={}, use_keyring=False)
    desk.context.credentials = fresh.credentials


def flat_of(pilot: Pilot[None]) -> str:
    """What the screen shows as one line without its frames: a wrapped sentence is whole again."""
    return " ".join(text_of(pilot).translate(str.maketrans("│▌▐▄▅▆▇█▁▂▃", " " * 11)).split())


def notes_of(pilot: Pilot[None]) -> str:
    """The short notes on the screen, unwrapped."""
    return "\n".join(note.message for note in pilot.app._notifications)


def text_of(pilot: Pilot[None]) -> str:
    """What the screen shows, line by line, as a terminal would have it."""
    return "\n".join(lines_of(pilot))


def lines_of(pilot: Pilot[None]) -> Sequence[str]:
    """The lines of the screen."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]
