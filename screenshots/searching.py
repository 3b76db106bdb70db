"""Searches: new sensors, a moved one, another one than expected, and three at one address."""

from textual.pilot import Pilot

from screenshots.stage import board_of, opened, picture, shown, shows, until
from sicktui.model.device import Profile
from sicktui.model.settings import DiscoverySettings
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.tui.state.asked import SearchInput


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
    board_of(pilot).searched = SearchInput(ranges="127.0.2.0/28", ports="48500", quiet=True)
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
    board_of(pilot).searched = SearchInput(targets="127.0.0.1", ports="48600", quiet=True)
    await pilot.press("+")
    await until(pilot, lambda: shows(pilot, "Found 3 sensors"))
    app.clear_notifications()
    await pilot.pause(0.5)
    picture(pilot, "conflict")
