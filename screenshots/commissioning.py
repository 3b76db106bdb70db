"""Sensors out of the box, and the address of one of them."""

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from screenshots.stage import PASSWORD, board_of, opened, picture, shown, shows, until
from sicktui.simulator.fleet.fleet import Fleet
from sicktui.simulator.spec import DeviceSpec
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.form import ValuesForm
from sicktui.tui.dialogs.notice import Notice
from sicktui.tui.screens.sensors.address import AddressForm


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
