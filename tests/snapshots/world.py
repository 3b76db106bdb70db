"""What the snapshots show: four sensors, a package, backups and a run, always at the same moment."""

import itertools
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from unittest.mock import patch

from msgspec import structs

from sicktui.engine.context import open_context
from sicktui.engine.observe import observe
from sicktui.engine.targets import choose
from sicktui.model.clock import SystemClock
from sicktui.model.device import Profile
from sicktui.model.settings import DashboardSettings, Limits, Settings, SourceSettings
from sicktui.simulator.device.files.package import make_package
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.main.screen import MainScreen
from sicktui.tui.main.workers.lost_watch import LostWatch
from sicktui.tui.main.workers.sensor_poller import SensorPoller
from sicktui.tui.messages import SensorObserved
from tests.support.clocks import START
from tests.support.dashboard import DashboardHarness
from tests.support.harness import FAST, PASSWORD

SENSORS: Final = (
    DeviceSpec(name="gate-1", serial="25420067", model="picoScan150", location="north gate"),
    DeviceSpec(name="gate-2", serial="25420068", model="picoScan120", version="2.2.1.0R"),
    DeviceSpec(name="hall-1", serial="25420069", generation="multiscan-2.4.2"),
    DeviceSpec(name="yard-1", serial="25420070", model="picoScan150", offline=True),
)
TAGS: Final = {"gate-1": ("gates", "hall-3"), "gate-2": ("gates",), "hall-1": ("hall-3",)}


class StandingClock(SystemClock):
    """The wall clock stands; the time that waits take passes."""

    def now(self) -> datetime:
        """Always the same moment."""
        return START


class StillClock(StandingClock):
    """Nothing passes: for ages that are shown."""

    def monotonic(self) -> float:
        """Always the same."""
        return 1000.0


_OF_RUNS: Final = 2
"""Bytes at random in the id of a run; names of locks on the PC have more."""


@contextmanager
def same_everywhere() -> Iterator[Path]:
    """On every PC the same zone, operator, names of runs, and a folder whose path has the same length."""
    numbers, random = itertools.count(0x5A00), secrets.token_hex
    folder = Path(tempfile.mkdtemp(prefix="sicktui-", dir="/tmp"))
    with (
        patch.dict(os.environ, {"TZ": "UTC"}),
        patch("getpass.getuser", return_value="anna"),
        patch("platform.node", return_value="plant-pc"),
        patch("secrets.token_hex", lambda size: f"{next(numbers):04x}" if size == _OF_RUNS else random(size)),
        patch.object(SensorPoller, "start", lambda _: None),
        patch.object(LostWatch, "start", lambda _: None),
    ):
        _take_zone()
        yield folder
    _take_zone()
    shutil.rmtree(folder)


def _take_zone() -> None:
    """Use the zone of the environment. Windows cannot; the pictures are of Linux."""
    if sys.platform != "win32":
        time.tzset()


@asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[DashboardHarness]:
    """A home with everything in it, and its sensors."""
    clock = StandingClock()
    context = open_context(
        home=folder / "home", password=PASSWORD, environ={}, use_keyring=False, clock=clock
    )
    source = SourceSettings(kind="folder", path=str(folder / "share"), devices=("all",))
    context.settings = Settings(
        timing=structs.replace(FAST, poll_interval=5.0),
        limits=Limits(requests_per_second=1000.0),
        sources={"share": source},
        # Read in the background, it would be in a picture or not, as the PC is fast or slow.
        dashboard=DashboardSettings(health_interval=0.0),
    )
    async with AsyncExitStack() as stack:
        harness = DashboardHarness(context, folder, stack)
        fleet = await harness.start(*SENSORS)
        harness.profiles(
            *(Profile(name=d.name, address=d.address, tags=TAGS.get(d.name, ())) for d in fleet.devices)
        )
        harness.shelve("2.4.0.0R")
        (folder / "share").mkdir()
        offered = folder / "share" / "picoScan_2.4.1.0R.spk.signed"
        make_package(offered, "picoScan", "2.4.1.0R", signed=True)
        os.utime(offered, (START.timestamp(), START.timestamp()))
        for name in ("gate-1", "gate-2"):
            await harness.backed_up(name)
        yield harness
    context.close()


async def look(main: MainScreen) -> None:
    """Read every sensor once, as the poller would. What was read does not age."""
    context = main.context
    main.dashboard._clock = StillClock()
    for target in choose(["all"], context.devices(), context.settings):
        main.post_message(SensorObserved(await observe(context, target)))
