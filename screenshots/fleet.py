"""An update of twenty-four sensors: pictures, the timeline of the run, and a film of it."""

import asyncio
from collections.abc import Iterator

from msgspec import structs
from textual.pilot import Pilot

from screenshots.stage import FRAMES, board_of, opened, picture, shown, until
from sicktui.engine.context import Context
from sicktui.model.device import Profile
from sicktui.simulator import demo_package
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.spec import DeviceSpec, Fault, GenerationName
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.screens.update.package import PackagePicker
from sicktui.tui.screens.update.plan import PlanScreen

HALLS = (("gate", 6), ("dock", 6), ("crane", 4), ("lane", 8))
GENERATIONS: tuple[GenerationName, ...] = ("picoscan-2.3.3", "picoscan-2.2.1")
REJECTS, EXCHANGED, OFFLINE = "gate-3", "dock-5", "lane-7"
FEW, SMALL = 10, (90, 26)
MIDDLE = 9
"""Sensors that are done when the picture is taken."""


async def fleet() -> None:
    """From the yes to the timeline, all of them."""
    with opened() as context:
        async with Fleet(list(sensors()), time_scale=2.0) as simulated:
            furnish(context, simulated)
            async with shown(context) as pilot:
                await picture_fleet(pilot)


async def film() -> None:
    """The same with ten of them, on a small terminal, frame by frame."""
    with opened() as context:
        async with Fleet([*sensors()][:FEW], time_scale=2.0) as simulated:
            furnish(context, simulated)
            async with shown(context, SMALL) as pilot:
                await started(pilot)
                filming = asyncio.create_task(frames(pilot))
                await finished(pilot)
                await pilot.pause(2.0)
                filming.cancel()


def sensors() -> Iterator[DeviceSpec]:
    """Each a bit different: links, flashes, versions."""
    number = 0
    for hall, count in HALLS:
        for place in range(1, count + 1):
            name = f"{hall}-{place}"
            yield DeviceSpec(
                name=name,
                generation=GENERATIONS[number % 2],
                serial=str(25420067 + 113 * number),
                flash_seconds=10 + number * 7 % 9,
                reboot_seconds=8 + number * 5 % 7,
                link_rate=1.4e6 + number * 11 % 7 * 3e5,
                offline=name == OFFLINE,
                faults=(Fault(name="update_error"),) if name == REJECTS else (),
            )
            number += 1


def furnish(context: Context, simulated: Fleet) -> None:
    """The list with the hall as tag, and the package on the shelf."""
    devices = DeviceList()
    for device in simulated.devices:
        profile = Profile(name=device.name, address=device.address, tags=(device.name.split("-")[0],))
        if device.name == EXCHANGED:
            profile = structs.replace(profile, serial="25391188")
        devices = devices.add(profile)
    save_devices(context.home.devices_file, devices)
    context.shelf.approve(context.shelf.add(demo_package(context.home.data)).sha256)


async def started(pilot: Pilot[None]) -> None:
    """All marked, planned, and confirmed."""
    app, dashboard = pilot.app, board_of(pilot)
    await until(pilot, lambda: len(dashboard.observations) == len(dashboard.targets) > 0)
    await pilot.press("a", "u")
    await until(pilot, lambda: isinstance(app.screen, PackagePicker))
    await pilot.pause(0.5)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, PlanScreen))
    while not isinstance(app.screen, Confirm):
        await pilot.pause(1.0)  # The plan is still being read.
        await pilot.press("u")
    await pilot.press("y")
    await until(pilot, lambda: dashboard.shown_run in dashboard.runs)


async def finished(pilot: Pilot[None]) -> None:
    """Every sensor has its verdict."""
    dashboard = board_of(pilot)
    run = dashboard.shown_run or ""
    await until(pilot, lambda: dashboard.runs[run].finished, 240.0)
    pilot.app.clear_notifications()


async def picture_fleet(pilot: Pilot[None]) -> None:
    """In the middle of the run, and the timeline at its end."""
    await started(pilot)
    dashboard = board_of(pilot)
    run = dashboard.shown_run or ""
    await until(pilot, lambda: sum(dashboard.runs[run].counts().values()) >= MIDDLE)
    pilot.app.clear_notifications()
    await pilot.pause(0.3)
    picture(pilot, "fleet")
    await finished(pilot)
    await pilot.pause(2.0)
    await pilot.press("q", "t")
    await pilot.pause(1.0)
    picture(pilot, "timeline")


async def frames(pilot: Pilot[None]) -> None:
    """Write what is on the screen, once a second."""
    FRAMES.mkdir(exist_ok=True)
    for old in FRAMES.glob("*"):
        old.unlink()
    for number in range(1000):
        (FRAMES / f"{number:03}.svg").write_text(pilot.app.export_screenshot(title="sicktui"), "utf-8")
        await asyncio.sleep(1.0)
